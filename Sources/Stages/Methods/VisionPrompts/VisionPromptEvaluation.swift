import ArtifactStore
import PromptLearning

/// Prompts that stand among an image's tokens: its features depend on them, and it is read and encoded anew.
public enum VisionPromptEvaluation: EvaluationMethod {
    public static let kind = StageKind(
        evaluating: VisionPromptEvaluation.self, as: "vision-prompts", version: 1,
        roles: [.init("generator", .generator, .cell)])
    public static var abstract: String { "Encodes images with learned prompts in the image encoder, and classifies them (VPT, MaPLe)." }
    public static var example: String { "--embeddings sketch --generator 0d1f2e3c --checkpoint ViT-B-16.pt" }

    /// Images are encoded anew, and classified by one prompt for each class.
    public static func work(_ size: StageSize) -> Work {
        let encoding = Work(
            gigaflop: size.imageCount() * size.model.imageGigaflop, share: 0.75, seconds: size.imageCount() * 0.001)
        return size.classifyingByClass + encoding
    }

    /// Images are read from their files and encoded with the prompts.
    /// - Throws: `StageInputError` for an artifact without prompts for the image encoder, or an image file that has
    ///   changed; `PromptError` for prompts that do not fit the model, or an image that cannot be read;
    ///   `CheckpointError`, `DatasetError`, `UnsupportedPrecision`, `StoreError`.
    public static func classify(
        _ images: TargetImages, _ parameters: NoParameters, progress: (Int) -> Void
    ) throws -> Classified {
        let key = images.keys["generator"][0], store = images.store
        let stored = try store.weights(key)
        // The words that they were learned with, which are not among the tensors; of imported ones those of an import.
        let recipe = try store.artifact(key)?.recipe.parameters
        func words(_ parameter: String) -> String? {
            if case .string(let words)? = recipe?[parameter] { words } else { nil }
        }
        let context = words("context") ?? MaPLe.Parameters().context
        let encoder = try store.promptedEncoder(of: images.encoder, images.checkpoint)
        let set = try store.imageSet(images.manifest.images, of: images.encoder, images.checkpoint)
        func predictions(_ method: some VisionPromptMethod) throws -> [Prediction] {
            try VisionPromptedCLIP(method, encoder: encoder, logitScale: images.model.logitScale)
                .classify(set, withProbabilities: images.withProbabilities, progress: progress)
        }
        let predicted: [Prediction]
        if stored.tensors["image_encoder.VPT"] != nil {
            predicted = try predictions(
                VPT(
                    tensors: stored.tensors, template: words("template") ?? context + " {}.",
                    classNames: images.classNames, model: images.model, encoder: encoder))
        } else if stored.tensors["prompt_learner.proj.weight"] != nil {
            predicted = try predictions(
                MaPLe(
                    tensors: stored.tensors, context: context, classNames: images.classNames, model: images.model,
                    encoder: encoder))
        } else {
            throw StageInputError(
                "the artifact \(key.short), of the method “\(stored.method)”, has no prompts for the image encoder; fit-vpt and "
                    + "fit-maple make such")
        }
        return Classified(method: stored.method, seed: stored.seed, predictions: predicted)
    }
}

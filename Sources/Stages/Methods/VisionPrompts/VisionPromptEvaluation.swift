import ArtifactStore
import CLIP
import PromptLearning

/// Prompts that stand among an image's tokens: its features depend on them, and it is read and encoded anew.
public enum VisionPromptEvaluation: EvaluationMethod {
    public static let kind = StageKind(
        evaluating: VisionPromptEvaluation.self, as: "vision-prompts", version: 1,
        roles: [.init("generator", .generator, .cell)])
    public static var abstract: String {
        "Encodes images with learned prompts in the image encoder, and classifies them (VPT, MaPLe)."
    }
    public static var example: String { "--embeddings sketch --generator 0d1f2e3c --checkpoint ViT-B-16.pt" }

    /// Images are encoded anew, and classified by one prompt for each class.
    public static func work(_ size: StageSize) -> Work {
        let encoding = Work(
            gigaflop: size.imageCount() * size.model.imageGigaflop, share: 0.75, seconds: size.imageCount() * 0.001)
        return size.classifyingByClass + encoding
    }

    public static var reads: ImageInput { .pixels }

    /// The prompts, and the words that they were learned with.
    /// - Throws: `StoreError`.
    public static func learned(_ inputs: EvaluationInputs, _ parameters: NoParameters) throws -> LearnedParts {
        let key = inputs.keys["generator"][0]
        var learned = try LearnedParts(key, in: inputs.store)
        // The words that they were learned with, which are not among the tensors; of imported ones those of an import.
        let recipe = try inputs.store.artifact(key)?.recipe.parameters
        for name in ["context", "template"] { learned.facts[name] = recipe?[name] }
        return learned
    }

    /// The image encoder with the prompts in it, beside one prompt for each class.
    /// - Throws: `StageInputError` where the weights are of no such prompts; `PromptError` where they do not fit the
    ///   encoders; `CheckpointError` where the image encoder takes none.
    public static func classifier(
        _ learned: LearnedParts, _ parameters: NoParameters, on base: ClassifierBase
    ) throws -> any Classifier {
        let context = learned.text("context") ?? MaPLe.Parameters().context
        func classifier(_ method: some VisionPromptMethod, _ encoder: PromptedVisionTransformer) -> any Classifier {
            VisionPromptClassifier(VisionPromptedCLIP(method, encoder: encoder, logitScale: base.model.logitScale))
        }
        if learned.tensors["image_encoder.VPT"] != nil {
            let encoder = try base.promptedEncoder()
            return try classifier(
                VPT(
                    tensors: learned.tensors, template: learned.text("template") ?? context + " {}.",
                    classNames: base.classNames, model: base.model, encoder: encoder), encoder)
        }
        guard learned.tensors["prompt_learner.proj.weight"] != nil else {
            throw StageInputError(
                "the artifact \(learned.source), of the method “\(learned.method)”, has no prompts for the image encoder; "
                    + "fit-vpt and fit-maple make such")
        }
        let encoder = try base.promptedEncoder()
        return try classifier(
            MaPLe(
                tensors: learned.tensors, context: context, classNames: base.classNames, model: base.model,
                encoder: encoder), encoder)
    }
}

/// An image encoder with prompts in it.
private struct VisionPromptClassifier<Method: VisionPromptMethod>: Classifier {
    private let clip: VisionPromptedCLIP<Method>
    private let fixed: VisionPromptedCLIP<Method>.Fixed

    init(_ clip: VisionPromptedCLIP<Method>) { (self.clip, fixed) = (clip, clip.fixed) }

    func probabilities(of images: SeenImages, progress: (_ done: Int) -> Void) throws -> ImageProbabilities {
        guard let pixels = images.pixels else { preconditionFailure("pixels of images that are not read") }
        return try clip.probabilities(of: pixels, fixed, progress: progress)
    }
}

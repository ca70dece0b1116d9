import ArtifactStore
import PromptLearning
import Tensors

extension StageKind {
    /// Prompts in the image encoder on the target domain, whose images are encoded with them.
    public static let evaluateVisionPrompts = StageKind(
        evaluation: "evaluate-vision-prompts", command: "vision-prompts", algorithmVersion: 1, parameters: NoParameters(),
        roles: [Role("generator", .generator, .cell)]
    ).working(\.classifyingByVision)
}

/// Prompts that stand among an image's tokens: its features depend on them, and it is read and encoded anew.
public enum VisionPromptEvaluation: EvaluationMethod {
    public static var kind: StageKind { .evaluateVisionPrompts }
    public static var abstract: String { "Encodes images with learned prompts in the image encoder, and classifies them (VPT, MaPLe)." }
    public static var example: String { "--embeddings sketch --generator 0d1f2e3c --checkpoint ViT-B-16.pt" }

    public static func classify(
        _ images: TargetImages, _ parameters: NoParameters, progress: (Int) -> Void
    ) throws -> Classified {
        let key = images.keys["generator"][0], store = images.store
        let stored = try store.generator(key)
        // What was imported has what its recipe does not say from the released configuration.
        let recipe = try store.artifact(key)?.recipe.parameters
        func words(_ parameter: String, _ released: String) -> String {
            if case .string(let words)? = recipe?[parameter] { words } else { released }
        }
        let encoder = try store.promptedEncoder(of: images.encoder, images.checkpoint)
        let files = try ImageFiles(
            images.manifest.images, preprocessing: images.checkpoint.preprocessing, store: store)
        func predictions(_ method: some VisionPromptMethod) throws -> [Prediction] {
            try VisionPromptedCLIP(method, encoder: encoder, logitScale: images.model.logitScale)
                .classify(files.set, progress: progress)
        }
        let predicted =
            switch stored.method {
            case VPT.name:
                try predictions(
                    VPT(
                        tensors: stored.tensors, template: words("template", VPT.Parameters().template),
                        classNames: images.classNames, model: images.model, encoder: encoder))
            case MaPLe.name:
                try predictions(
                    MaPLe(
                        tensors: stored.tensors, context: words("context", MaPLe.Parameters().context),
                        classNames: images.classNames, model: images.model, encoder: encoder))
            default:
                throw StageInputError(
                    "the artifact \(key.short), of the method “\(stored.method)”, has no prompts for the image encoder; fit-vpt "
                        + "and fit-maple make such")
            }
        return Classified(method: stored.method, seed: stored.seed, predictions: predicted)
    }
}

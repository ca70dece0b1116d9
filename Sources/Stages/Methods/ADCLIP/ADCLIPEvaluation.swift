import ArtifactStore
import PromptLearning

/// AD-CLIP: each image is classified with a prompt made from the statistics of the encoder's blocks for it alone.
public enum ADCLIPEvaluation: EvaluationMethod {
    /// What evaluation with AD-CLIP can be told.
    public struct Parameters: CheckedParameters {
        public static let source = "AD-CLIP"

        @Parameter("""
            Where the source domain's tokens come from: mapped from the image's style (paper), or the image's own (released \
            code).
            """)
        public var sourceTokens = StyleProjectors.SourceTokens.mapped

        public init() {}

        public var needs: [ModelNeed] { [.statistics] }
    }

    public static let kind = StageKind(
        evaluating: ADCLIPEvaluation.self, as: ADCLIP.name, version: 1, roles: [.init("projectors", .generator, .cell)])
    public static var abstract: String { "Classifies each image with a prompt made from its style (AD-CLIP)." }
    public static var example: String { "--embeddings oxygen --projectors ad-clip/tango/1" }

    public static func work(_ size: StageSize) -> Work {
        size.evaluating(prompts: 1, contextLength: size.styleContextLength)
    }

    /// Each image by a prompt of its own, made of its block statistics.
    /// - Throws: `StageInputError` for an artifact of another method, or for an encoder with other blocks;
    ///   `PromptError.widths`, `PromptError.tooLong`; `StoreError` for images without statistics.
    public static func classify(
        _ images: TargetImages, _ parameters: Parameters, progress: (Int) -> Void
    ) throws -> Classified {
        let key = images.keys["projectors"][0], stored = try images.store.weights(key)
        guard stored.method == ADCLIP.name, let projectors = StyleProjectors(tensors: stored.tensors) else {
            throw StageInputError(
                "the artifact \(key.short), of the method “\(stored.method)”, does not hold AD-CLIP's projectors")
        }
        let shape = projectors.shape
        guard shape.textWidth == images.model.transformer.width else {
            throw PromptError.widths(prompt: shape.textWidth, text: images.model.transformer.width)
        }
        let styles = try BlockStyles(images.keys["embeddings"][0], in: images.store).subset(images.places)
        guard styles.widths.suffix(shape.widths.count) == shape.widths[...] else {
            throw StageInputError(
                "the projectors \(key.short) look at blocks of widths \(shape.widths), but this encoder's are \(styles.widths)")
        }
        let classes = try ClassPrompts(
            classNames: images.classNames, contextLength: shape.contextLength, model: images.model)
        let prompts = projectors.prompts(styles, sourceTokens: parameters.sourceTokens)
        let predictions = PromptLearning.classify(
            images.features, draws: [prompts], classes: classes, model: images.model,
            withProbabilities: images.withProbabilities, progress: progress)
        return Classified(method: stored.method, seed: stored.seed, predictions: predictions)
    }
}

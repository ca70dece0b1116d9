import ArtifactStore
import CLIP
import PromptLearning

/// AD-CLIP: each image is classified with a prompt made from the statistics of the encoder's blocks for it alone.
public enum ADCLIPEvaluation: EvaluationMethod {
    /// What evaluation with AD-CLIP can be told.
    public struct Parameters: CheckedParameters {
        public static let source = "AD-CLIP"

        @Parameter(
            """
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

    public static var reads: ImageInput { .statistics }

    /// The projectors.
    /// - Throws: `StoreError`.
    public static func learned(_ inputs: EvaluationInputs, _ parameters: Parameters) throws -> LearnedParts {
        try LearnedParts(inputs.keys["projectors"][0], in: inputs.store)
    }

    /// A prompt for each image, from what the encoder's blocks make of it.
    /// - Throws: `StageInputError` where the weights are not AD-CLIP's, or look at other blocks; `PromptError`.
    public static func classifier(
        _ learned: LearnedParts, _ parameters: Parameters, on base: ClassifierBase
    ) throws -> any Classifier {
        guard learned.method == ADCLIP.name, let projectors = StyleProjectors(tensors: learned.tensors) else {
            throw StageInputError(
                "the artifact \(learned.source), of the method “\(learned.method)”, does not hold AD-CLIP's projectors")
        }
        let shape = projectors.shape
        guard shape.textWidth == base.model.transformer.width else {
            throw PromptError.widths(prompt: shape.textWidth, text: base.model.transformer.width)
        }
        guard base.blockWidths.suffix(shape.widths.count) == shape.widths[...] else {
            throw StageInputError(
                "the projectors \(learned.source) look at blocks of widths \(shape.widths), but this encoder's are "
                    + "\(base.blockWidths)")
        }
        return StyleClassifier(
            projectors: projectors, sourceTokens: parameters.sourceTokens,
            classes: try base.prompts(contextLength: shape.contextLength), model: base.model)
    }
}

/// A prompt for each image, from what the encoder's blocks make of it.
private struct StyleClassifier: Classifier {
    let projectors: StyleProjectors
    let sourceTokens: StyleProjectors.SourceTokens
    let classes: ClassPrompts
    let model: CLIPText

    func probabilities(of images: SeenImages, progress: (_ done: Int) -> Void) throws -> ImageProbabilities {
        guard let styles = images.styles else { preconditionFailure("statistics of images that have none") }
        return PromptLearning.probabilities(
            of: images.features, draws: [projectors.prompts(styles, sourceTokens: sourceTokens)], classes: classes,
            model: model, progress: progress)
    }
}

import ArtifactStore
import PromptLearning

/// Embeddings of the source domains and, unlabelled, of the target domain → AD-CLIP's projectors.
extension ADCLIP: LearnedMethod {
    public static let name = "ad-clip"
    public static let kind = StageKind(
        learning: ADCLIP.self, version: 1,
        roles: [.init("embeddings", .embeddings, .sources), .init("target", .embeddings, .target)])
    public static var abstract: String {
        "Adapts prompts from a labelled source domain to an unlabelled target domain (AD-CLIP)."
    }
    public static var example: String { "--embeddings tango --target oxygen --seed 1" }
    public static var readsStatistics: Bool { true }

    /// Of the target domain, its features and block statistics alone come to the learner.
    /// - Throws: `StageInputError` for a target of another encoder; `StoreError` for one without statistics; what
    ///   `ADCLIP`'s initializer throws.
    public static func learner(_ parameters: Parameters, from inputs: LearningInputs) throws -> ADCLIP {
        try ADCLIP(
            parameters, model: inputs.model, classNames: inputs.classNames, training: inputs.training,
            validation: inputs.validation, target: inputs.target(withStatistics: true).features)
    }

    /// In a step an image of the source and one of the target make a pair, whose prompts begin with the same tokens.
    public static func work(_ size: StageSize) -> Work {
        let epochs = size.number("epochs")
        let rows =
            1 + 2 * size.styleBlocks
            + 2 * (size.styleImageTokens + StageSize.tokensOfClass * Double(size.classes))
        let step = 2 * size.number("batchSize", default: 16) * rows * size.model.textRowGigaflop
        return Work(gigaflop: size.steps(epochs: epochs) * step, share: 0.6, unit: step)
            + size.measuring(size.measurements(in: epochs), contextLength: size.styleContextLength)
    }
}

extension StageSize {
    /// The tokens of both domains for each block, and those of the image.
    var styleContextLength: Double { 2 * styleBlocks + styleImageTokens }

    /// The blocks of the image encoder that are looked at.
    fileprivate var styleBlocks: Double {
        let scales = number("scales")
        return scales > 0 ? scales : Double(model.imageBlocks)
    }

    fileprivate var styleImageTokens: Double { number("imageTokens", default: 4) }
}

import ArtifactStore
import PromptLearning

/// Embeddings of the source domains, pooled, and of the target without its labels → context vectors of both (DAPL).
extension DAPL: LearnedMethod {
    public static let name = "dapl"
    public static let kind = StageKind(
        learning: DAPL.self, version: 1,
        roles: [.init("embeddings", .embeddings, .sources), .init("target", .embeddings, .target)], choosesEpoch: false)
    public static var abstract: String { "Learns context vectors of a source and an unlabelled target domain (DAPL)." }
    public static var example: String { "--embeddings oxygen --target tango --context-length 4" }

    /// Of the target domain, its features and its name alone come to the learner.
    /// - Throws: `StageInputError` for a target of another encoder; `StoreError`; what `DAPL`'s initializer throws.
    public static func learner(_ parameters: Parameters, from inputs: LearningInputs) throws -> DAPL {
        let target = try inputs.target()
        return try DAPL(
            parameters, model: inputs.model, classNames: inputs.classNames, training: inputs.training,
            validation: inputs.validation, target: target.features,
            names: (inputs.features.manifests.map(\.domain.text).joined(separator: " and "), target.domain))
    }

    /// In each step the prompts of both domains.
    public static func work(_ size: StageSize) -> Work {
        let own = size.number("contextLength", default: 16), domains = size.number("domainContextLength", default: 16)
        let isClassSpecific = size.parameters["classSpecificContexts"] != .bool(false), epochs = size.number("epochs")
        let forward = size.promptGigaflop(contextLength: own + domains, classSpecific: isClassSpecific)
        let vectors = own * (isClassSpecific ? Double(size.classes) : 1) + 2 * domains
        return Work(
            gigaflop: 2 * 2 * epochs * size.batches * forward, share: 0.45, unit: 2 * 2 * forward,
            bytes: StoredSize.vectors(vectors * Double(size.model.textWidth)) + StoredSize.history(epochs: epochs))
    }
}

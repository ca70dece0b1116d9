import ArtifactStore
import PromptLearning

/// Embeddings of one domain, or of several pooled, → a positive and a negative prompt (DPSPG's stage I).
extension DualCoOp: LearnedMethod {
    public static let name = "dual-coop"
    public static let kind = StageKind(
        learning: DualCoOp.self, as: "fit-dual", command: "dual", version: 1,
        roles: [.init("embeddings", .embeddings, .domain)])
    public static var abstract: String { "Learns a positive and a negative prompt of one domain (DPSPG's stage I)." }
    public static var example: String {
        "--embeddings tango --context \"an icon of a\" --negative-context \"no icon of a\" --seed 1"
    }

    /// Learns from the images of all domains that are given.
    /// - Throws: what `DualCoOp`'s initializer throws.
    public static func learner(_ parameters: Parameters, from inputs: LearningInputs) throws -> DualCoOp {
        try DualCoOp(
            parameters, model: inputs.model, classNames: inputs.classNames, training: inputs.training,
            validation: inputs.validation)
    }

    public static func contents(of learner: DualCoOp, from inputs: LearningInputs) -> ArtifactContents {
        let result = learner.result
        return .weights(
            LearnedWeights(
                method: name, domain: inputs.domainNames, seed: learner.parameters.seed,
                tensors: ["positive": result.contexts.positive, "negative": result.contexts.negative],
                validationAccuracy: result.validationAccuracy))
    }

    /// CoOp twice.
    public static func work(_ size: StageSize) -> Work { CoOp.work(size) + CoOp.work(size) }
}

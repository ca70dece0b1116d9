import ArtifactStore
import PromptLearning

extension StageKind {
    /// Embeddings of one domain, or of several pooled, → a positive and a negative prompt (DPSPG's stage I).
    public static let fitDual = StageKind(
        training: "fit-dual", executable: "spg-fit", command: "dual", makes: .generator, algorithmVersion: 1,
        parameters: DualCoOp.Parameters.self,
        roles: [Role("embeddings", .embeddings, .domain)]
    ).working(\.pairFitting)
}

extension DualCoOp: LearnedMethod {
    public static var kind: StageKind { .fitDual }
    public static var abstract: String { "Learns a positive and a negative prompt of one domain (DPSPG's stage I)." }
    public static var example: String {
        "--embeddings tango --context \"an icon of a\" --negative-context \"no icon of a\" --seed 1"
    }

    public static func learner(_ parameters: Parameters, from inputs: LearningInputs) throws -> DualCoOp {
        try DualCoOp(
            parameters, model: inputs.model, classNames: inputs.classNames, training: inputs.training,
            validation: inputs.validation)
    }

    public static func contents(of learner: DualCoOp, from inputs: LearningInputs) -> ArtifactContents {
        let result = learner.result
        return .weights(LearnedWeights(
            method: method, domain: inputs.domainNames, seed: learner.parameters.seed,
            tensors: ["positive": result.contexts.positive, "negative": result.contexts.negative],
            validationAccuracy: result.validationAccuracy))
    }
}

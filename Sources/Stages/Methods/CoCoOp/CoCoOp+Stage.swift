import ArtifactStore
import PromptLearning

extension StageKind {
    /// Embeddings of the source domains, pooled → context vectors and the network that moves them for each image (CoCoOp).
    public static let fitCoCoOp = StageKind(
        training: "fit-cocoop", executable: "spg-fit", command: "cocoop", makes: .generator, algorithmVersion: 1,
        parameters: CoCoOp.Parameters.self,
        roles: [Role("embeddings", .embeddings, .sources)]
    ).working(\.conditionalFitting)
}

extension CoCoOp: LearnedMethod {
    public static var kind: StageKind { .fitCoCoOp }
    public static var abstract: String { "Learns context vectors and a network that moves them for each image (CoCoOp)." }
    public static var example: String { "--embeddings oxygen --embeddings papirus --context \"an icon of a\"" }

    public static func learner(_ parameters: Parameters, from inputs: LearningInputs) throws -> CoCoOp {
        try CoCoOp(
            parameters, model: inputs.model, classNames: inputs.classNames, training: inputs.training,
            validation: inputs.validation)
    }

    public static func contents(of learner: CoCoOp, from inputs: LearningInputs) -> ArtifactContents {
        .weights(LearnedWeights(
            method: "cocoop", domain: inputs.domainNames, seed: learner.parameters.seed,
            tensors: learner.result.context.tensors, validationAccuracy: learner.result.validationAccuracy))
    }
}

import ArtifactStore
import PromptLearning

extension StageKind {
    /// Embeddings of the source domains → a network that writes the prompt of a domain from a batch of its images (DPL).
    public static let fitDPL = StageKind(
        training: "fit-dpl", executable: "spg-fit", command: "dpl", makes: .generator, algorithmVersion: 2,
        parameters: DPL.Parameters.self,
        roles: [Role("embeddings", .embeddings, .sources)]
    ).working(\.domainFitting)
}

extension DPL: LearnedMethod {
    public static var kind: StageKind { .fitDPL }
    public static var abstract: String { "Learns to write the prompt of a domain from a batch of its images (DPL)." }
    public static var example: String { "--embeddings oxygen --embeddings papirus --steps 1000" }

    public static func learner(_ parameters: Parameters, from inputs: LearningInputs) throws -> DPL {
        try DPL(
            parameters, model: inputs.model, classNames: inputs.classNames, training: inputs.training,
            validation: inputs.validation)
    }

    public static func contents(of learner: DPL, from inputs: LearningInputs) -> ArtifactContents {
        .weights(LearnedWeights(
            method: "dpl", domain: inputs.domainNames, seed: learner.parameters.seed,
            tensors: learner.result.network.tensors, validationAccuracy: learner.result.validationAccuracy))
    }
}

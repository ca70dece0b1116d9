import ArtifactStore
import PromptLearning

extension StageKind {
    /// Embeddings of the source domains, pooled, and of the target without its labels → context vectors of both (DAPL).
    public static let fitDAPL = StageKind(
        training: "fit-dapl", executable: "spg-fit", command: "dapl", makes: .generator, algorithmVersion: 1,
        parameters: DAPL.Parameters.self,
        roles: [Role("embeddings", .embeddings, .sources), Role("target", .embeddings, .target)], choosesEpoch: false
    ).working(\.adaptedFitting)
}

extension DAPL: LearnedMethod {
    public static var kind: StageKind { .fitDAPL }
    public static var abstract: String { "Learns context vectors of a source and an unlabelled target domain (DAPL)." }
    public static var example: String { "--embeddings oxygen --target tango --context-length 4" }

    public static func learner(_ parameters: Parameters, from inputs: LearningInputs) throws -> DAPL {
        let target = try inputs.target()
        return try DAPL(
            parameters, model: inputs.model, classNames: inputs.classNames, training: inputs.training,
            validation: inputs.validation, target: target.features,
            names: (inputs.features.manifests.map(\.domain.text).joined(separator: " and "), target.domain))
    }

    public static func contents(of learner: DAPL, from inputs: LearningInputs) -> ArtifactContents {
        .weights(LearnedWeights(
            method: "dapl", domain: inputs.domainNames, seed: learner.parameters.seed,
            tensors: learner.result.context.tensors, validationAccuracy: learner.result.validationAccuracy))
    }
}

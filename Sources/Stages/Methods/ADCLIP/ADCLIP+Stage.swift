import ArtifactStore
import PromptLearning

extension StageKind {
    /// Embeddings of the source domains and, unlabelled, of the target domain → AD-CLIP's projectors.
    public static let fitADCLIP = StageKind(
        training: "fit-ad-clip", executable: "spg-fit", command: "ad-clip", makes: .generator, algorithmVersion: 1,
        parameters: ADCLIP.Parameters.self,
        roles: [Role("embeddings", .embeddings, .sources), Role("target", .embeddings, .target)]
    ).working(\.styleFitting)
}

extension ADCLIP: LearnedMethod {
    public static var kind: StageKind { .fitADCLIP }
    public static var abstract: String {
        "Adapts prompts from a labelled source domain to an unlabelled target domain (AD-CLIP)."
    }
    public static var example: String { "--embeddings tango --target oxygen --seed 1" }
    public static var readsStatistics: Bool { true }

    /// Of the target domain, its features and block statistics alone come to the learner.
    public static func learner(_ parameters: Parameters, from inputs: LearningInputs) throws -> ADCLIP {
        try ADCLIP(
            parameters, model: inputs.model, classNames: inputs.classNames, training: inputs.training,
            validation: inputs.validation, target: inputs.target(withStatistics: true).features)
    }

    public static func contents(of learner: ADCLIP, from inputs: LearningInputs) -> ArtifactContents {
        .weights(LearnedWeights(
            method: "ad-clip", domain: inputs.domainNames, seed: learner.parameters.seed,
            tensors: learner.result.projectors.tensors, validationAccuracy: learner.result.validationAccuracy))
    }
}

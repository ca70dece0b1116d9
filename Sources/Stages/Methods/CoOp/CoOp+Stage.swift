import ArtifactStore
import PromptLearning

extension StageKind {
    /// Embeddings of one domain, or of several pooled, → a prompt (CoOp; SPG's stage I).
    public static let fit = StageKind(
        training: "fit", executable: "spg-fit", command: "coop", makes: .prompt, algorithmVersion: 2,
        parameters: CoOp.Parameters.self,
        roles: [Role("embeddings", .embeddings, .domain)], isNamedInRecipes: false
    ).working(\.fitting)
}

extension CoOp: LearnedMethod {
    public static var kind: StageKind { .fit }
    public static var abstract: String { "Learns the prompt of one domain, or of several pooled (CoOp; SPG's stage I)." }
    public static var example: String { "--embeddings tango --context \"an icon of a\" --seed 1" }

    public static func learner(_ parameters: Parameters, from inputs: LearningInputs) throws -> CoOp {
        try CoOp(
            parameters, model: inputs.model, classNames: inputs.classNames, training: inputs.training,
            validation: inputs.validation)
    }

    public static func contents(of learner: CoOp, from inputs: LearningInputs) -> ArtifactContents {
        .prompt(StoredPrompt(
            method: "coop", domain: inputs.domainNames, seed: learner.parameters.seed, vectors: learner.prompt.contexts,
            validationAccuracy: learner.prompt.validationAccuracy))
    }
}

import ArtifactStore
import PromptLearning

extension StageKind {
    /// Embeddings and prompts of the source domains → a generator of prompts (SPG's stage II).
    public static let cgan = StageKind(
        training: "cgan", executable: "spg-cgan", command: "cgan", makes: .generator, algorithmVersion: 2,
        parameters: ConditionalGAN.Parameters.self,
        roles: [Role("embeddings", .embeddings, .sources), Role("prompts", .prompt, .sources)],
        isNamedInRecipes: false
    ).taking(.plain).working(\.adversarial)
}

extension ConditionalGAN: LearnedMethod {
    public static var kind: StageKind { .cgan }
    public static var abstract: String {
        "Trains a conditional GAN to write the prompt of an image's domain from its embedding (SPG's stage II)."
    }
    public static var example: String {
        "--embeddings oxygen --embeddings papirus --prompts coop/oxygen/1 --prompts coop/papirus/1"
    }

    public static func learner(_ parameters: Parameters, from inputs: LearningInputs) throws -> ConditionalGAN {
        try ConditionalGAN(
            parameters, model: inputs.model, classNames: inputs.classNames, labelPrompts: inputs.labelPrompts,
            training: inputs.training, validation: inputs.validation)
    }

    public static func contents(of learner: ConditionalGAN, from inputs: LearningInputs) -> ArtifactContents {
        .weights(LearnedWeights(
            method: "spg", domain: inputs.domainNames, seed: learner.parameters.seed,
            tensors: learner.result.generator.tensors, validationAccuracy: learner.result.validationAccuracy))
    }
}

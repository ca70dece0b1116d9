import ArtifactStore
import PromptLearning

extension StageKind {
    /// Embeddings and prompts of the source domains → a generator of prompts (SPG's stage II).
    public static let cgan = StageKind(
        training: "cgan", executable: "spg-cgan", command: "cgan", makes: .generator, algorithmVersion: 2,
        parameters: ConditionalGAN.Parameters(),
        help: [
            "learningRate": "of AdamW, after the warm-up, for both networks",
            "batchSize": "images in each half of a step",
            "epochs": "from warm-up to the end of training",
            "latentDimension": "length of the noise vector",
            "clip": "clip each tensor's gradient to a norm of its own",
            "clipDiscriminatorEnds": "for weights and biases of the discriminator's first and last layer",
            "clipDiscriminatorWeights": "for the discriminator's other weights",
            "clipDiscriminatorBiases": "for the discriminator's other biases",
            "clipGeneratorWeights": "for the generator's weights",
            "clipGeneratorBiases": "for the generator's biases",
            "clipGeneratorEnds": "for the biases of the generator's last layer and last BatchNorm",
            "seed": "of initial weights, batches, noise and dropout",
        ].adding(generatorTrainingHelp),
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

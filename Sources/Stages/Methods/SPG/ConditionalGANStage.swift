import ArtifactStore
import PromptLearning

/// Embeddings and prompts of the source domains → a generator of prompts (SPG's stage II).
extension ConditionalGAN: LearnedMethod {
    public static let name = "spg"
    public static let kind = StageKind(
        writing: ConditionalGAN.self, as: "cgan", version: 2, from: .prompt, isNamedInRecipes: false)
    public static var abstract: String {
        "Trains a conditional GAN to write the prompt of an image's domain from its embedding (SPG's stage II)."
    }
    public static var example: String {
        "--embeddings oxygen --embeddings papirus --prompts coop/oxygen/1 --prompts coop/papirus/1"
    }
    public static var writer: (any PromptGenerator.Type)? { Generator.self }

    /// Teaches the prompts in the role `prompts`, one for each domain.
    /// - Throws: `StageInputError` where they are not one for each domain, all of one shape; `StoreError`; what
    ///   `ConditionalGAN`'s initializer throws.
    public static func learner(_ parameters: Parameters, from inputs: LearningInputs) throws -> ConditionalGAN {
        try ConditionalGAN(
            parameters, model: inputs.model, classNames: inputs.classNames, labelPrompts: inputs.labelPrompts,
            training: inputs.training, validation: inputs.validation)
    }

    /// The generator and the discriminator both train in each step; validation classifies with a prompt for each image.
    public static func work(_ size: StageSize) -> Work {
        let length = 4.0, prompt = length * Double(size.model.textWidth), feature = Double(size.model.dimension)
        let generator = Work.weights(
            ofLayers: [size.number("latentDimension", default: 100) + feature, 128, 256, 512, 1024, prompt])
        let discriminator = Work.weights(ofLayers: [prompt + feature, 512, 512, 512, 1])
        let epochs = size.number("epochs")
        // The discriminator: the generator forward once, itself forward and backward on twice the batch. The generator: both
        // forward (itself already) and backward.
        let step = 2 * size.number("batchSize", default: 32) * (3 * generator + 9 * discriminator) / 1e9
        return Work(
            gigaflop: size.steps(epochs: epochs) * step, share: 0.35, unit: step,
            bytes: StoredSize.vectors(generator) + StoredSize.history(epochs: epochs),
            checkpointBytes: 4 * (4 * generator + 3 * discriminator))
            + size.measuring(size.measurements(in: epochs), contextLength: length)
    }
}

import ArtifactStore
import PromptLearning

/// Embeddings and prompts of the source domains → a network that writes the prompt of an image's domain (SPG's
/// ablation).
extension PromptRegressor: LearnedMethod {
    public static let name = "regressor"
    public static let kind = StageKind(writing: PromptRegressor.self, as: name, version: 1, from: .prompt)
    public static var abstract: String {
        "Fits a network to write the prompt of an image's domain from its embedding (SPG's generator without its adversary)."
    }
    public static var example: String { ConditionalGAN.example }
    public static var writer: (any PromptGenerator.Type)? { PromptRegressor.self }

    /// Teaches the prompts in the role `prompts`, one for each domain.
    /// - Throws: `StageInputError` where they are not one for each domain, all of one shape; `StoreError`; what
    ///   `PromptImitation`'s initializer throws.
    public static func learner(
        _ parameters: Imitation, from inputs: LearningInputs
    ) throws -> PromptImitation<PromptRegressor> {
        let labels = try inputs.labelPrompts
        return try inputs.imitation(
            parameters, labels: inputs.rows(of: labels),
            network: PromptRegressor(
                featureDimension: inputs.training.center.columns, contextLength: labels[0].rows, width: labels[0].columns,
                seed: parameters.seed))
    }

    public static func work(_ size: StageSize) -> Work {
        size.imitating(
            weights: Work.weights(
                ofLayers: [Double(size.model.dimension), 128, 256, 512, 1024, 4 * Double(size.model.textWidth)]))
    }
}

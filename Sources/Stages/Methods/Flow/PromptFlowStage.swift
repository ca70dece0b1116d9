import ArtifactStore
import PromptLearning

/// Embeddings and prompts of the source domains → a flow that draws the prompt of an image's domain.
extension PromptFlow: LearnedMethod {
    public static let name = "flow"
    public static let kind = StageKind(writing: PromptFlow.self, as: name, version: 1, from: .prompt)
    public static var abstract: String {
        "Trains a flow to draw the prompt of an image's domain from noise and the image's embedding."
    }
    public static var example: String { ConditionalGAN.example }
    public static var writer: (any PromptGenerator.Type)? { PromptFlow.self }

    /// Teaches the prompts in the role `prompts`, one for each domain.
    /// - Throws: `StageInputError` where they are not one for each domain, all of one shape; `StoreError`; what the
    ///   initializers of `PromptFlow` and `PromptImitation` throw.
    public static func learner(_ parameters: Parameters, from inputs: LearningInputs) throws -> PromptImitation<PromptFlow> {
        let prompts = try inputs.labelPrompts, labels = try inputs.rows(of: prompts)
        return try inputs.imitation(
            parameters.imitation, labels: labels,
            network: PromptFlow(
                labels: labels, featureDimension: inputs.training.center.columns, contextLength: prompts[0].rows,
                steps: parameters.steps, seed: parameters.imitation.seed))
    }

    /// Its layers move points among the mixtures of the source domains' prompts.
    public static func work(_ size: StageSize) -> Work {
        let directions = Double(max(1, (size.artifacts["prompts"] ?? 2) - 1))
        return size.imitating(
            weights: Work.weights(ofLayers: [directions + 8 + Double(size.model.dimension), 256, 256, directions]))
    }
}

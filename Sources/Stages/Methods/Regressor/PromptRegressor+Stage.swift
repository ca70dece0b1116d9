import ArtifactStore
import PromptLearning

extension StageKind {
    /// Embeddings and prompts of the source domains → a network that writes the prompt of an image's domain (SPG's
    /// ablation).
    public static let regressor = StageKind(
        training: "regressor", executable: "spg-cgan", command: "regressor", makes: .generator, algorithmVersion: 1,
        parameters: Imitation.self,
        roles: [Role("embeddings", .embeddings, .sources), Role("prompts", .prompt, .sources)]
    ).taking(.plain).working(\.regressing)
}

extension PromptRegressor: LearnedMethod {
    public static var kind: StageKind { .regressor }
    public static var abstract: String {
        "Fits a network to write the prompt of an image's domain from its embedding (SPG's generator without its adversary)."
    }
    public static var example: String { ConditionalGAN.example }

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

    public static func contents(
        of learner: PromptImitation<PromptRegressor>, from inputs: LearningInputs
    ) -> ArtifactContents {
        inputs.generator(method, learner)
    }
}

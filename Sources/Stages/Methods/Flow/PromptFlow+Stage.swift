import ArtifactStore
import PromptLearning

extension StageKind {
    /// Embeddings and prompts of the source domains → a flow that draws the prompt of an image's domain.
    public static let flow = StageKind(
        training: "flow", executable: "spg-cgan", command: "flow", makes: .generator, algorithmVersion: 1,
        parameters: PromptFlow.Parameters.self,
        roles: [Role("embeddings", .embeddings, .sources), Role("prompts", .prompt, .sources)]
    ).taking(.plain).working(\.flowing)
}

extension PromptFlow: LearnedMethod {
    public static var kind: StageKind { .flow }
    public static var abstract: String {
        "Trains a flow to draw the prompt of an image's domain from noise and the image's embedding."
    }
    public static var example: String { ConditionalGAN.example }

    public static func learner(_ parameters: Parameters, from inputs: LearningInputs) throws -> PromptImitation<PromptFlow> {
        let prompts = try inputs.labelPrompts, labels = try inputs.rows(of: prompts)
        return try inputs.imitation(
            parameters.imitation, labels: labels,
            network: PromptFlow(
                labels: labels, featureDimension: inputs.training.center.columns, contextLength: prompts[0].rows,
                steps: parameters.steps, seed: parameters.imitation.seed))
    }

    public static func contents(
        of learner: PromptImitation<PromptFlow>, from inputs: LearningInputs
    ) -> ArtifactContents {
        inputs.generator(method, learner)
    }
}

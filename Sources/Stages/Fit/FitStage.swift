import ArtifactStore
import CLIP
import Foundation
import PromptLearning

extension StageKind {
    /// Embeddings of one domain, or of several pooled, → a prompt (CoOp; SPG's stage I).
    public static let fit = StageKind(
        training: "fit", executable: "spg-fit", makes: .prompt, algorithmVersion: 2, parameters: CoOp.Parameters(),
        help: [
            "context": "words the context vectors start from; \"\" for random vectors",
            "contextLength": "number of context vectors",
            "classTokenPosition": "of the class name among them: \"end\", \"middle\" or \"front\"",
            "classSpecificContexts": "context vectors of its own for every class",
            "learningRate": "of stochastic gradient descent, after the warm-up",
            "momentum": "of stochastic gradient descent",
            "weightDecay": "of stochastic gradient descent",
            "batchSize": "images in a step",
            "epochs": "passes over the training images",
            "warmUpEpochs": "first epochs at a constant rate",
            "warmUpLearningRate": "that rate",
            "seed": "of the order of images, the choice of views and random contexts",
        ],
        roles: [Role("embeddings", .embeddings, .domain)])
}

/// Learns the prompt of one domain, or of several pooled, and keeps the epoch that is best on validation images.
public struct FitStage: Sendable {
    let coOp: CoOp.Parameters
    let split: SplitParameters
    public let recipe: Recipe
    let embeddings: [ArtifactKey]
    let splits: [SplitKeys]

    /// - Parameters:
    ///   - parameters: all parameters of `StageKind.fit`.
    ///   - embeddings: one artifact per domain.
    ///   - splits: of each domain where files split its images; none for a seeded split.
    public init(
        _ parameters: JSONValue, embeddings: [ArtifactKey], splits: [SplitKeys] = []
    ) throws(UnfitParameter) {
        coOp = try parameters.parameters()
        split = try parameters.parameters()
        recipe = StageKind.fit.recipe(parameters, inputs: embeddings.map { Recipe.Input("embeddings", $0) })
            .split(by: splits)
        (self.embeddings, self.splits) = (embeddings, splits)
    }

    /// Learns the prompt, unless the store has it.
    ///
    /// - Parameters:
    ///   - interval: how often what has been learned so far is kept, for a run that is stopped to go on from.
    ///   - progress: called after each epoch; an error that it throws ends the run.
    public func run(
        checkpoint: Checkpoint, store: ArtifactStore, savingEvery interval: Duration = .seconds(2),
        progress: (TrainingProgress) throws -> Void = { _ in }
    ) throws -> ArtifactKey {
        try store.artifact(of: recipe) {
            let features = try SourceFeatures(embeddings, store: store)
            let (training, validation) = try features.split(split, by: splits, store: store)
            var learner = try CoOp(
                coOp, model: features.model(of: checkpoint, store: store), classNames: features.classNames,
                training: training, validation: validation)
            try learner.run(making: recipe.key, store: store, savingEvery: interval, progress: progress)
            let prompt = Prompt(
                method: "coop", domain: features.domainNames, seed: coOp.seed, vectors: learner.prompt.contexts,
                validationAccuracy: learner.prompt.validationAccuracy)
            return (.prompt(prompt), learner.history.metrics)
        }
    }
}

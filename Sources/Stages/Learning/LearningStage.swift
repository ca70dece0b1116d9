import ArtifactStore
import CLIP
import Foundation
import PromptLearning

/// Learns by a method from one part of the images of some domains, and keeps what is best on the other part.
public struct LearningStage<Method: LearnedMethod>: Sendable {
    let parameters: Method.Parameters
    let split: SplitParameters
    let text: TextParameters
    let keys: RoleKeys
    let splits: [SplitKeys]
    public let recipe: Recipe

    /// - Parameters:
    ///   - parameters: all parameters of the method's kind of stage.
    ///   - inputs: the artifacts of each role; of `embeddings` one for each domain.
    ///   - splits: of each domain where files split its images; none for a seeded split.
    /// - Throws: for the first value that no training could use.
    public init(
        _ parameters: JSONValue, inputs: [String: [ArtifactKey]], splits: [SplitKeys] = []
    ) throws(UnfitParameter) {
        self.parameters = try parameters.parameters()
        split = try parameters.parameters()
        text = try parameters.parameters()
        keys = RoleKeys(inputs, of: Method.kind)
        self.splits = splits
        recipe = Method.kind.recipe(parameters, inputs: keys.inputs).split(by: splits)
    }

    /// Learns, unless the store has the result.
    ///
    /// - Parameters:
    ///   - replacing: whether it learns anyway, and the result takes the place of the one that is there.
    ///   - interval: how often what has been learned so far is kept, for a run that is stopped to go on from.
    ///   - progress: called after each epoch; an error that it throws ends the run.
    /// - Throws: `StageInputError` for artifacts that do not fit together; `PromptError` also for a training that
    ///   diverges; `UnsupportedPrecision`, `CheckpointError`, `StoreError`; what `progress` throws.
    public func run(
        checkpoint: Checkpoint, store: ArtifactStore, replacing: Bool = false, savingEvery interval: Duration = .seconds(2),
        progress: (TrainingProgress) throws -> Void = { _ in }
    ) throws -> ArtifactKey {
        let unsaved = UnsavedEpochs<Method.Learner>(of: recipe.key, in: store)
        return try unsaved.keeping {
            try store.artifact(of: recipe, replacing: replacing) { try made(checkpoint, store, interval, unsaved, progress) }
        }
    }

    private func made(
        _ checkpoint: Checkpoint, _ store: ArtifactStore, _ interval: Duration, _ unsaved: UnsavedEpochs<Method.Learner>,
        _ progress: (TrainingProgress) throws -> Void
    ) throws -> (contents: ArtifactContents, metrics: [Metric]) {
        try text.textPrecision.check()
        let withNorms = parameters.needs.contains(.norms)
        let features = try SourceFeatures(
            keys["embeddings"], store: store, withNorms: withNorms, withStatistics: Method.readsStatistics)
        let parts = try features.split(split, by: splits, store: store)
        let (training, validation) = features.sets(parts)
        let fresh = try FreshViews(
            of: features, parts, embeddings: keys["embeddings"], withNorms: withNorms, checkpoint, store)
        let images = features.images(parts)
        let inputs = LearningInputs(
            keys: keys, store: store, checkpoint: checkpoint, features: features, training: training,
            validation: validation, trainingImages: images.training, validationImages: images.validation,
            model: try features.model(of: checkpoint, in: text.textPrecision, store: store))
        var learner = try Method.learner(parameters, from: inputs)
        try learner.run(
            making: recipe.key, store: store, savingEvery: interval, unsaved: unsaved,
            epochBegins: { try fresh?.exchange(in: &$0, method: Method.kind.name) }, progress: progress)
        return (try Method.contents(of: learner, from: inputs), learner.history.metrics)
    }
}

import ArtifactStore
import CLIP
import Datasets
import PromptLearning
import Tensors

/// What an evaluation says of all classes, of which the store keeps the likeliest alone: computed again from the artifacts that
/// the evaluation was made from.
public struct ClassProbabilities: Sendable {
    /// `[images, classes]`: the images in the order of the evaluation's predictions, the classes in that of their numbers.
    public let values: Tensor
    public let classes: [Name]
    /// By how much the predicted classes' probabilities differ from those in the store at the most: 0 where the machine and the
    /// number of threads are those of the evaluation, or roundings.
    public let difference: Float

    /// More than roundings come to: of another checkpoint, or another way to compute.
    private static let tolerance: Float = 1e-3

    /// Classifies the images of an evaluation again.
    /// - Parameters:
    ///   - key: the evaluation's.
    ///   - checkpoint: the one that it was made with.
    ///   - store: where it is, with all that it was made from.
    ///   - progress: called with the images done and to do.
    /// - Throws: `StageInputError` for an evaluation of a command's, or of an earlier version's, and where what comes out is
    ///   not what the store has; what evaluating throws, such as `EncoderMismatch`.
    public init(
        of key: ArtifactKey, checkpoint: Checkpoint, store: ArtifactStore,
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws {
        let evaluation = try store.evaluation(key)
        guard let recipe = try store.artifact(key)?.recipe else { throw StoreError.noArtifact(key, .evaluation) }
        guard recipe.parameters["evaluates"] == nil else {
            throw StageInputError(
                "the evaluation \(key.short) is a command's: only the command knows the probabilities of all classes")
        }
        var found: (images: EvaluatedImages, values: Tensor, predictions: [Prediction])?
        for method in Methods.evaluations where found == nil {
            found = try Self.again(method, recipe, checkpoint, store, progress)
        }
        guard let found else {
            throw StageInputError(
                "the evaluation \(key.short) was made by an earlier version of \(evaluation.method), which this one cannot repeat; "
                    + "run its pipeline again")
        }
        (values, classes) = (found.values, found.images.manifest.classes)
        difference = try Self.difference(found.values, found.predictions, evaluation, found.images.manifest)
    }

    /// What a method makes of a recipe's inputs; nil where the recipe is none of the method's.
    private static func again<Method: EvaluationMethod>(
        _: Method.Type, _ recipe: Recipe, _ checkpoint: Checkpoint, _ store: ArtifactStore,
        _ progress: (_ done: Int, _ total: Int) -> Void
    ) throws -> (images: EvaluatedImages, values: Tensor, predictions: [Prediction])? {
        let parameters = Method.kind.defaults.members.merging(recipe.parameters.members) { _, given in given }
        let inputs = Dictionary(grouping: recipe.inputs, by: \.role).mapValues { $0.map(\.key) }
        // Parameters of other kinds are none of this kind's.
        guard
            let stage = try? EvaluateStage<Method>(
                .object(parameters.filter { Method.kind.defaults[$0.key] != nil }), inputs: inputs,
                part: inputs[SplitKeys.testRole]?.first),
            stage.recipe == recipe
        else { return nil }
        let images = try stage.images(checkpoint: checkpoint, store: store)
        let (values, predictions) = try images.probabilities(progress: progress)
        return (images, values, predictions)
    }

    /// By how much the probabilities of the classes that were predicted differ at the most.
    /// - Throws: `StageInputError` where they differ by more than roundings.
    private static func difference(
        _ values: Tensor, _ predictions: [Prediction], _ evaluation: Evaluation, _ manifest: DomainManifest
    ) throws -> Float {
        guard predictions.count == evaluation.predictions.count else {
            throw StageInputError(
                "\(predictions.count) images are classified anew, and the evaluation is about \(evaluation.predictions.count)")
        }
        var difference: Float = 0
        for (place, (new, old)) in zip(predictions, evaluation.predictions).enumerated() {
            let stored = Float(old.probability), probability = values[place, old.predicted]
            // Of two classes that are equally likely but for roundings, either may have been predicted.
            let own = max(abs(probability - stored), abs(new.probability - stored))
            guard own <= tolerance else {
                throw StageInputError(
                    "“\(manifest.images[place].path)” is a \(manifest.classes[old.predicted]) with a probability of "
                        + "\(probability) when computed now, and of \(stored) in the store: give the --checkpoint that the "
                        + "evaluation was made with, as it was then")
            }
            difference = max(difference, own)
        }
        return difference
    }
}

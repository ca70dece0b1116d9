import ArtifactStore
import PromptLearning
import Tensors

/// Domain Prompt Learning on a domain it has not seen: batches of its images, each classified with the prompt that the network
/// writes for it.
public enum DPLEvaluation: EvaluationMethod {
    /// What evaluation with DPL can be told.
    public struct Parameters: CheckedParameters {
        public static let source = "own choice"

        @Parameter("How many images share a prompt.", .within(counts), unit: "images") public var batchSize = 64
        @Parameter("The seed of the order in which images make up batches.", .within(seeds)) public var seed = 1

        public init() {}

        public var needs: [ModelNeed] { [.norms] }
    }

    public static let kind = StageKind(
        evaluating: DPLEvaluation.self, as: DPL.name, version: 2, roles: [.init("generator", .generator, .cell)])
    public static var abstract: String { "Classifies batches of images, each with the prompt that DPL writes for it." }
    public static var example: String { "--embeddings tango --generator 0d1f2e3c" }

    /// A prompt for each batch of images.
    public static func work(_ size: StageSize) -> Work {
        size.evaluating(prompts: 1 / max(1, size.number("batchSize", default: 64)), contextLength: 16)
    }

    /// In batches drawn from all images, each with the prompt that the network writes for it.
    /// - Throws: `StageInputError` for an artifact of another method or an earlier version, or one that does not fit
    ///   the features and the text encoder; `PromptError.tooLong`; `StoreError`.
    public static func classify(
        _ images: TargetImages, _ parameters: Parameters, progress: (Int) -> Void
    ) throws -> Classified {
        let key = images.keys["generator"][0], stored = try images.store.weights(key)
        let (features, width) = (images.features, images.model.transformer.width)
        guard stored.method == DPL.name else {
            throw StageInputError("the artifact \(key.short) is of the method “\(stored.method)”, not of DPL")
        }
        if let version = try images.store.artifact(key)?.recipe.algorithmVersion, version < 2 {
            throw StageInputError(
                "the network \(key.short) was trained by an earlier version, on features scaled to length 1 instead of "
                    + "CLIP's own; train it again")
        }
        guard let network = DomainPromptNetwork(
            tensors: stored.tensors, featureDimension: features.columns, width: width)
        else {
            throw StageInputError(
                "the network \(key.short) does not fit features of \(features.columns) numbers and a text width of \(width)")
        }
        let classes = try ClassPrompts(
            classNames: images.classNames, contextLength: network.contextLength, model: images.model)
        // In the data set's order batches would hold images of few classes.
        var stream = RandomStream(seed: UInt64(parameters.seed), purpose: "evaluation order")
        let order = stream.permutation(of: features.rows)
        let shuffled = PromptLearning.classify(
            features.gatheringRows(order), norms: order.map { images.norms[$0] }, batchesOf: parameters.batchSize,
            network: network, classes: classes, model: images.model, withProbabilities: images.withProbabilities,
            progress: progress)
        var places = [Int](repeating: 0, count: order.count)
        for (place, image) in order.enumerated() { places[image] = place }
        return Classified(method: stored.method, seed: stored.seed, predictions: places.map { shuffled[$0] })
    }
}

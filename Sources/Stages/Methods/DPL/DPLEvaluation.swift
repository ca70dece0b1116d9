import ArtifactStore
import CLIP
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

    /// The network.
    /// - Throws: `StageInputError` for another method's weights, or for a network of an earlier version; `StoreError`.
    public static func learned(_ inputs: EvaluationInputs, _ parameters: Parameters) throws -> LearnedParts {
        let key = inputs.keys["generator"][0], learned = try LearnedParts(key, in: inputs.store)
        guard learned.method == DPL.name else {
            throw StageInputError("the artifact \(key.short) is of the method “\(learned.method)”, not of DPL")
        }
        if let version = try inputs.store.artifact(key)?.recipe.algorithmVersion, version < 2 {
            throw StageInputError(
                "the network \(key.short) was trained by an earlier version, on features scaled to length 1 instead of "
                    + "CLIP's own; train it again")
        }
        return learned
    }

    /// A prompt for each batch of images, by the network.
    /// - Throws: `StageInputError` where the network does not fit the encoders; `PromptError`.
    public static func classifier(
        _ learned: LearnedParts, _ parameters: Parameters, on base: ClassifierBase
    ) throws -> any Classifier {
        let (dimension, width) = (base.featureDimension, base.model.transformer.width)
        guard let network = DomainPromptNetwork(tensors: learned.tensors, featureDimension: dimension, width: width) else {
            throw StageInputError(
                "the network \(learned.source) does not fit features of \(dimension) numbers and a text width of \(width)")
        }
        return BatchClassifier(
            size: parameters.batchSize, network: network,
            classes: try base.prompts(contextLength: network.contextLength), model: base.model)
    }

    /// In the data set's order batches would hold images of few classes.
    public static func order(of count: Int, _ parameters: Parameters) -> [Int]? {
        var stream = RandomStream(seed: UInt64(parameters.seed), purpose: "evaluation order")
        return stream.permutation(of: count)
    }
}

/// A prompt for each batch of images.
private struct BatchClassifier: Classifier {
    let size: Int
    let network: DomainPromptNetwork
    let classes: ClassPrompts
    let model: CLIPText

    var batchSize: Int? { size }

    func probabilities(of images: SeenImages, progress: (_ done: Int) -> Void) -> ImageProbabilities {
        PromptLearning.probabilities(
            of: images.features, norms: images.norms, batchesOf: size, network: network, classes: classes, model: model,
            progress: progress)
    }
}

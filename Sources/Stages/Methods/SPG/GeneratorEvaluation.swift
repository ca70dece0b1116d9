import ArtifactStore
import Datasets
import PromptLearning
import Tensors

/// A generator of prompts: each image is classified with a prompt made from its feature, or with several.
public enum GeneratorEvaluation: EvaluationMethod {
    /// What evaluation with a generator can be told.
    public struct Parameters: CheckedParameters {
        public static let source = "SPG"

        @Parameter("The seed of the noise.", .within(seeds)) public var seed = 1
        // More draws make no difference.
        @Parameter("How many prompts are drawn for each image.", .within(1...1000), unit: "prompts", cameLater: true)
        public var draws = 1
        @Parameter(
            "What is averaged over draws: the classes' text features or their probabilities.", from: "own choice",
            cameLater: true)
        public var average = DrawAverage.features

        public init() {}
    }

    public static let kind = StageKind(
        evaluating: GeneratorEvaluation.self, as: "generator", version: 2,
        roles: [.init("generator", .generator, .cell)], isNamedInRecipes: false)
    public static var abstract: String { "Classifies each image with a prompt that is generated for it." }
    public static var example: String { "--embeddings tango --generator 0d1f2e3c --seed 1" }

    /// As many prompts for each image as are drawn, and with DPSPG a negative one to each.
    public static func work(_ size: StageSize) -> Work {
        let pair = size.makers["generator"] == DualPath.kind.name
        return size.evaluating(prompts: size.number("draws", default: 1) * (pair ? 2 : 1), contextLength: 4)
    }

    /// Each prompt is made from the image's feature and fresh noise that belongs to it.
    /// - Throws: `StageInputError` for an artifact that writes no prompts, or none for such features and such a text
    ///   encoder; `PromptError.tooLong`; `StoreError`.
    public static func classify(
        _ images: TargetImages, _ parameters: Parameters, progress: (Int) -> Void
    ) throws -> Classified {
        let stored = try images.store.weights(images.keys["generator"][0]), features = images.features
        let generator = try stored.promptGenerator(
            featureDimension: features.columns, width: images.model.transformer.width, of: images.keys["generator"][0])
        let classes = try ClassPrompts(
            classNames: images.classNames, contextLength: generator.contextLength, model: images.model)
        // One draw is made for all images at once. Several are made for some of them, for the prompts to fit into memory.
        let block = parameters.draws == 1 ? max(1, features.rows) : max(16, 2048 / parameters.draws)
        var predictions: [Prediction] = []
        for first in stride(from: 0, to: features.rows, by: block) {
            let part = first..<min(first + block, features.rows), own = features.rows(part)
            let draws = (0..<parameters.draws).map { draw in
                generator.prompts(
                    noise: latentNoise(part.count, dimension: generator.latentDimension) {
                        parameters.noise(draw, of: images.manifest.images[first + $0].digest)
                    },
                    features: own)
            }
            predictions += PromptLearning.classify(
                own, draws: draws, against: generator.counterweight(features: own),
                averaging: parameters.average, classes: classes, model: images.model,
                withProbabilities: images.withProbabilities, progress: { progress(first + $0) })
        }
        return Classified(method: stored.method, seed: stored.seed, predictions: predictions)
    }
}

extension GeneratorEvaluation.Parameters {
    /// The noise of one of an image's draws; more draws leave the first ones as they are.
    func noise(_ draw: Int, of image: Digest) -> RandomStream {
        RandomStream(
            digest: image, seed: UInt64(seed), purpose: draw == 0 ? "evaluation noise" : "evaluation noise \(draw)")
    }
}

extension LearnedWeights {
    /// The network that these tensors are of, by the method that learned them.
    /// - Throws: `StageInputError` where that writes no prompts, or none for such features and such a text encoder.
    func promptGenerator(
        featureDimension: Int, width: Int, of key: ArtifactKey
    ) throws -> any PromptGenerator {
        guard let writer = Methods.writer(of: self) else {
            throw StageInputError("the artifact \(key.short), of the method “\(method)”, writes no prompts for images")
        }
        guard let generator = writer.init(tensors: tensors, featureDimension: featureDimension, width: width)
        else {
            throw StageInputError(
                "the generator \(key.short) does not fit features of \(featureDimension) numbers and a text width of \(width)")
        }
        return generator
    }
}

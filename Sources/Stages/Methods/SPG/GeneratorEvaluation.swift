import ArtifactStore
import CLIP
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

    /// The generator, of whichever method.
    /// - Throws: `StoreError`.
    public static func learned(_ inputs: EvaluationInputs, _ parameters: Parameters) throws -> LearnedParts {
        try LearnedParts(inputs.keys["generator"][0], in: inputs.store)
    }

    /// A prompt for each image and draw.
    /// - Throws: `StageInputError` where the weights are of no generator, or do not fit the encoders; `PromptError`.
    public static func classifier(
        _ learned: LearnedParts, _ parameters: Parameters, on base: ClassifierBase
    ) throws -> any Classifier {
        let generator = try learned.promptGenerator(
            featureDimension: base.featureDimension, width: base.model.transformer.width)
        return GeneratorClassifier(
            generator: generator, parameters: parameters,
            classes: try base.prompts(contextLength: generator.contextLength), model: base.model)
    }
}

/// A prompt for each image, or several, made from the image's feature and fresh noise that belongs to it.
private struct GeneratorClassifier: Classifier {
    let generator: any PromptGenerator
    let parameters: GeneratorEvaluation.Parameters
    let classes: ClassPrompts
    let model: CLIPText

    func probabilities(of images: SeenImages, progress: (_ done: Int) -> Void) -> ImageProbabilities {
        // For the prompts of all draws to fit into memory.
        let block = min(Tensor.independentRows, max(16, 2048 / parameters.draws))
        let parts = stride(from: 0, to: images.count, by: block).map { first in
            let part = first..<min(first + block, images.count), features = images.features.rows(part)
            let draws = (0..<parameters.draws).map { draw in
                generator.prompts(
                    noise: latentNoise(part.count, dimension: generator.latentDimension) {
                        parameters.noise(draw, of: images.digests[first + $0])
                    },
                    features: features)
            }
            return PromptLearning.probabilities(
                of: features, draws: draws, against: generator.counterweight(features: features),
                averaging: parameters.average, classes: classes, model: model, progress: { progress(first + $0) })
        }
        return .joined(parts, classCount: classes.classCount)
    }
}

extension GeneratorEvaluation.Parameters {
    /// The noise of one of an image's draws; more draws leave the first ones as they are.
    package func noise(_ draw: Int, of image: Digest) -> RandomStream {
        RandomStream(
            digest: image, seed: UInt64(seed), purpose: draw == 0 ? "evaluation noise" : "evaluation noise \(draw)")
    }
}

extension LearnedParts {
    /// The network that these tensors are of, by the method that learned them.
    /// - Throws: `StageInputError` where that writes no prompts, or none for such features and such a text encoder.
    func promptGenerator(featureDimension: Int, width: Int) throws -> any PromptGenerator {
        guard let writer = Methods.writer(of: self) else {
            throw StageInputError("the artifact \(source), of the method “\(method)”, writes no prompts for images")
        }
        guard let generator = writer.init(tensors: tensors, featureDimension: featureDimension, width: width) else {
            throw StageInputError(
                "the generator \(source) does not fit features of \(featureDimension) numbers and a text width of \(width)")
        }
        return generator
    }
}

import ArtifactStore
import Datasets
import PromptLearning
import Tensors

/// How far the prompts differ that several generators, of several seeds, write for the same images.
///
/// All three are root mean squares over images and over the numbers of a prompt: of the prompts themselves, and of
/// standard deviations (over n − 1), from generator to generator and from draw to draw.
public struct PromptSpread: Hashable, Sendable {
    public var size: Double
    /// Over generators; nil of one.
    public var overSeeds: Double?
    /// Over draws of noise, in the mean of the generators; 0 where a prompt is drawn from none.
    public var overDraws: Double

    /// Measures the positive prompts of generators.
    ///
    /// - Parameters:
    ///   - generators: with the seed of the noise that each is evaluated with.
    ///   - embeddings: of the images.
    ///   - draws: prompts drawn for each image; the first is compared from generator to generator.
    /// - Throws: `StageInputError` for generators whose prompts have different lengths, or that do not fit the images.
    public init(
        of generators: [(key: ArtifactKey, seed: Int)], on embeddings: ArtifactKey, draws: Int = 4, store: ArtifactStore
    ) throws {
        precondition(draws > 1 && !generators.isEmpty, "a spread is between two draws or more")
        let images = try store.embeddings(embeddings, view: "center")
        var first: [Tensor] = [], overDraws = 0.0
        for (key, seed) in generators {
            let learned = try LearnedParts(key, in: store)
            // As rows of numbers prompts are the same whatever the text encoder's width; CoCoOp's context has it in its
            // shape.
            let generator = try learned.promptGenerator(
                featureDimension: images.vectors.columns, width: learned.tensors["ctx"]?.columns ?? 1)
            var parameters = GeneratorEvaluation.Parameters()
            parameters.seed = seed
            let count = generator.latentDimension == 0 ? 1 : draws
            let drawn = (0..<count).map { draw in
                generator.prompts(
                    noise: latentNoise(images.vectors.rows, dimension: generator.latentDimension) { [parameters] in
                        parameters.noise(draw, of: images.manifest.images[$0].digest)
                    },
                    features: images.vectors)
            }
            first.append(drawn[0])
            overDraws += meanVariance(drawn) / Double(generators.count)
        }
        guard Set(first.map(\.columns)).count == 1 else {
            throw StageInputError("the generators' prompts have different lengths: \(first.map(\.columns))")
        }
        size = (first.reduce(0) { $0 + $1.squaredNorm / Double($1.count) } / Double(first.count)).squareRoot()
        overSeeds = first.count > 1 ? meanVariance(first).squareRoot() : nil
        self.overDraws = overDraws.squareRoot()
    }
}

/// The mean over all elements of the variance from tensor to tensor (over n − 1); 0 of one.
private func meanVariance(_ tensors: [Tensor]) -> Double {
    guard tensors.count > 1 else { return 0 }
    let mean = tensors.dropFirst().reduce(tensors[0]) { $0 + $1 } * (1 / Float(tensors.count))
    let squares = tensors.reduce(0) { $0 + ($1 - mean).squaredNorm }
    return squares / Double((tensors.count - 1) * mean.count)
}

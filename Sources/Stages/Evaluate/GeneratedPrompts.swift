import ArtifactStore
import Datasets
import PromptLearning
import Tensors

extension ArtifactStore {
    /// The prompts that a generator writes for images: the first draw of each, as it was evaluated with.
    ///
    /// - Parameters:
    ///   - generator: what writes them.
    ///   - seed: of the noise.
    ///   - images: whose noise it is.
    ///   - features: of the images, `[n, F]`.
    /// - Returns: `[n, M · width]`.
    /// - Throws: `StoreError`; `StageInputError` for an artifact that writes no prompts, or none for such features.
    public func generatedPrompts(
        by generator: ArtifactKey, seed: Int, for images: [Digest], features: Tensor
    ) throws -> Tensor {
        let learned = try LearnedParts(generator, in: self)
        // As rows of numbers prompts are the same whatever the text encoder's width; CoCoOp's context has it in its shape.
        let network = try learned.promptGenerator(
            featureDimension: features.columns, width: learned.tensors["ctx"]?.columns ?? 1)
        var parameters = GeneratorEvaluation.Parameters()
        parameters.seed = seed
        let noise = latentNoise(images.count, dimension: network.latentDimension) { [parameters] in
            parameters.noise(0, of: images[$0])
        }
        return network.prompts(noise: noise, features: features)
    }
}

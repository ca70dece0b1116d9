import Tensors

/// A network that writes a prompt for an image from its feature.
public protocol PromptGenerator: Sendable {
    /// M, the context vectors of a prompt.
    var contextLength: Int { get }
    /// How many numbers of noise a prompt is drawn from; 0 where nothing is left to chance.
    var latentDimension: Int { get }

    /// Prompts in evaluation: every image's depends on it and its noise alone.
    ///
    /// - Parameters: - noise: `[n, latentDimension]`, standard normal. - features: `[n, F]`, unit length.
    /// - Returns: `[n, M · width]`, each row the M context vectors one after another.
    func prompts(noise: Tensor, features: Tensor) -> Tensor

    /// Prompts that tell what an image is not, where the network writes such, too: what is like them counts against a
    /// class.
    func counterweight(features: Tensor) -> Counterweight?
}

extension PromptGenerator {
    public func counterweight(features: Tensor) -> Counterweight? { nil }
}

/// Negative prompts, one for each of some images: a class's cosine with them is taken, weighted, from its cosine.
public struct Counterweight: Sendable {
    /// `[n, M · width]`.
    public var prompts: Tensor
    public var weight: Float

    public init(prompts: Tensor, weight: Float) {
        self.prompts = prompts
        self.weight = weight
    }
}

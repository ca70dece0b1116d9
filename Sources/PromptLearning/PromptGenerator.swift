import Tensors

/// A network that writes a prompt for an image from its feature.
public protocol PromptGenerator: Sendable {
    /// M, the context vectors of a prompt.
    var contextLength: Int { get }

    /// A network from its tensors, or nil where some are missing or do not fit together.
    /// - Parameters:
    ///   - tensors: by name, in the shapes that its own `tensors` have.
    ///   - featureDimension: the numbers of an image's feature.
    ///   - width: the text encoder's.
    init?(tensors: [String: Tensor], featureDimension: Int, width: Int)

    /// How many numbers of noise a prompt is drawn from; 0 where nothing is left to chance.
    var latentDimension: Int { get }

    /// Prompts in evaluation: every image's depends on it and its noise alone.
    ///
    /// - Parameters:
    ///   - noise: `[n, latentDimension]`, standard normal.
    ///   - features: `[n, F]`, unit length.
    /// - Returns: `[n, M · width]`, each row the M context vectors one after another.
    func prompts(noise: Tensor, features: Tensor) -> Tensor

    /// Prompts that tell what an image is not, where the network writes such, too: what is like them counts against a
    /// class. Nil where it writes none.
    /// - Parameter features: `[n, F]`, unit length.
    func counterweight(features: Tensor) -> Counterweight?
}

extension PromptGenerator {
    /// None.
    public func counterweight(features: Tensor) -> Counterweight? { nil }
}

/// Negative prompts, one for each of some images: a class's cosine with them is taken, weighted, from its cosine.
public struct Counterweight: Sendable {
    /// `[n, M · width]`.
    public var prompts: Tensor
    public var weight: Float

    /// Prompts `[n, M · width]` and their weight.
    public init(prompts: Tensor, weight: Float) {
        self.prompts = prompts
        self.weight = weight
    }
}

/// A network that is taught to write the prompts of images' domains.
///
/// What it is taught is a row of L numbers for each domain, its label: the domain's prompt, or all that the network writes.
public protocol PromptWriter: PromptGenerator {
    /// F, the numbers of an image's feature, and those of a context vector.
    var featureDimension: Int { get }
    var width: Int { get }

    /// What it writes for images, to be measured by their labels: `[n, L]`, of noise `[n, latentDimension]` and
    /// features `[n, F]`.
    func written(noise: Tensor, features: Tensor) -> Tensor

    /// All that makes it what it is, by name.
    var tensors: [String: Tensor] { get }
}

extension PromptWriter {
    /// The prompts: `[n, M · width]`.
    public func written(noise: Tensor, features: Tensor) -> Tensor { prompts(noise: noise, features: features) }
}

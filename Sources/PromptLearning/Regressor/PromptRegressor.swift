import Tensors

/// SPG's ablation: what its generator is without noise and without an adversary. The layers are the generator's, and
/// they are fitted to the label prompts by their mean squared error.
public struct PromptRegressor: Sendable {
    private var generator: Generator

    package init(featureDimension: Int, contextLength: Int, width: Int, seed: Int) {
        generator = Generator(
            featureDimension: featureDimension, latentDimension: 0, contextLength: contextLength, width: width,
            seed: UInt64(seed))
    }

    /// A regressor from a generator's state dict, or nil where tensors are missing, do not fit together, or take noise.
    public init?(tensors: [String: Tensor], featureDimension: Int, width: Int) {
        guard let generator = Generator(tensors: tensors, featureDimension: featureDimension, width: width),
            generator.latentDimension == 0
        else { return nil }
        self.generator = generator
    }

    /// The generator's state dict.
    public var tensors: [String: Tensor] { generator.tensors }
}

extension PromptRegressor: PromptGenerator, ImitatingNetwork {
    public var featureDimension: Int { generator.featureDimension }
    public var width: Int { generator.width }
    public var contextLength: Int { generator.contextLength }
    public var latentDimension: Int { 0 }
    /// The generator's, in the order of `Generator.parameterNames`.
    public var parameters: [Tensor] {
        get { generator.parameters }
        set { generator.parameters = newValue }
    }

    /// The mean squared error of what is written, `[n, P]`, a scalar.
    public mutating func loss(
        labels: Tensor, features: Tensor, parameters p: [Variable], chance: StepChance
    ) -> Variable {
        let noise = Tensor([features.rows, 0])
        return meanSquaredError(generator.prompts(noise: noise, features: features, parameters: p), to: labels)
    }

    /// `[n, P]` of features `[n, F]`. The noise is not looked at.
    public func prompts(noise: Tensor, features: Tensor) -> Tensor { generator.prompts(noise: noise, features: features) }
}

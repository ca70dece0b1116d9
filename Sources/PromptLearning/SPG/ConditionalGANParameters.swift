extension ConditionalGAN {
    /// Everything that decides what the generator becomes.
    public struct Parameters: GeneratorTrainingParameters, Hashable {
        public static let source = "SPG's released code, for PACS"

        @Parameter("The learning rate of AdamW for both networks, after the warm-up.", .positive)
        public var learningRate = 2e-3
        @Parameter(.weightDecay("AdamW")) public var weightDecay = 1e-4
        @Parameter("How many images each half of a step learns from.", .within(2...counts.upperBound), unit: "images")
        public var batchSize = 32
        @Parameter("How many epochs there are, from the warm-up to the end of training.", .within(counts), unit: "epochs")
        public var epochs = 70
        @Parameter(.risingEpochs) public var warmUpEpochs = 4
        @Parameter(.firstRate) public var warmUpLearningRate = 1e-5
        @Parameter("How many numbers of noise a prompt is generated from.", .within(0...65_536), unit: "numbers")
        public var latentDimension = 100
        @Parameter(.stepsPerEpoch) public var stepsPerEpoch = 0
        @Parameter(.balanceDomains, from: "own choice") public var balanceDomains = false
        @Parameter(.validateEvery) public var validateEvery = 1
        @Parameter("Whether each tensor's gradient is clipped to a norm of its own.") public var clip = true
        @Parameter(.clip("weights and biases of the discriminator's first and last layer"))
        public var clipDiscriminatorEnds = 5.0
        @Parameter(.clip("the discriminator's other weights")) public var clipDiscriminatorWeights = 0.5
        @Parameter(.clip("the discriminator's other biases")) public var clipDiscriminatorBiases = 0.5
        @Parameter(.clip("the generator's weights")) public var clipGeneratorWeights = 5e-2
        @Parameter(.clip("the generator's biases")) public var clipGeneratorBiases = 5e-7
        @Parameter(.clip("the biases of the generator's last layer and last BatchNorm"))
        public var clipGeneratorEnds = 5.0
        @Parameter(.seed("initial weights, batches, noise and dropout")) public var seed = 1

        public init() {}

        var clipping: Clipping? { clip ? Clipping(parameters: self) : nil }
    }

    /// The authors' gradient clipping: every parameter tensor by its own Euclidean norm, limits by what the tensor is.
    struct Clipping {
        let parameters: Parameters

        /// In the order of `Discriminator.parameterNames`.
        var discriminatorLimits: [Float] {
            Discriminator.parameterNames.map { name in
                let isEnd = name.hasPrefix("model.0.") || name.hasPrefix("model.8.")
                return Float(
                    isEnd
                        ? parameters.clipDiscriminatorEnds
                        : name.hasSuffix("weight")
                            ? parameters.clipDiscriminatorWeights : parameters.clipDiscriminatorBiases)
            }
        }

        /// In the order of `Generator.parameterNames`.
        var generatorLimits: [Float] {
            Generator.parameterNames.map { name in
                let isEnd = name == "model.9.bias" || name == "model.11.bias"
                return Float(
                    name.hasSuffix("weight")
                        ? parameters.clipGeneratorWeights
                        : isEnd ? parameters.clipGeneratorEnds : parameters.clipGeneratorBiases)
            }
        }
    }
}

extension ParameterDescription<Double> {
    /// - Parameter tensors: whose gradients.
    fileprivate static func clip(_ tensors: String) -> Self {
        Self("The largest norm of a gradient: of \(tensors).", .positive)
    }
}

extension ConditionalGAN {
    /// Everything that decides what the generator becomes. The defaults are the authors' for PACS.
    public struct Parameters: GeneratorTrainingParameters, Hashable {
        public var learningRate = 2e-3
        public var weightDecay = 1e-4
        public var batchSize = 32
        public var epochs = 70
        public var warmUpEpochs = 4
        public var warmUpLearningRate = 1e-5
        /// Z, the numbers of noise.
        public var latentDimension = 100
        public var stepsPerEpoch = 0
        public var balanceDomains = false
        public var validateEvery = 1
        /// Whether each tensor's gradient is clipped to a norm of its own; the limits follow.
        public var clip = true
        /// Weights and biases of the discriminator's first and last layer.
        public var clipDiscriminatorEnds = 5.0
        public var clipDiscriminatorWeights = 0.5
        public var clipDiscriminatorBiases = 0.5
        public var clipGeneratorWeights = 5e-2
        public var clipGeneratorBiases = 5e-7
        /// Biases of the generator's last layer and of its last BatchNorm.
        public var clipGeneratorEnds = 5.0
        public var seed = 1

        public init() {}

        public func check() throws(UnfitParameter) {
            try checkTraining()
            try require("latentDimension", latentDimension, in: 0...65_536)
            for (name, limit) in [
                ("clipDiscriminatorEnds", clipDiscriminatorEnds), ("clipDiscriminatorWeights", clipDiscriminatorWeights),
                ("clipDiscriminatorBiases", clipDiscriminatorBiases), ("clipGeneratorWeights", clipGeneratorWeights),
                ("clipGeneratorBiases", clipGeneratorBiases), ("clipGeneratorEnds", clipGeneratorEnds),
            ] {
                try require(positive: name, limit)
            }
        }

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

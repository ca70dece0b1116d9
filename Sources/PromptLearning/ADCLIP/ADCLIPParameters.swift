extension ADCLIP {
    /// Everything that decides what is learned. The defaults are those of the released code for ViT-B/16.
    public struct Parameters: CheckedParameters, Hashable {
        /// The last blocks of the encoder that are looked at; 0 for all of them.
        public var scales = 0
        /// K, the tokens of a prompt that say what its image shows.
        public var imageTokens = 4
        /// Whether every image token mixes the blocks in a way of its own, as in the paper. In the released code all of them
        /// share one mixture, and are copies of one token.
        public var ownMixtures = false
        /// Between the two layers of a domain projector: 256 for ViT-B/16 and RN50, 512 for ViT-L/14.
        public var hiddenWidth = 256
        /// Between the two layers of a style mapping: 384 for ViT-B/16 and RN50, 640 for ViT-L/14.
        public var styleHiddenWidth = 384
        /// Whether the layers that read statistics learn. In the released code for RN50 they stay as they were drawn, not
        /// being registered as parameters.
        public var trainsFirstLayers = true
        public var styleWeight = 0.1
        public var entropyWeight = 0.01
        public var divergenceWeight = 1.0
        public var learningRate = 0.01
        /// A `Pace`.
        public var pace = Pace.step.rawValue
        /// What is added to a parameter's gradient, times the parameter.
        public var weightDecay = 5e-4
        /// Images of the source, and as many of the target, in a step.
        public var batchSize = 16
        public var epochs = 50
        /// Steps (or epochs, by the pace) before the cosine begins.
        public var warmUp = 1
        public var warmUpLearningRate = 1e-5
        /// Steps of an epoch; 0 for as many as there are whole batches of training images.
        public var stepsPerEpoch = 0
        /// Epochs from one look at the validation images to the next. The last epoch is always looked at.
        public var validateEvery = 1
        public var seed = 1

        public init() {}

        public var needs: [ModelNeed] {
            let network = NetworkNeed.Network.styles(
                scales: scales, imageTokens: imageTokens, hiddenWidth: hiddenWidth, styleHiddenWidth: styleHiddenWidth)
            return [
                .styleTokens(scales: scales, imageTokens: imageTokens), .statistics, .network(NetworkNeed(network: network)),
            ]
        }

        public func check() throws(UnfitParameter) {
            try require("scales", scales, in: 0...counts.upperBound)
            try require("imageTokens", imageTokens, in: counts)
            try require("hiddenWidth", hiddenWidth, in: 1...65_536)
            try require("styleHiddenWidth", styleHiddenWidth, in: 1...65_536)
            try require(nonnegative: "styleWeight", styleWeight)
            try require(nonnegative: "entropyWeight", entropyWeight)
            try require(nonnegative: "divergenceWeight", divergenceWeight)
            try require(positive: "learningRate", learningRate)
            try require("pace", pace, among: Pace.self)
            try require(nonnegative: "weightDecay", weightDecay)
            try require("batchSize", batchSize, in: counts)
            try require("epochs", epochs, in: counts)
            try require("warmUp", warmUp, in: 0...counts.upperBound)
            try require(nonnegative: "warmUpLearningRate", warmUpLearningRate)
            try require("stepsPerEpoch", stepsPerEpoch, in: 0...counts.upperBound)
            try require("validateEvery", validateEvery, in: counts)
            try require("seed", seed, in: seeds)
        }
    }
}

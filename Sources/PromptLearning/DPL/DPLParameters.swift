extension DPL {
    /// Which classes an image's own class competes with in training.
    public enum Competitors: String, CaseIterable, Sendable {
        /// Those of all source domains, and the first domain's is right for every image: the released code.
        case allDomains = "all-domains"
        /// Those of its own domain's prompt: the paper.
        case ownDomain = "own-domain"
    }

    /// Everything that decides what is learned. The defaults are those of the released code.
    public struct Parameters: CheckedParameters, Hashable {
        /// M, the number of context vectors.
        public var contextLength = 16
        /// Layers of the network.
        public var depth = 3
        /// Outputs of its hidden layers.
        public var hiddenWidth = 512
        public var dropout = 0.1
        /// A `Competitors`.
        public var competitors = DPL.Competitors.allDomains.rawValue
        public var learningRate = 1e-3
        public var momentum = 0.1
        public var weightDecay = 0.0
        /// Images of each domain in a step.
        public var batchSize = 32
        public var steps = 5001
        /// How many steps lie between two looks at the validation images.
        public var validateEvery = 300
        /// How many validation images of a domain share a prompt.
        public var validationBatchSize = 64
        public var seed = 1

        public init() {}

        public var needs: [ModelNeed] {
            let network = NetworkNeed.Network.domainPrompts(
                hiddenWidth: hiddenWidth, depth: depth, contextLength: contextLength)
            return [.context(ContextNeed(length: contextLength)), .norms, .network(NetworkNeed(network: network))]
        }

        public func check() throws(UnfitParameter) {
            try require("contextLength", contextLength, in: counts)
            try require("depth", depth, in: 2...100)
            try require("hiddenWidth", hiddenWidth, in: 1...1 << 16)
            try require(belowOne: "dropout", dropout)
            try require("competitors", competitors, among: DPL.Competitors.self)
            try require(positive: "learningRate", learningRate)
            try require(belowOne: "momentum", momentum)
            try require(nonnegative: "weightDecay", weightDecay)
            try require("batchSize", batchSize, in: counts)
            try require("steps", steps, in: counts)
            try require("validateEvery", validateEvery, in: counts)
            try require("validationBatchSize", validationBatchSize, in: counts)
            try require("seed", seed, in: seeds)
        }
    }
}

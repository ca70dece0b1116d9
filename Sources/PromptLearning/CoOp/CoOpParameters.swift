extension CoOp {
    /// Everything that decides what is learned. The defaults are those of SPG's stage I.
    public struct Parameters: CheckedParameters, Hashable {
        /// The words whose embeddings the context vectors start from; empty for random vectors of deviation 0.02.
        public var context = "a photo of a"
        /// M, the number of context vectors.
        public var contextLength = 4
        public var learningRate = 2e-3
        public var momentum = 0.9
        public var weightDecay = 5e-4
        public var batchSize = 32
        public var epochs = 50
        public var warmUpEpochs = 1
        public var warmUpLearningRate = 1e-5
        public var seed = 1

        public init() {}

        public func check() throws(UnfitParameter) {
            try require("contextLength", contextLength, in: counts)
            try require(positive: "learningRate", learningRate)
            guard (0..<1).contains(momentum) else {
                throw UnfitParameter("momentum", mustBe: "a number from 0 to below 1", not: "\(momentum)")
            }
            try require(nonnegative: "weightDecay", weightDecay)
            try require("batchSize", batchSize, in: counts)
            try require("epochs", epochs, in: counts)
            try require("warmUpEpochs", warmUpEpochs, in: 0...counts.upperBound)
            try require(nonnegative: "warmUpLearningRate", warmUpLearningRate)
            try require("seed", seed, in: seeds)
        }
    }
}

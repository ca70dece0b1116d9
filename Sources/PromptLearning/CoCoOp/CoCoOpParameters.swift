extension CoCoOp {
    /// Everything that decides what is learned. The defaults are those of the authors' configuration of four vectors.
    public struct Parameters: DescentParameters, Hashable {
        /// The words whose embeddings the context vectors start from; empty for random vectors of deviation 0.02.
        public var context = "a photo of a"
        /// M, the number of context vectors.
        public var contextLength = 4
        public var learningRate = 2e-3
        public var momentum = 0.9
        public var weightDecay = 5e-4
        public var batchSize = 1
        public var epochs = 10
        public var warmUpEpochs = 1
        public var warmUpLearningRate = 1e-5
        /// How many epochs lie between two looks at the validation images, each of which takes a prompt of its own.
        public var validateEvery = 1
        public var seed = 1

        public init() {}

        public var needs: [ModelNeed] {
            var context = ContextNeed(length: contextLength)
            context.words = self.context
            return [.context(context)]
        }

        public func check() throws(UnfitParameter) {
            try require("contextLength", contextLength, in: counts)
            try require("validateEvery", validateEvery, in: counts)
            try checkDescent()
        }
    }
}

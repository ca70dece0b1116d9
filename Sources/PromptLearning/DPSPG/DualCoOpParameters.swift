extension DualCoOp {
    /// Everything that decides what is learned. The defaults are the authors'.
    public struct Parameters: DescentParameters, Hashable {
        /// The words whose embeddings the positive context starts from; empty for random vectors of deviation 0.02.
        public var context = "a photo of a"
        /// Those of the negative context; they have as many tokens.
        public var negativeContext = "a photo without a"
        /// M, the number of vectors of each context.
        public var contextLength = 4
        public var learningRate = 2e-3
        public var momentum = 0.9
        public var weightDecay = 5e-4
        public var batchSize = 32
        public var epochs = 70
        public var warmUpEpochs = 1
        public var warmUpLearningRate = 1e-5
        public var seed = 1

        public init() {}

        public var needs: [ModelNeed] {
            [(context, "context"), (negativeContext, "negativeContext")].map { words, parameter in
                var need = ContextNeed(length: contextLength)
                (need.words, need.wordsParameter) = (words, parameter)
                return .context(need)
            }
        }

        public func check() throws(UnfitParameter) {
            try require("contextLength", contextLength, in: counts)
            try checkDescent()
        }
    }
}

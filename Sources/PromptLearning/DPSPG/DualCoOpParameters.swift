extension DualCoOp {
    /// Everything that decides what is learned.
    public struct Parameters: DescentParameters, Hashable {
        public static let source = "DPSPG's released code"

        @Parameter("The words that the positive context starts from; empty for random vectors of deviation 0.02.")
        public var context = "a photo of a"
        @Parameter("The words that the negative context starts from, of as many tokens; empty for random vectors.")
        public var negativeContext = "a photo without a"
        @Parameter("How many vectors each context has.", .within(counts), unit: "vectors") public var contextLength = 4
        @Parameter(.learningRate(gradientDescent)) public var learningRate = 2e-3
        @Parameter(.momentum) public var momentum = 0.9
        @Parameter(.weightDecay(gradientDescent)) public var weightDecay = 5e-4
        @Parameter(.batchSize) public var batchSize = 32
        @Parameter(.epochs) public var epochs = 70
        @Parameter(.constantEpochs) public var warmUpEpochs = 1
        @Parameter(.constantRate) public var warmUpLearningRate = 1e-5
        @Parameter(.seed("the order of images, the choice of views and random vectors")) public var seed = 1

        public init() {}

        public var needs: [ModelNeed] {
            [(context, "context"), (negativeContext, "negativeContext")].map { words, parameter in
                var need = ContextNeed(length: contextLength)
                (need.words, need.wordsParameter) = (words, parameter)
                return .context(need)
            }
        }
    }
}

extension CoCoOp {
    /// Everything that decides what is learned.
    public struct Parameters: DescentParameters, Hashable {
        public static let source = "CoCoOp's configuration of four vectors"

        @Parameter(.context) public var context = "a photo of a"
        @Parameter(.contextLength) public var contextLength = 4
        @Parameter(.learningRate(gradientDescent)) public var learningRate = 2e-3
        @Parameter(.momentum) public var momentum = 0.9
        @Parameter(.weightDecay(gradientDescent)) public var weightDecay = 5e-4
        @Parameter(.batchSize) public var batchSize = 1
        @Parameter(.epochs) public var epochs = 10
        @Parameter(.constantEpochs) public var warmUpEpochs = 1
        @Parameter(.constantRate) public var warmUpLearningRate = 1e-5
        @Parameter(.validateEvery, from: "own choice") public var validateEvery = 1
        @Parameter(.seed("initial weights, the order of images and the choice of views")) public var seed = 1

        public init() {}

        public var needs: [ModelNeed] {
            var need = ContextNeed(length: contextLength)
            need.words = context
            return [.context(need)]
        }
    }
}

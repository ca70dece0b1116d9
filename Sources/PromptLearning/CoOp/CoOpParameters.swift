import CLIP

extension CoOp {
    /// Everything that decides what is learned.
    public struct Parameters: DescentParameters, Hashable {
        public static let source = "SPG's stage I"

        @Parameter(.context) public var context = "a photo of a"
        @Parameter(.contextLength) public var contextLength = 4
        @Parameter("Where the class name stands among the context vectors.", from: "CoOp")
        public var classTokenPosition = PromptLayout.ClassTokenPosition.end
        @Parameter("Whether every class has context vectors of its own (CSC).", from: "CoOp")
        public var classSpecificContexts = false
        @Parameter(.learningRate(gradientDescent)) public var learningRate = 2e-3
        @Parameter(.momentum) public var momentum = 0.9
        @Parameter(.weightDecay(gradientDescent)) public var weightDecay = 5e-4
        @Parameter(.batchSize) public var batchSize = 32
        @Parameter(.epochs) public var epochs = 50
        @Parameter(.constantEpochs) public var warmUpEpochs = 1
        @Parameter(.constantRate) public var warmUpLearningRate = 1e-5
        @Parameter(.seed("the order of images, the choice of views and random vectors")) public var seed = 1

        public init() {}

        public var needs: [ModelNeed] {
            var need = ContextNeed(length: contextLength)
            need.words = context
            (need.form.position, need.form.isClassSpecific) = (classTokenPosition, classSpecificContexts)
            return [.context(need)]
        }
    }
}

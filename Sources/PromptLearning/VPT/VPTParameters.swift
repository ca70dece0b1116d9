extension VPT {
    /// Everything that decides what is learned.
    public struct Parameters: VisionTrainingParameters, Hashable {
        public static let source = "the released trainer's configuration for ViT-B/16"

        @Parameter(.classTemplate) public var template = "a photo of a {}."
        @Parameter("How many prompt tokens a layer has.", .within(1...1000), unit: "tokens") public var promptLength = 8
        @Parameter("How many layers have prompts of their own; 1 is the shallow form.", .within(1...1000), unit: "layers")
        public var depth = 12
        @Parameter(.crops) public var crops = true
        @Parameter(.learningRate(gradientDescent)) public var learningRate = 2.5e-3
        @Parameter(.momentum) public var momentum = 0.9
        @Parameter(.weightDecay(gradientDescent)) public var weightDecay = 5e-4
        @Parameter(.batchSize) public var batchSize = 4
        @Parameter(.epochs) public var epochs = 5
        @Parameter(.constantEpochs) public var warmUpEpochs = 1
        @Parameter(.constantRate) public var warmUpLearningRate = 1e-5
        @Parameter(.visionSeed) public var seed = 1

        public init() {}

        public var needs: [ModelNeed] { [.imageLayers(depth), .template(template, by: "template")] }
    }
}

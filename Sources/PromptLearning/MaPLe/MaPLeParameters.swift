extension MaPLe {
    /// Everything that decides what is learned.
    public struct Parameters: VisionTrainingParameters, Hashable {
        /// For domain generalization and other data sets.
        public static let source = "MaPLe's vit_b16_c2_ep5_batch4_2ctx_cross_datasets.yaml"

        @Parameter(
            """
            The words before the class name. The context vectors start from the first of them; those that follow stay \
            words. Empty for random vectors of deviation 0.02 and no words.
            """)
        public var context = "a photo of a"
        @Parameter(
            "How many context vectors a prompt has, and how many prompt tokens the image encoder.", .within(1...1000),
            unit: "vectors")
        public var contextLength = 2
        @Parameter("How many layers of either encoder have prompts of their own.", .within(1...1000), unit: "layers")
        public var depth = 3
        @Parameter(.crops) public var crops = true
        @Parameter(.learningRate(gradientDescent)) public var learningRate = 2.6e-3
        @Parameter(.momentum) public var momentum = 0.9
        @Parameter(.weightDecay(gradientDescent)) public var weightDecay = 5e-4
        @Parameter(.batchSize) public var batchSize = 4
        @Parameter(.epochs) public var epochs = 2
        @Parameter(.constantEpochs) public var warmUpEpochs = 1
        @Parameter(.constantRate) public var warmUpLearningRate = 1e-5
        @Parameter(.visionSeed) public var seed = 1

        public init() {}

        public var needs: [ModelNeed] {
            var need = ContextNeed(length: contextLength)
            (need.words, need.keepsOtherWords) = (context, true)
            return [.textLayers(depth), .imageLayers(depth), .context(need)]
        }
    }
}

extension MaPLe {
    /// Everything that decides what is learned. The defaults are those of the released configuration for domain generalization
    /// and other data sets, `vit_b16_c2_ep5_batch4_2ctx_cross_datasets.yaml`.
    public struct Parameters: VisionTrainingParameters, Hashable {
        /// The words before the class name. The context vectors start from the first of them; those that follow stay words.
        /// Empty for random vectors of deviation 0.02 and no words.
        public var context = "a photo of a"
        /// M, the number of context vectors, and of prompt tokens of the image encoder.
        public var contextLength = 2
        /// The layers with prompts of their own, in either encoder.
        public var depth = 3
        public var crops = true
        public var learningRate = 2.6e-3
        public var momentum = 0.9
        public var weightDecay = 5e-4
        public var batchSize = 4
        public var epochs = 2
        public var warmUpEpochs = 1
        public var warmUpLearningRate = 1e-5
        public var seed = 1

        public init() {}

        public var needs: [ModelNeed] {
            var context = ContextNeed(length: contextLength)
            (context.words, context.keepsOtherWords) = (self.context, true)
            return [.textLayers(depth), .imageLayers(depth), .context(context)]
        }

        public func check() throws(UnfitParameter) {
            try require("contextLength", contextLength, in: 1...1000)
            try require("depth", depth, in: 1...1000)
            try checkDescent()
        }
    }
}

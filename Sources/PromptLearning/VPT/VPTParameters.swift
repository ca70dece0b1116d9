extension VPT {
    /// Everything that decides what is learned. The defaults are those of the released trainer's configuration for ViT-B/16.
    public struct Parameters: VisionTrainingParameters, Hashable {
        /// The text of a class; `{}` stands for its name.
        public var template = "a photo of a {}."
        /// m, the prompt tokens of a layer.
        public var promptLength = 8
        /// The layers with prompts of their own; 1 is the shallow form.
        public var depth = 12
        public var crops = true
        public var learningRate = 2.5e-3
        public var momentum = 0.9
        public var weightDecay = 5e-4
        public var batchSize = 4
        public var epochs = 5
        public var warmUpEpochs = 1
        public var warmUpLearningRate = 1e-5
        public var seed = 1

        public init() {}

        public var needs: [ModelNeed] { [.imageLayers(depth), .template(template, by: "template")] }

        public func check() throws(UnfitParameter) {
            try require(template: template)
            try require("promptLength", promptLength, in: 1...1000)
            try require("depth", depth, in: 1...1000)
            try checkDescent()
        }
    }
}

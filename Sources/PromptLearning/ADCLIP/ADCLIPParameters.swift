extension ADCLIP {
    /// Everything that decides what is learned.
    public struct Parameters: CheckedParameters, Hashable {
        public static let source = "AD-CLIP's released code for ViT-B/16"

        @Parameter(
            "How many of the image encoder's last blocks are looked at; 0 for all of them.",
            .within(0...counts.upperBound), unit: "blocks")
        public var scales = 0
        @Parameter("How many tokens of a prompt say what its image shows.", .within(counts), unit: "tokens")
        public var imageTokens = 4
        @Parameter(
            """
            Whether every image token mixes the blocks in a way of its own (paper); else all of them are copies of one \
            token (released code).
            """)
        public var ownMixtures = false
        @Parameter(
            "How many numbers lie between the two layers of a domain projector: 256 for ViT-B/16 and RN50, 512 for ViT-L/14.",
            .within(1...65_536), unit: "numbers")
        public var hiddenWidth = 256
        @Parameter(
            "How many numbers lie between the two layers of a style mapping: 384 for ViT-B/16 and RN50, 640 for ViT-L/14.",
            .within(1...65_536), unit: "numbers")
        public var styleHiddenWidth = 384
        @Parameter(
            """
            Whether the layers that read statistics learn; in the released code for RN50 they stay as they were drawn.
            """)
        public var trainsFirstLayers = true
        @Parameter("The weight of the style mapping in the loss.", .nonnegative) public var styleWeight = 0.1
        @Parameter("The weight of the entropy of the target's predictions in the loss.", .nonnegative)
        public var entropyWeight = 0.01
        @Parameter("The weight of the divergence between text features in the loss.", .nonnegative)
        public var divergenceWeight = 1.0
        @Parameter(.learningRate("Adam")) public var learningRate = 0.01
        @Parameter(.pace) public var pace = Pace.step
        @Parameter("The weight decay of Adam, as a part of the gradient.", .nonnegative) public var weightDecay = 5e-4
        @Parameter(
            "How many images of the source, and as many of the target, a step learns from.", .within(counts),
            unit: "images")
        public var batchSize = 16
        @Parameter(
            "How often training goes over the source's training images; also the length of the learning rate's half cosine.",
            .within(counts), unit: "epochs")
        public var epochs = 50
        @Parameter(
            "How many steps, or epochs by the pace, lie before the cosine.", .within(0...counts.upperBound),
            unit: "steps or epochs")
        public var warmUp = 1
        @Parameter("The learning rate of the very first of them.", .nonnegative) public var warmUpLearningRate = 1e-5
        @Parameter(.stepsPerEpoch, from: "own choice") public var stepsPerEpoch = 0
        @Parameter(.validateEvery, from: "own choice") public var validateEvery = 1
        @Parameter(.seed("initial weights, batches and the choice of views")) public var seed = 1

        public init() {}

        public var needs: [ModelNeed] {
            let network = NetworkNeed.Network.styles(
                scales: scales, imageTokens: imageTokens, hiddenWidth: hiddenWidth, styleHiddenWidth: styleHiddenWidth)
            return [
                .styleTokens(scales: scales, imageTokens: imageTokens), .statistics, .network(NetworkNeed(network: network)),
            ]
        }
    }
}

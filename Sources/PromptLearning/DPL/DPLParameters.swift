extension DPL {
    /// Which classes an image's own class competes with in training.
    public enum Competitors: String, ParameterChoice {
        /// Those of all source domains, and the first domain's is right for every image: the released code.
        case allDomains = "all-domains"
        /// Those of its own domain's prompt: the paper.
        case ownDomain = "own-domain"
    }

    /// Everything that decides what is learned.
    public struct Parameters: CheckedParameters, Hashable {
        public static let source = "DPL's released code"

        @Parameter(.contextLength) public var contextLength = 16
        @Parameter("How many layers the network has.", .within(2...100), unit: "layers") public var depth = 3
        @Parameter("How many outputs a hidden layer of the network has.", .within(1...1 << 16), unit: "numbers")
        public var hiddenWidth = 512
        @Parameter("The probability with which one of these outputs is dropped.", .belowOne) public var dropout = 0.1
        @Parameter(
            """
            Whose classes an image's class competes with: those of all source domains (released code) or of its own (paper).
            """)
        public var competitors = DPL.Competitors.allDomains
        @Parameter("The learning rate of stochastic gradient descent.", .positive) public var learningRate = 1e-3
        @Parameter(.momentum) public var momentum = 0.1
        @Parameter(.weightDecay(gradientDescent)) public var weightDecay = 0.0
        @Parameter("How many images of each domain a step learns from.", .within(counts), unit: "images")
        public var batchSize = 32
        @Parameter("How many steps training has.", .within(counts), unit: "steps") public var steps = 5001
        @Parameter("How many steps lie between two measurements on the validation images.", .within(counts), unit: "steps")
        public var validateEvery = 300
        @Parameter("How many validation images of a domain share a prompt.", .within(counts), unit: "images")
        public var validationBatchSize = 64
        @Parameter(.seed("initial weights, batches, dropout and the order of validation images")) public var seed = 1

        public init() {}

        public var needs: [ModelNeed] {
            let network = NetworkNeed.Network.domainPrompts(
                hiddenWidth: hiddenWidth, depth: depth, contextLength: contextLength)
            return [.context(ContextNeed(length: contextLength)), .norms, .network(NetworkNeed(network: network))]
        }
    }
}

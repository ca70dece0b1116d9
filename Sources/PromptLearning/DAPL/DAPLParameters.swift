extension DAPL {
    /// Which classes an image's own class competes with in training.
    public enum Competitors: String, ParameterChoice {
        /// Those of its own domain's prompts: the released code.
        case ownDomain = "own-domain"
        /// Those of both domains' prompts: the paper.
        case bothDomains = "both-domains"
    }

    /// Everything that decides what is learned.
    public struct Parameters: DescentParameters, Hashable {
        public static let source = "DAPL's configuration for RN50, ep25-32.yaml"

        @Parameter("How many vectors of a prompt both domains share.", .within(counts), unit: "vectors")
        public var contextLength = 16
        @Parameter("How many vectors of a prompt are its domain's own.", .within(counts), unit: "vectors")
        public var domainContextLength = 16
        @Parameter("Whether every class has shared vectors of its own, as in the configuration for RN101.")
        public var classSpecificContexts = false
        @Parameter("Whether prompts end in “, a … image..”, with the domain's name, as the released code's do; else in “.”.")
        public var domainWords = true
        @Parameter("The zero-shot prompt that pseudo-labels come from; {} stands for the class name.", .template)
        public var template = "a photo of a {}."
        @Parameter("What the zero-shot logits of pseudo-labels are divided by.", .positive) public var temperature = 1.0
        @Parameter("The probability from which a pseudo-label is learned.", .probability) public var threshold = 0.5
        @Parameter("What the loss of target images is multiplied by.", .nonnegative) public var targetWeight = 1.0
        @Parameter(
            """
            Whose classes an image's class competes with: those of its own domain (released code) or of both (paper).
            """)
        public var competitors = DAPL.Competitors.ownDomain
        @Parameter("The largest learning rate of stochastic gradient descent.", .positive) public var learningRate = 3e-3
        @Parameter(.pace) public var pace = Pace.step
        @Parameter("The learning rate of the first step, or of the first epoch.", .nonnegative)
        public var warmUpLearningRate = 1e-5
        @Parameter(.momentum) public var momentum = 0.9
        @Parameter(.weightDecay(gradientDescent)) public var weightDecay = 5e-4
        @Parameter("How many images of each domain a step learns from.", .within(counts), unit: "images")
        public var batchSize = 32
        @Parameter("How often training goes over the source's training images.", .within(counts), unit: "epochs")
        public var epochs = 25
        @Parameter(.seed("random vectors, the order of images and the choice of views")) public var seed = 1

        /// One step or one epoch, by the pace.
        public var warmUpEpochs: Int { 1 }

        public init() {}

        public var needs: [ModelNeed] {
            // Each by itself first: their sum may be no number.
            var own = ContextNeed(length: domainContextLength)
            own.parameter = "domainContextLength"
            var both = ContextNeed(length: contextLength + domainContextLength)
            both.parameter = "contextLength"
            (both.speaksOfDomains, both.form.isClassSpecific) = (domainWords, classSpecificContexts)
            return [
                .context(ContextNeed(length: contextLength)), .context(own), .context(both),
                .template(template, by: "template"),
            ]
        }
    }
}

extension DAPL {
    /// Which classes an image's own class competes with in training.
    public enum Competitors: String, CaseIterable, Sendable {
        /// Those of its own domain's prompts: the released code.
        case ownDomain = "own-domain"
        /// Those of both domains' prompts: the paper.
        case bothDomains = "both-domains"
    }

    /// Everything that decides what is learned. The defaults are those of the released configuration for RN50, `ep25-32.yaml`.
    public struct Parameters: DescentParameters, Hashable {
        /// How many vectors of a prompt both domains share.
        public var contextLength = 16
        /// How many vectors are a domain's own.
        public var domainContextLength = 16
        /// Whether every class has shared vectors of its own, as in the released configuration for RN101, `ep25-32-csc.yaml`.
        public var classSpecificContexts = false
        /// Whether prompts end in ", a … image..", with the domain's name, as the released code's do, or in ".".
        public var domainWords = true
        /// The zero-shot prompt that pseudo-labels come from; `{}` stands for the class name.
        public var template = "a photo of a {}."
        /// What the zero-shot logits are divided by.
        public var temperature = 1.0
        /// The probability from which a pseudo-label is learned.
        public var threshold = 0.5
        /// What the loss of target images is multiplied by.
        public var targetWeight = 1.0
        /// A `Competitors`.
        public var competitors = DAPL.Competitors.ownDomain.rawValue
        public var learningRate = 3e-3
        /// A `Pace`.
        public var pace = Pace.step.rawValue
        public var warmUpLearningRate = 1e-5
        public var momentum = 0.9
        public var weightDecay = 5e-4
        /// Images of each domain in a step.
        public var batchSize = 32
        public var epochs = 25
        public var seed = 1

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

        public func check() throws(UnfitParameter) {
            try require("contextLength", contextLength, in: counts)
            try require("domainContextLength", domainContextLength, in: counts)
            try require(template: template)
            try require(positive: "temperature", temperature)
            guard (0...1).contains(threshold) else {
                throw UnfitParameter("threshold", mustBe: "a probability from 0 to 1", not: "\(threshold)")
            }
            try require(nonnegative: "targetWeight", targetWeight)
            try require("competitors", competitors, among: DAPL.Competitors.self)
            try require("pace", pace, among: Pace.self)
            try checkDescent()
        }
    }
}

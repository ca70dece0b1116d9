import CLIP

extension CoOp {
    /// Everything that decides what is learned. The defaults are those of SPG's stage I.
    public struct Parameters: DescentParameters, Hashable {
        /// The words whose embeddings the context vectors start from; empty for random vectors of deviation 0.02.
        public var context = "a photo of a"
        /// M, the number of context vectors.
        public var contextLength = 4
        /// Where the class name stands among the context vectors: at their "end", "middle" or "front".
        public var classTokenPosition = PromptLayout.ClassTokenPosition.end.rawValue
        /// Whether every class has context vectors of its own (CSC).
        public var classSpecificContexts = false
        public var learningRate = 2e-3
        public var momentum = 0.9
        public var weightDecay = 5e-4
        public var batchSize = 32
        public var epochs = 50
        public var warmUpEpochs = 1
        public var warmUpLearningRate = 1e-5
        public var seed = 1

        public init() {}

        /// What `classTokenPosition` names; `check()` refuses words that name none.
        public var position: PromptLayout.ClassTokenPosition { .init(rawValue: classTokenPosition) ?? .end }

        public var needs: [ModelNeed] {
            var context = ContextNeed(length: contextLength)
            context.words = self.context
            (context.form.position, context.form.isClassSpecific) = (position, classSpecificContexts)
            return [.context(context)]
        }

        public func check() throws(UnfitParameter) {
            try require("contextLength", contextLength, in: counts)
            try require("classTokenPosition", classTokenPosition, among: PromptLayout.ClassTokenPosition.self)
            try checkDescent()
        }
    }
}

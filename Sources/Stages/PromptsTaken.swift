import PromptLearning

extension StageKind {
    /// What several prompts that a stage takes must have in common.
    public enum PromptsTaken: Sendable {
        /// Nothing.
        case any
        /// Their number of vectors, and how these stand around class names.
        case alike
        /// These, and one context for all classes before the class name.
        case plain

        /// - Throws: `UnmetNeed` where prompts cannot be taken together.
        public func check(_ contexts: Set<ContextNeed>) throws(UnmetNeed) {
            guard self != .any, let first = contexts.first else { return }
            let lengths = Set(contexts.map(\.length)).sorted()
            guard lengths.count == 1 else {
                throw UnmetNeed(
                    problem: "the prompts that it takes have \(lengths.map(String.init).joined(separator: " and ")) "
                        + "context vectors; fit them with the same contextLength")
            }
            guard contexts.allSatisfy({ $0.form == first.form }) else {
                throw UnmetNeed(
                    problem: "the prompts that it takes are of different forms; fit them with the same "
                        + "classTokenPosition and classSpecificContexts")
            }
            guard self != .plain || first.form.isPlain else {
                throw UnmetNeed(
                    problem: "it learns from prompts with one context for all classes, before the class name; fit "
                        + "them with classTokenPosition “end” and without classSpecificContexts")
            }
        }
    }
}

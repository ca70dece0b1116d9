import CLIP

/// Room for context vectors around each class name.
public struct ContextNeed: Hashable, Sendable {
    /// The vectors of a prompt.
    public var length: Int
    /// The parameters that ask for so many.
    var parameter = "contextLength"
    /// The words that they start from; empty for random vectors.
    var words = ""
    var wordsParameter = "context"
    /// Whether words that come after the vectors stay words (MaPLe). Else there are as many as vectors.
    var keepsOtherWords = false
    /// Whether prompts end with the name of a domain (DAPL).
    var speaksOfDomains = false
    /// Where the class name stands among the vectors, and whether each class has vectors of its own: prompts of one form
    /// can be put together.
    public var form = Form()

    /// How vectors stand around class names.
    public struct Form: Hashable, Sendable {
        public var position = PromptLayout.ClassTokenPosition.end
        public var isClassSpecific = false

        public init() {}

        /// One context for all classes, before the class name.
        public var isPlain: Bool { self == Form() }
    }

    init(length: Int) { self.length = length }

    func check(_ model: ModelOutline, _ classes: NamedClasses) throws(UnmetNeed) {
        var wordsBehind: [Int] = []
        try blaming(parameter) { () throws(PromptError) in
            try require(contextLength: length, by: parameter, model: model)
        }
        try blaming(wordsParameter) { () throws(PromptError) in
            let tokens =
                try keepsOtherWords
                ? firstContextTokens(words, length: length, model: model)
                : contextTokens(words, length: length, model: model)
            wordsBehind = Array(tokens.dropFirst(length))
        }
        try blaming(parameter) { () throws(PromptError) in
            for domain in speaksOfDomains ? classes.domains.map(Optional.some) : [nil] {
                _ = try ClassPrompts(
                    classNames: classes.names, contextLength: length, wordsBehind: wordsBehind,
                    ending: DomainAdaptedContext.ending(domain), model: model)
            }
        }
    }
}

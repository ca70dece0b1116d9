import Foundation

/// CLIP's tokenizer: cleaned text, cut into words, each a sequence of tokens by byte-level byte pair encoding (Sennrich
/// et al. 2016; Radford et al. 2019).
///
/// Equal to OpenAI's, but for its repair of wrongly decoded text: that is left to whoever wrote the text.
public struct Tokenizer: Sendable {
    private let merges: BytePairMerges

    /// Reads a merges file: a pair of symbols on each line, after a line that begins with `#version`, in CLIP's order.
    ///
    /// - Throws: with the line of the first that is no pair of symbols known by then.
    public init(merges url: URL) throws(TokenizerError) {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: url)
        } catch {
            throw TokenizerError(path: url.path, line: nil, reason: "cannot be read: \(error.localizedDescription)")
        }
        merges = try BytePairMerges(decoding: bytes, path: url.path)
    }

    /// How many tokens there are: 256 bytes, 256 bytes that end a word, the merges, start and end.
    public var vocabularyCount: Int { merges.count + 2 }

    /// The token that begins every text.
    public var startToken: Int { merges.count }

    /// The token that ends every text, and whose features are the text's.
    public var endToken: Int { merges.count + 1 }

    /// The tokens of a text, without start and end token.
    ///
    /// A start or end token's name in the text, such as `<|endoftext|>`, stands for that token.
    public func encode(_ text: String) -> [Int] {
        var tokens: [Int] = []
        var scanner = WordScanner(text.cleanedForCLIP())
        while let word = scanner.next() {
            switch word {
            case .start: tokens.append(startToken)
            case .end: tokens.append(endToken)
            case .text(let bytes): tokens += merges.tokens(of: bytes)
            }
        }
        return tokens
    }
}

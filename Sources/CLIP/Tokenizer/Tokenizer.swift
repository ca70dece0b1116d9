import Foundation

/// CLIP's tokenizer: cleaned text, cut into words, each a sequence of tokens by byte-level byte pair encoding (Sennrich
/// et al. 2016; Radford et al. 2019).
///
/// Equal to OpenAI's and open_clip's `SimpleTokenizer`, ftfy's repair of the text included.
public struct Tokenizer: Sendable {
    private let vocabulary: Vocabulary

    /// Reads the file of a tokenizer, whatever its name; its content tells the format:
    /// - OpenAI's `bpe_simple_vocab_16e6.txt.gz`, packed or not;
    /// - `merges.txt`: a pair of symbols on each line, in CLIP's order, with or without a line `#version` first;
    /// - Hugging Face's `tokenizer.json`, whose numbers of tokens are kept.
    ///
    /// - Throws: what is wrong with the file, and where it has lines, on which.
    public init(contentsOf url: URL) throws(TokenizerError) {
        vocabulary = try Vocabulary(contentsOf: url)
    }

    /// Reads the bytes of such a file.
    /// - Parameter source: what errors call it.
    /// - Throws: what is wrong with them.
    package init(decoding bytes: Data, source: String) throws(TokenizerError) {
        vocabulary = try Vocabulary(decoding: bytes, source: source)
    }

    /// How many tokens there are, or one more than the highest where numbers are left out: 256 bytes, 256 bytes that end
    /// a word, the merges, start and end.
    public var vocabularyCount: Int { vocabulary.count }

    /// The token that begins every text.
    public var startToken: Int { vocabulary.start }

    /// The token that ends every text, and whose features are the text's.
    public var endToken: Int { vocabulary.end }

    /// The tokens of a text, without start and end token.
    ///
    /// A start or end token's name in the text, such as `<|endoftext|>`, stands for that token.
    public func encode(_ text: String) -> [Int] {
        var tokens: [Int] = []
        var scanner = WordScanner(text.cleanedForCLIP(), named: vocabulary.named)
        while let word = scanner.next() {
            switch word {
            case .named(let token): tokens.append(token)
            case .text(let bytes): tokens += vocabulary.encoding.tokens(of: bytes)
            }
        }
        return tokens
    }
}

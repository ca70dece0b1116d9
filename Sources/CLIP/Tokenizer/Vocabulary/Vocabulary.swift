/// What a tokenizer's file holds.
struct Vocabulary: Sendable {
    let encoding: BytePairEncoding
    /// Start and end, and what else was added, by the names that stand for them in a text, in lower case. The longest
    /// comes first, so that it counts where names begin alike.
    let named: [(name: [UnicodeScalar], token: Int)]
    let start: Int
    let end: Int
    /// The number of tokens: one more than the highest.
    let count: Int

    /// Sorts tokens by their names as `named` has them.
    static func sorted(_ named: some Sequence<(key: String, value: Int)>) -> [(name: [UnicodeScalar], token: Int)] {
        named.map { (Array($0.key.lowercased().unicodeScalars), $0.value) }.filter { !$0.0.isEmpty }
            .sorted { $0.0.count > $1.0.count }
    }

    static let startName = "<|startoftext|>", endName = "<|endoftext|>"
}

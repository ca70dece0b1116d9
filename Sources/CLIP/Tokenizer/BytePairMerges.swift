import Foundation

/// The merges of a byte-level byte pair encoding whose words end in a mark.
///
/// Token numbers are CLIP's: the 256 bytes, the 256 bytes at the end of a word, then one per merge.
struct BytePairMerges: Sendable {
    /// How many tokens there are.
    let count: Int
    /// The token of every byte within a word.
    private let byteTokens: [Int]
    /// What two neighbours become, and how early: the lowest rank goes first.
    private let merged: [Pair: (rank: Int, token: Int)]

    private struct Pair: Hashable {
        var left: Int
        var right: Int
    }

    private static let wordEnd = "</w>"

    /// Reads a merges file.
    /// - Parameter path: what errors call it.
    init(decoding file: Data, path: String) throws(TokenizerError) {
        guard let text = String(validating: file, as: UTF8.self) else {
            throw TokenizerError(path: path, line: nil, reason: "the file is not UTF-8 text")
        }
        let alphabet = Self.alphabet
        var tokens: [String: Int] = [:]
        for (index, symbol) in alphabet.enumerated() {
            tokens[symbol.name] = index
            tokens[symbol.name + Self.wordEnd] = 256 + index
        }
        byteTokens = alphabet.enumerated().sorted { $0.element.byte < $1.element.byte }.map(\.offset)

        var pairs: [(line: Int, left: String, right: String)] = []
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let line = line.last == "\r" ? line.dropLast() : line
            if line.isEmpty || index == 0 && String(line).hasPrefix("#version") { continue }
            let parts = line.split(separator: " ", omittingEmptySubsequences: false).map { String($0) }
            guard parts.count == 2 else {
                throw TokenizerError(
                    path: path, line: index + 1, reason: "\"\(String(line))\" is not two symbols with a space between")
            }
            for part in parts where tokens[part] == nil {
                throw TokenizerError(
                    path: path, line: index + 1, reason: "\"\(part)\" is neither a byte nor made by an earlier merge")
            }
            // Where two merges make one symbol, the later one's number stands for it, as in OpenAI's dictionary.
            tokens[parts[0] + parts[1]] = 512 + pairs.count
            pairs.append((index + 1, parts[0], parts[1]))
        }
        var merged: [Pair: (rank: Int, token: Int)] = [:]
        for (rank, pair) in pairs.enumerated() {
            guard let left = tokens[pair.left], let right = tokens[pair.right], let both = tokens[pair.left + pair.right]
            else { continue }  // Impossible: all three were entered above.
            if let known = merged.updateValue((rank, both), forKey: Pair(left: left, right: right)) {
                throw TokenizerError(
                    path: path, line: pair.line,
                    reason: "\"\(pair.left) \(pair.right)\" repeats line \(pairs[known.rank].line)")
            }
        }
        self.merged = merged
        count = 512 + pairs.count
    }

    /// The tokens of one word.
    /// - Parameter word: its UTF-8 bytes, at least one.
    func tokens(of word: [UInt8]) -> [Int] {
        var tokens = word.map { byteTokens[Int($0)] }
        if let last = tokens.popLast() { tokens.append(last + 256) }
        while let best = firstMerge(in: tokens) {
            var joined: [Int] = []
            var i = 0
            while i < tokens.count {
                if i + 1 < tokens.count, tokens[i] == best.left, tokens[i + 1] == best.right {
                    joined.append(best.token)
                    i += 2
                } else {
                    joined.append(tokens[i])
                    i += 1
                }
            }
            tokens = joined
        }
        return tokens
    }

    /// The pair of neighbours of the lowest rank, and what it becomes.
    private func firstMerge(in tokens: [Int]) -> (left: Int, right: Int, token: Int)? {
        var best: (left: Int, right: Int, rank: Int, token: Int)?
        for (left, right) in zip(tokens, tokens.dropFirst()) {
            if let found = merged[Pair(left: left, right: right)], found.rank < best?.rank ?? .max {
                best = (left, right, found.rank, found.token)
            }
        }
        return best.map { ($0.left, $0.right, $0.token) }
    }

    /// Every byte with the character that stands for it in a merges file, in the order of the tokens.
    ///
    /// Printable Latin-1 characters stand for themselves and come first; the other bytes are U+0100 and the following.
    private static var alphabet: [(byte: UInt8, name: String)] {
        let printable = Array(UInt8(ascii: "!")...UInt8(ascii: "~")) + Array(0xa1...0xac) + Array(0xae...0xff)
        let others = (0...UInt8.max).filter { !printable.contains($0) }
        return printable.map { ($0, String(UnicodeScalar($0))) }
            + others.enumerated().compactMap { index, byte in
                UnicodeScalar(0x100 + index).map { (byte, String($0)) }
            }
    }
}

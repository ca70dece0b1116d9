/// A byte-level byte pair encoding whose words end in a mark (Sennrich et al. 2016).
struct BytePairEncoding: Sendable {
    /// The token of every byte within a word, and at its end.
    private var inner: [Int] = [], final: [Int] = []
    /// What two neighbours become, and how early: the lowest rank goes first.
    private var merged: [Pair: (rank: Int, token: Int)] = [:]

    private struct Pair: Hashable {
        var left: Int
        var right: Int
    }

    /// Why symbols and merges make no encoding, and which merge it is about.
    struct Fault: Error {
        var merge: Int?
        var reason: String
    }

    /// - Parameters:
    ///   - tokens: the number of every symbol, bytes and what merges make of them.
    ///   - merges: the pairs of symbols that are joined, the earliest first.
    init(tokens: [String: Int], merges: [(left: String, right: String)]) throws(Fault) {
        inner = Array(repeating: 0, count: 256)
        final = inner
        for (byte, name) in ByteAlphabet.symbols {
            guard let within = tokens[name], let end = tokens[name + ByteAlphabet.wordEnd] else {
                let missing = tokens[name] == nil ? name : name + ByteAlphabet.wordEnd
                throw Fault(merge: nil, reason: "there is no token \"\(missing)\", which stands for the byte \(byte)")
            }
            inner[Int(byte)] = within
            final[Int(byte)] = end
        }
        merged.reserveCapacity(merges.count)
        for (rank, merge) in merges.enumerated() {
            func token(_ symbol: String) throws(Fault) -> Int {
                guard let token = tokens[symbol] else {
                    throw Fault(merge: rank, reason: "\"\(symbol)\" is neither a byte nor made by an earlier merge")
                }
                return token
            }
            let pair = try Pair(left: token(merge.left), right: token(merge.right))
            let outcome = try (rank, token(merge.left + merge.right))
            if let known = merged.updateValue(outcome, forKey: pair) {
                throw Fault(
                    merge: rank, reason: "\"\(merge.left) \(merge.right)\" repeats merge \(known.rank + 1)")
            }
        }
    }

    /// The tokens of one word.
    /// - Parameter word: its UTF-8 bytes, at least one.
    func tokens(of word: [UInt8]) -> [Int] {
        var tokens = word.map { inner[Int($0)] }
        if let last = word.last { tokens[tokens.count - 1] = final[Int(last)] }
        while let best = firstMerge(in: tokens) {
            // Joined pairs move down over the places that others left.
            var kept = 0, next = 0
            while next < tokens.count {
                if next + 1 < tokens.count, tokens[next] == best.pair.left, tokens[next + 1] == best.pair.right {
                    tokens[kept] = best.token
                    next += 2
                } else {
                    tokens[kept] = tokens[next]
                    next += 1
                }
                kept += 1
            }
            tokens.removeLast(next - kept)
        }
        return tokens
    }

    /// The pair of neighbours of the lowest rank, and what it becomes.
    private func firstMerge(in tokens: [Int]) -> (pair: Pair, token: Int)? {
        var best: (pair: Pair, rank: Int, token: Int)?
        for (left, right) in zip(tokens, tokens.dropFirst()) {
            let pair = Pair(left: left, right: right)
            if let found = merged[pair], found.rank < best?.rank ?? .max { best = (pair, found.rank, found.token) }
        }
        return best.map { ($0.pair, $0.token) }
    }
}

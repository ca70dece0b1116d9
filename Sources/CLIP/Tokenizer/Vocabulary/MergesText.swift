import Foundation

extension Vocabulary {
    /// How many merges of OpenAI's file of 262,144 CLIP uses: 49,152 tokens less 256 bytes, within words and at their
    /// ends, and 2 for start and end.
    private static let mergesOfCLIP = 49_152 - 256 - 2

    /// Reads a list of merges: a pair of symbols on each line, after a line with `#version` if there is one.
    ///
    /// Tokens are CLIP's: the 256 bytes, the 256 bytes at the end of a word, one per merge, start and end. Of OpenAI's
    /// `bpe_simple_vocab_16e6.txt`, which says its name in its first line, the first 48,894 merges count.
    init(mergesText file: Data, path: String) throws(TokenizerError) {
        var tokens: [String: Int] = [:]
        for (index, symbol) in ByteAlphabet.symbols.enumerated() {
            tokens[symbol.name] = index
            tokens[symbol.name + ByteAlphabet.wordEnd] = 256 + index
        }
        var merges: [(left: String, right: String)] = []
        let lines = try Self.lines(ofMerges: file, path: path)
        for (number, line) in lines {
            let parts = line.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false).map {
                String(Substring($0))
            }
            guard parts.count == 2 else {
                throw TokenizerError(
                    path: path, line: number, reason: "\"\(line)\" is not two symbols with a space between")
            }
            for part in parts where tokens[part] == nil {
                throw TokenizerError(
                    path: path, line: number, reason: "\"\(part)\" is neither a byte nor made by an earlier merge")
            }
            // Where two merges make one symbol, the later one's number stands for it, as in OpenAI's dictionary.
            tokens[parts[0] + parts[1]] = 512 + merges.count
            merges.append((parts[0], parts[1]))
        }
        guard !merges.isEmpty else { throw TokenizerError(path: path, line: nil, reason: "the file has no merges") }
        do {
            encoding = try BytePairEncoding(tokens: tokens, merges: merges)
        } catch {
            throw TokenizerError(path: path, line: error.merge.map { lines[$0].number }, reason: error.reason)
        }
        start = 512 + merges.count
        end = start + 1
        count = start + 2
        named = Self.sorted([Self.startName: start, Self.endName: end])
    }

    /// How many tokens a list of merges makes.
    static func count(mergesText file: Data, path: String) throws(TokenizerError) -> Int {
        try lines(ofMerges: file, path: path).count + 512 + 2
    }

    /// The lines that are merges, with their numbers, counted from 1.
    private static func lines(
        ofMerges file: Data, path: String
    ) throws(TokenizerError) -> [(number: Int, text: Substring)] {
        guard let text = String(validating: file, as: UTF8.self) else {
            throw TokenizerError(path: path, line: nil, reason: "the file is not UTF-8 text")
        }
        var merges: [(number: Int, text: Substring)] = []
        var limit = Int.max
        // Splitting the bytes is much faster than splitting characters, and right in UTF-8.
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            var line = Substring(line)
            if line.utf8.last == UInt8(ascii: "\r") { line = Substring(line.utf8.dropLast()) }
            if line.isEmpty { continue }
            if index == 0, line.contains("#version") {
                if line.contains("bpe_simple_vocab_16e6") { limit = mergesOfCLIP }
                continue
            }
            if merges.count == limit { break }
            merges.append((index + 1, line))
        }
        return merges
    }
}

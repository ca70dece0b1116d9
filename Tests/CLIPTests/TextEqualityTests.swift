import CLIP
import FormulaModels
import Foundation
import TestSupport
import Testing

/// Sixteen thousand texts, and what open_clip's tokenizer makes of them: class names in templates, repaired and
/// unrepaired text, every script, garble (Tests/Reference/clip_text_equality.py).
@Suite("Tokenizer against open_clip") struct TextEqualityTests {
    private struct Golden: Decodable {
        struct Results: Decodable {
            let vocabulary: Int, merges: Int, tokens: [[Int]], digests: [String]
        }
        let classes: [String], templates: [String], fragments: [String], separators: [String]
        let garble: String, ranges: [UInt32], count: Int, unassigned: [Int]
        let openAI: Results, iconCLIP: Results
    }

    private static let root = URL(filePath: #filePath).appending(path: "../../..").standardizedFileURL
    private static let vocabulary = root.appending(path: "Models/vocabulary/bpe_simple_vocab_16e6.txt.gz")
    private static let hasVocabulary = FileManager.default.fileExists(atPath: vocabulary.path)

    private let golden: Golden
    private let garble: [UnicodeScalar]

    init() throws {
        golden = try Fixtures.decoded(Golden.self, "texts.json")
        garble = Array(golden.garble.unicodeScalars)
    }

    @Test func withIconCLIPsMerges() throws {
        let merges = Self.root.appending(path: "Models/icon-clip/merges.txt")
        try compare(Tokenizer(contentsOf: merges), golden.iconCLIP)
    }

    @Test(.enabled(if: hasVocabulary, "OpenAI's vocabulary is not there; `make vocabulary` fetches it"))
    func withOpenAIsVocabulary() throws {
        let tokenizer = try Tokenizer(contentsOf: Self.vocabulary)
        #expect(tokenizer.startToken == 49_406 && tokenizer.endToken == 49_407)
        #expect(tokenizer.encode("a photo of a cat.") == [320, 1125, 539, 320, 2368, 269])
        try compare(tokenizer, golden.openAI)
    }

    private func compare(_ tokenizer: Tokenizer, _ results: Golden.Results) throws {
        #expect(tokenizer.vocabularyCount == results.vocabulary)
        #expect(results.digests.count == golden.count / 100)
        let unassigned = Set(golden.unassigned)
        let texts = (0..<golden.count).map { unassigned.contains($0) ? "" : text($0) }
        let tokens = texts.map(tokenizer.encode)
        let shown = golden.count - results.tokens.count
        for index in shown..<golden.count {
            #expect(tokens[index] == results.tokens[index - shown], "\(texts[index].debugDescription)")
        }
        for (block, expected) in results.digests.enumerated() {
            let texts = 100 * block..<100 * (block + 1)
            #expect(digest(tokens[texts]) == expected, "one of the texts \(texts)")
        }
    }

    /// The script's digest: 64-bit FNV-1a over the tokens, those of each text after their count.
    private func digest(_ texts: ArraySlice<[Int]>) -> String {
        let hash = texts.flatMap { [$0.count] + $0 }.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01b3
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The script's texts.
    private func text(_ index: Int) -> String {
        var index = index
        for whole in [golden.classes, golden.templates, golden.fragments] {
            if index < whole.count { return whole[index] }
            index -= whole.count
        }
        func random(_ place: Int, below bound: Int) -> Int {
            let counter = UInt64(index * 64 + place)
            return Int(Formula.splitMix((counter + 1) &* 0x9e37_79b9_7f4a_7c15) % UInt64(bound))
        }
        func pick<Value>(_ place: Int, _ values: [Value]) -> Value { values[random(place, below: values.count)] }

        let length = 1 + random(0, below: 8)
        switch index % 5 {
        case 0:
            let name = pick(1, golden.classes)
            let spaced = random(3, below: 4) == 0 ? name : name.replacingOccurrences(of: "_", with: " ")
            return pick(2, golden.templates).replacingOccurrences(of: "{}", with: spaced)
        case 1:
            return (0..<length).reduce(into: "") { text, place in
                text += pick(2 * place + 1, golden.fragments) + pick(2 * place + 2, golden.separators)
            }
        case 2:
            return pick(1, golden.templates).replacingOccurrences(of: "{}", with: pick(2, golden.fragments))
        case 3:
            return characters(3 * length) { place in
                let range = random(1 + place / 6, below: golden.ranges.count / 2)
                let (first, last) = (golden.ranges[2 * range], golden.ranges[2 * range + 1])
                return UnicodeScalar(first + UInt32(random(8 + place, below: Int(last - first) + 1)))
            }
        default:
            return characters(3 * length) { pick($0 + 1, garble) }
        }
    }

    private func characters(_ count: Int, _ scalar: (Int) -> UnicodeScalar?) -> String {
        var text = String.UnicodeScalarView()
        for place in 0..<count { if let scalar = scalar(place) { text.append(scalar) } }
        return String(text)
    }
}

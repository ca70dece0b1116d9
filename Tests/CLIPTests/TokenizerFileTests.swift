import CLIP
import FormulaModels
import Foundation
import TestSupport
import Testing

/// The files that tokenizers come in, well made and not.
@Suite("Tokenizer files") struct TokenizerFileTests {
    private let texts = ["a photo of a printer.", "don't! 42 naïve cafés", "😀 <|endoftext|> network-wired", ""]
    private let reference: Tokenizer
    private let merges: [String]

    init() throws {
        reference = try Tokenizer(contentsOf: Fixtures.merges)
        merges = try String(contentsOf: Fixtures.merges, encoding: .utf8).split(separator: "\n").dropFirst().map {
            String($0)
        }
    }

    private func tokenizer(_ bytes: Data, _ name: String = "any.bin") throws -> Tokenizer {
        try Fixtures.withFolder { folder in
            let file = folder.appending(path: name)
            try bytes.write(to: file)
            return try Tokenizer(contentsOf: file)
        }
    }

    private func reason(_ bytes: Data) -> String {
        let error = #expect(throws: TokenizerError.self) { try tokenizer(bytes) }
        return error?.reason ?? ""
    }

    /// Bytes stored in a gzip file without compression, in blocks of DEFLATE.
    private func gzip(_ bytes: Data) -> Data {
        var packed = Data([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])
        let blocks = stride(from: 0, to: max(1, bytes.count), by: 65_535).map { bytes.dropFirst($0).prefix(65_535) }
        for (index, block) in blocks.enumerated() {
            let count = UInt16(block.count)
            packed.append(index == blocks.count - 1 ? 1 : 0)
            for number in [count, ~count] { packed.append(contentsOf: [UInt8(number & 255), UInt8(number >> 8)]) }
            packed.append(block)
        }
        var sum = UInt32.max
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 0 ? sum >> 1 : (sum >> 1) ^ 0xedb8_8320 }
        }
        for number in [~sum, UInt32(bytes.count)] {
            packed.append(contentsOf: (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) })
        }
        return packed
    }

    @Test func contentTellsTheFormat() throws {
        let text = try Data(contentsOf: Fixtures.merges)
        let bare = Data(merges.joined(separator: "\n").utf8)
        for file in [text, bare, gzip(text), gzip(bare), gzip(bare.prefix(1000)) + gzip(bare.dropFirst(1000))] {
            let tokenizer = try tokenizer(file)
            #expect(tokenizer.vocabularyCount == reference.vocabularyCount)
            for text in texts { #expect(tokenizer.encode(text) == reference.encode(text)) }
        }
    }

    /// OpenAI's file has more merges than CLIP uses; it is known by its first line.
    @Test func ofOpenAIsFileTheFirstMergesCount() throws {
        // Enough pairs of bytes, without repeating one.
        let letters = (0x21...0x7e).compactMap(UnicodeScalar.init).map { String($0) }
        var pairs = letters.flatMap { left in letters.map { (left, $0) } }
        pairs += pairs.flatMap { pair in letters.prefix(5).map { (pair.0 + pair.1, $0) } }
        let text = pairs.prefix(50_000).map { "\($0) \($1)\n" }.joined()
        let name = "\"bpe_simple_vocab_16e6.txt#version: 0.2\n"
        #expect(try tokenizer(Data((name + text).utf8)).vocabularyCount == 49_408)
        #expect(try tokenizer(Data(("#version: 0.2\n" + text).utf8)).vocabularyCount == 50_514)
    }

    private typealias Change = (inout [String: Any]) -> Void

    /// A tokenizer.json with the numbers of all tokens moved by 7, and start and end at 0 and 1.
    private func json(inPairs: Bool, change: Change = { _ in }, changeModel: Change = { _ in }) throws -> Data {
        let printable = Array(0x21...0x7e) + Array(0xa1...0xac) + Array(0xae...0xff)
        let others = (0..<256).filter { !printable.contains($0) }.indices.map { 0x100 + $0 }
        let bytes = (printable + others).compactMap(UnicodeScalar.init).map { String($0) }
        let symbols = bytes + bytes.map { $0 + "</w>" } + merges.map { $0.replacingOccurrences(of: " ", with: "") }
        let vocabulary = Dictionary(symbols.enumerated().map { ($1, $0 + 7) }, uniquingKeysWith: { $1 })
        var model: [String: Any] = [
            "type": "BPE", "end_of_word_suffix": "</w>", "vocab": vocabulary,
            "merges": inPairs ? merges.map { $0.split(separator: " ").map { String($0) } } as Any : merges as Any,
        ]
        changeModel(&model)
        var file: [String: Any] = [
            "version": "1.0", "model": model,
            "added_tokens": [
                ["id": 0, "content": "<|startoftext|>", "special": true],
                ["id": 1, "content": "<|endoftext|>", "special": true], ["id": 2000, "content": "<Cat-Toy>"],
            ],
        ]
        change(&file)
        return try JSONSerialization.data(withJSONObject: file)
    }

    @Test(arguments: [true, false])
    func numbersOfTokenizerJSONAreKept(inPairs: Bool) throws {
        for file in [try json(inPairs: inPairs), gzip(try json(inPairs: inPairs))] {
            let tokenizer = try tokenizer(file)
            #expect(tokenizer.startToken == 0 && tokenizer.endToken == 1 && tokenizer.vocabularyCount == 2001)
            for text in texts {
                let expected = reference.encode(text).map { $0 == reference.endToken ? 1 : $0 + 7 }
                #expect(tokenizer.encode(text) == expected)
            }
            #expect(tokenizer.encode("a <cat-toy>!") == reference.encode("a").map { $0 + 7 } + [2000] + [7 + 256])
        }
    }

    @Test func otherFamiliesAreRefused() throws {
        #expect(reason(Data("{}".utf8)).contains("there is no \"model\""))
        #expect(reason(Data("{\"a</w>\": 1".utf8)).contains("not a tokenizer.json"))
        #expect(reason(try json(inPairs: true, changeModel: { $0["type"] = "Unigram" })).contains("another family"))
        let unmarked = try json(inPairs: true, changeModel: { $0["end_of_word_suffix"] = nil })
        #expect(reason(unmarked).contains("another family"))
        let endless = try json(inPairs: true, change: { $0["added_tokens"] = nil })
        #expect(reason(endless).contains("no token <|startoftext|>"))
        #expect(reason(try json(inPairs: true, changeModel: { $0["merges"] = [["a"]] })).contains("not a pair of symbols"))
        #expect(
            reason(try json(inPairs: false, changeModel: { $0["merges"] = ["q q"] }))
                == "merge 1: \"qq\" is neither a byte nor made by an earlier merge")
        #expect(reason(try json(inPairs: true, changeModel: { $0["vocab"] = ["a": 1] })).contains("there is no token"))
        #expect(reason(try json(inPairs: true, changeModel: { $0["vocab"] = ["a": -1] })).contains("the number -1"))
        #expect(reason(try json(inPairs: true, changeModel: { $0["vocab"] = ["a": 1 << 40] })).contains("the number"))
    }

    @Test func damagedGzipIsRefused() throws {
        let whole = gzip(Data("#version: 0.2\ni n\n".utf8))
        for length in 2..<whole.count {
            #expect(reason(whole.prefix(length)).contains("truncated gzip"), "\(length) bytes")
        }
        var wrong = whole
        wrong[wrong.count - 8] ^= 1  // the checksum
        #expect(reason(wrong).contains("damaged gzip"))
        #expect(reason(whole + Data("more".utf8)).contains("damaged gzip"))
    }

    /// A kilobyte for each megabyte: zeros, as zlib packs them.
    @Test func aBombIsRefused() throws {
        // One block of fixed codes: a zero byte, then copies of 258 bytes at distance 1, and the end of the block.
        var bits: [Bool] = [true, true, false]
        func append(_ code: Int, _ count: Int) { for i in (0..<count).reversed() { bits.append(code >> i & 1 == 1) } }
        append(0x30, 8)
        for _ in 0..<300_000 {
            append(0xc5, 8)  // length 258
            append(0, 5)  // distance 1
        }
        append(0, 7)
        var bytes = [UInt8](repeating: 0, count: (bits.count + 7) / 8)
        for (index, bit) in bits.enumerated() where bit { bytes[index / 8] |= 1 << UInt8(index % 8) }
        #expect(reason(Data([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]) + Data(bytes)).contains("unpacks to more than"))
    }

    /// Changed bytes give an error or a tokenizer that works, never a crash.
    @Test func changedBytes() throws {
        let text = try Data(contentsOf: Fixtures.merges)
        for (number, file) in [text, gzip(text), try json(inPairs: true), try json(inPairs: false)].enumerated() {
            var refused = 0
            for attempt in 0..<60 {
                var changed = file
                for change in 0...attempt % 4 {
                    let random = Formula.splitMix(UInt64(number << 32 | attempt << 8 | change))
                    changed[changed.startIndex + Int(random >> 8) % changed.count] ^= 1 << UInt8(random & 7)
                }
                do {
                    let tokenizer = try tokenizer(changed)
                    let tokens = texts.flatMap(tokenizer.encode)
                    #expect(tokens.allSatisfy { (0..<tokenizer.vocabularyCount).contains($0) })
                } catch {
                    #expect(error is TokenizerError)
                    refused += 1
                }
            }
            #expect(refused > 0)
        }
    }

    @Test func nothingButMerges() throws {
        #expect(reason(Data()).contains("no merges"))
        #expect(reason(Data("#version: 0.2\n".utf8)).contains("no merges"))
        #expect(reason(Data([0x80, 2, 0x7d])).contains("not UTF-8"))
        #expect(throws: TokenizerError.self) { try Tokenizer(contentsOf: Fixtures.folder) }
    }
}

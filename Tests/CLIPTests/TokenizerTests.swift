import CLIP
import FormulaModels
import Foundation
import TestSupport
import Testing

@Suite("Tokenizer") struct TokenizerTests {
    /// Texts joined from fragments by formula, and their tokens.
    private struct Golden: Decodable {
        let fragments: [String]
        let separators: [String]
        let count: Int
        let tokens: [[Int]]
        let checksums: [UInt32]
        let entities: [[String]]

        func text(_ index: Int) -> String {
            if index < fragments.count { return fragments[index] }
            return (0...random(index * 64, below: 8)).reduce(into: "") { text, place in
                text += fragments[random(index * 64 + 2 * place + 1, below: fragments.count)]
                text += separators[random(index * 64 + 2 * place + 2, below: separators.count)]
            }
        }

        private func random(_ counter: Int, below bound: Int) -> Int {
            Int(Formula.splitMix((UInt64(counter) + 1) &* 0x9e37_79b9_7f4a_7c15) % UInt64(bound))
        }
    }

    private let golden: Golden
    private let tokenizer: Tokenizer

    init() throws {
        golden = try Fixtures.decoded(Golden.self, "tokens.json")
        tokenizer = try Tokenizer(contentsOf: Fixtures.merges)
    }

    @Test func someThousandTexts() {
        for (index, expected) in golden.tokens.enumerated() {
            let text = golden.text(index)
            #expect(tokenizer.encode(text) == expected, "\(text.debugDescription)")
        }
        for (index, expected) in zip(golden.tokens.count..., golden.checksums) {
            let text = golden.text(index)
            let hash = tokenizer.encode(text).reduce(UInt64(0xcbf2_9ce4_8422_2325)) {
                ($0 ^ UInt64($1)) &* 0x100_0000_01b3
            }
            #expect(UInt32(hash >> 32) == expected, "\(text.debugDescription)")
        }
        #expect(golden.tokens.count + golden.checksums.count == golden.count)
    }

    @Test func characterReferences() {
        for pair in golden.entities {
            #expect(Array(pair[0].unescapingHTML().unicodeScalars) == Array(pair[1].unicodeScalars), "\(pair[0])")
        }
    }

    @Test func specialTokens() {
        #expect(tokenizer.vocabularyCount == 933)
        #expect(tokenizer.startToken == 931)
        #expect(tokenizer.endToken == 932)
        #expect(tokenizer.encode("<|startoftext|> <|endoftext|>") == [931, 932])
        #expect(tokenizer.encode(" \n\t") == [])
        #expect(tokenizer.encode("") == [])
    }

    @Test(
        "A merges file that is wrong is refused with its line",
        arguments: [
            ("#version: 0.2\ni n\nthree symbols here\n", 3), ("i n\nxx y\n", 2), ("i n\na b\ni n\n", 3), ("i  n", 1),
            ("in", 1), ("#version: 0.2\ni \n", 2),
        ])
    func badMerges(_ text: String, _ line: Int) throws {
        try Fixtures.withFolder { folder in
            let file = folder.appending(path: "merges.txt")
            try Data(text.utf8).write(to: file)
            #expect {
                try Tokenizer(contentsOf: file)
            } throws: {
                ($0 as? TokenizerError)?.line == line
            }
        }
    }

    @Test func mergesByOtherHands() throws {
        try Fixtures.withFolder { folder in
            let file = folder.appending(path: "merges.txt")
            // Line ends of another system, and no end of the last line.
            try Data("#version: 0.2\r\ni n\r\nin g</w>".utf8).write(to: file)
            #expect(try Tokenizer(contentsOf: file).encode("ing") == [513])
            try Data([0xff, 0xfe]).write(to: file)
            #expect(throws: TokenizerError.self) { try Tokenizer(contentsOf: file) }
            #expect(throws: TokenizerError.self) { try Tokenizer(contentsOf: folder.appending(path: "none.txt")) }
        }
    }
}

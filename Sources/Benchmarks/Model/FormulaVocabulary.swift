import CLIP

/// A vocabulary that needs no download: every word of two letters is one token.
package enum FormulaVocabulary {
    private static let letters = "abcdefghijklmnopqrstuvwxyz"

    /// The file `merges.txt` of such a tokenizer.
    package static let merges =
        "#version: 0.2\n" + letters.flatMap { a in letters.map { b in "\(a) \(b)</w>\n" } }.joined()

    /// Bytes, bytes that end a word, two-letter words, start and end.
    package static let count = 512 + 26 * 26 + 2

    /// One of 676 words.
    private static func word(_ number: Int) -> String {
        let letters = Array(letters)
        return "\(letters[number / 26])\(letters[number % 26])"
    }

    /// The four words a context starts from.
    package static let context = (672..<676).map(word).joined(separator: " ")

    /// Up to 345 class names of one token; every third has a second, every fifteenth a third: 1.4 tokens in the mean, as
    /// the class names of the usual data sets have.
    package static func classNames(_ count: Int) -> [String] {
        (0..<count).map { c in
            [word(c), c % 3 == 0 ? word(400 + c / 3) : nil, c % 15 == 0 ? word(520 + c / 15) : nil]
                .compactMap(\.self).joined(separator: " ")
        }
    }
}

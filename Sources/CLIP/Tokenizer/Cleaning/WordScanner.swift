/// Cuts cleaned text into the words that byte pair encoding works on, and drops the space between them.
///
/// A word is, first match first: a token's name, an English contraction's ending, a run of letters, one digit, a run of
/// anything else that is no white space. OpenAI's CLIP says it as a regular expression.
struct WordScanner {
    enum Word: Equatable {
        /// A token that the text names.
        case named(Int)
        /// UTF-8 bytes
        case text([UInt8])
    }

    private let scalars: [UnicodeScalar]
    private let named: [(name: [UnicodeScalar], token: Int)]
    private var position = 0

    /// - Parameter named: tokens by their names; the first that fits counts.
    init(_ text: String, named: [(name: [UnicodeScalar], token: Int)]) {
        scalars = Array(text.unicodeScalars)
        self.named = named
    }

    /// OpenAI's expression ignores case, so that a long s, which is no capital, counts as an s.
    private static let contractions = ["'s", "'ſ", "'t", "'re", "'ve", "'m", "'ll", "'d"].map {
        Array($0.unicodeScalars)
    }

    private enum Kind { case space, letter, number, other }

    /// The next word, or nil at the end.
    mutating func next() -> Word? {
        while position < scalars.count, Self.kind(of: scalars[position]) == .space { position += 1 }
        guard position < scalars.count else { return nil }
        if let (name, token) = named.first(where: { scalars[position...].starts(with: $0.name) }) {
            position += name.count
            return .named(token)
        }
        let length: Int
        if let ending = Self.contractions.first(where: { scalars[position...].starts(with: $0) }) {
            length = ending.count
        } else {
            let kind = Self.kind(of: scalars[position])
            length = kind == .number ? 1 : scalars[position...].prefix { Self.kind(of: $0) == kind }.count
        }
        defer { position += length }
        return .text(scalars[position..<position + length].flatMap { UTF8.encode($0).map(Array.init) ?? [] })
    }

    private static func kind(of scalar: UnicodeScalar) -> Kind {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: .letter
        case .decimalNumber, .letterNumber, .otherNumber: .number
        default: scalar.properties.isWhitespace ? .space : .other
        }
    }
}

/// Short sequences to look for, each place given by the characters that may stand there.
///
/// In the notation every line is a sequence, its places separated by ` / `, each a list of characters, of numbers or
/// ranges of them in hexadecimal (`80-9f`), and of names of kinds of characters. `start` is the place before the text;
/// `word`, `any` and `unlatin` are kinds without a list.
struct CharacterSequences: Sendable {
    /// For each listed character the places where it may stand, a bit for each place that occurs in the notation.
    private var listed: [UnicodeScalar: UInt128] = [:]
    /// The places of kinds without a list: letters, digits and the low line; all but line ends; all but A–Z and a–z.
    private var word: UInt128 = 0, any: UInt128 = 0, unlatin: UInt128 = 0
    private var start: UInt128 = 0
    /// The sequences, each place as its bit.
    private var sequences: [[UInt128]] = []
    private var beginnings: UInt128 = 0

    init(_ notation: String, kinds: [Substring: String] = [:]) {
        var bits: [Substring: UInt128] = [:]
        for line in notation.split(separator: "\n") {
            let places = line.split(separator: " / ").map { place in
                if let bit = bits[place] { return bit }
                precondition(bits.count < 128, "more kinds of places than bits")
                let bit: UInt128 = 1 << UInt128(bits.count)
                bits[place] = bit
                for token in place.split(separator: " ") { add(token, bit, kinds) }
                return bit
            }
            sequences.append(places)
            if let first = places.first { beginnings |= first }
        }
    }

    private mutating func add(_ token: Substring, _ bit: UInt128, _ kinds: [Substring: String]) {
        switch token {
        case "start": start |= bit
        case "word": word |= bit
        case "any": any |= bit
        case "unlatin": unlatin |= bit
        default:
            if let kind = kinds[token] {
                for token in kind.split(separator: " ") { add(token, bit, [:]) }
            } else {
                for scalar in Self.scalars(token) { listed[scalar, default: 0] |= bit }
            }
        }
    }

    /// The characters of a token of the notation: itself, or a number, or a range of numbers.
    static func scalars(_ token: Substring) -> [UnicodeScalar] {
        if let only = token.unicodeScalars.first, token.unicodeScalars.count == 1 { return [only] }
        let ends = token.split(separator: "-").compactMap { UInt32($0, radix: 16) }
        guard let first = ends.first, let last = ends.last, first <= last else {
            preconditionFailure("\(token) is neither a character nor a range of them")
        }
        return (first...last).compactMap(UnicodeScalar.init)
    }

    /// A text prepared for the search: for each of its places, and the start before them, the kinds of character there.
    struct Prepared {
        fileprivate let kinds: [UInt128]
    }

    func prepare(_ text: [UnicodeScalar]) -> Prepared {
        Prepared(
            kinds: [start]
                + text.map { scalar in
                    var kinds = listed[scalar] ?? 0
                    if word != 0, scalar == "_" || scalar.properties.isLetterOrNumber { kinds |= word }
                    if scalar != "\n" { kinds |= any }
                    if !scalar.isLatinLetter { kinds |= unlatin }
                    return kinds
                })
    }

    func prepare(_ bytes: [UInt8]) -> Prepared {
        prepare(bytes.map { UnicodeScalar($0) })
    }

    /// Whether any of the sequences is in a text.
    func occur(in text: [UnicodeScalar]) -> Bool {
        let prepared = prepare(text)
        return (-1..<text.count).contains { length(at: $0, in: prepared) != nil }
    }

    /// The length of the first of the sequences that begins at a place.
    func length(at place: Int, in text: Prepared) -> Int? {
        let kinds = text.kinds[(place + 1)...]
        guard let first = kinds.first, first & beginnings != 0 else { return nil }
        return sequences.first { sequence in
            sequence.count <= kinds.count && zip(sequence, kinds).allSatisfy { $0 & $1 != 0 }
        }?.count
    }
}

extension UnicodeScalar {
    fileprivate var isLatinLetter: Bool { ("a"..."z").contains(self) || ("A"..."Z").contains(self) }
}

extension UnicodeScalar.Properties {
    fileprivate var isLetterOrNumber: Bool {
        switch generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber:
            true
        default: false
        }
    }
}

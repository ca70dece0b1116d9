import Foundation

/// Repairs that look at single characters, and those of line ends and terminal escapes.
enum CharacterRepairs {
    static func all(_ text: [UnicodeScalar]) -> [UnicodeScalar] {
        var plain: [UnicodeScalar] = []
        plain.reserveCapacity(text.count)
        for scalar in text { append(scalar, to: &plain) }
        return withoutControls(withoutTerminalEscapes(withPlainLineEnds(plain)))
    }

    /// Appends what stands for a character: Latin-1's control characters are taken as Windows-1252's, ligatures and
    /// characters of another width as what they are made of, curly quotes as straight ones.
    private static func append(_ scalar: UnicodeScalar, to plain: inout [UnicodeScalar]) {
        switch scalar.value {
        case 0..<0x80: plain.append(scalar)
        case 0x80...0x9f:
            append(quote: SingleByteEncoding.windows1252.scalars[Int(scalar.value)], to: &plain)
        case 0x3000: plain.append(" ")
        case 0xff01...0xffef:
            let usual = String(scalar).precomposedStringWithCompatibilityMapping
            for scalar in usual.unicodeScalars { append(quote: scalar, to: &plain) }
        default:
            guard let parts = ligatures[scalar] else { return append(quote: scalar, to: &plain) }
            for scalar in parts.unicodeScalars { append(quote: scalar, to: &plain) }
        }
    }

    private static func append(quote scalar: UnicodeScalar, to plain: inout [UnicodeScalar]) {
        switch scalar.value {
        case 0x2bc, 0x2018...0x201b: plain.append("'")
        case 0x201c...0x201f: plain.append("\"")
        default: plain.append(scalar)
        }
    }

    private static let ligatures: [UnicodeScalar: String] = [
        "Ĳ": "IJ", "ĳ": "ij", "ŉ": "ʼn", "Ǳ": "DZ", "ǲ": "Dz", "ǳ": "dz", "Ǆ": "DŽ", "ǅ": "Dž", "ǆ": "dž", "Ǉ": "LJ",
        "ǈ": "Lj", "ǉ": "lj", "Ǌ": "NJ", "ǋ": "Nj", "ǌ": "nj", "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl",
        "ﬅ": "ſt", "ﬆ": "st",
    ]

    private static func withPlainLineEnds(_ text: [UnicodeScalar]) -> [UnicodeScalar] {
        var result: [UnicodeScalar] = []
        result.reserveCapacity(text.count)
        for (index, scalar) in text.enumerated() {
            switch scalar {
            case "\r":
                if index + 1 == text.count || text[index + 1] != "\n" { result.append("\n") }
            case "\u{2028}", "\u{2029}": result.append("\n")
            default: result.append(scalar)
            }
        }
        return result
    }

    /// Leaves out ANSI's sequences: escape, `[`, digits and semicolons, a letter.
    private static func withoutTerminalEscapes(_ text: [UnicodeScalar]) -> [UnicodeScalar] {
        guard text.contains("\u{1b}") else { return text }
        var result: [UnicodeScalar] = []
        var rest = text[...]
        while let scalar = rest.first {
            if scalar == "\u{1b}", rest.dropFirst().first == "[" {
                let end = rest.dropFirst(2).drop { $0 == ";" || $0.properties.generalCategory == .decimalNumber }
                if let letter = end.first, ("a"..."z").contains(letter) || ("A"..."Z").contains(letter) {
                    rest = end.dropFirst()
                    continue
                }
            }
            result.append(scalar)
            rest = rest.dropFirst()
        }
        return result
    }

    /// Leaves out what has no business in text: ASCII's controls but white space, deprecated format controls, byte
    /// order marks, annotation marks.
    private static func withoutControls(_ text: [UnicodeScalar]) -> [UnicodeScalar] {
        text.filter {
            switch $0.value {
            case 0x00...0x08, 0x0b, 0x0e...0x1f, 0x7f, 0x206a...0x206f, 0xfeff, 0xfff9...0xfffc: false
            default: true
            }
        }
    }
}

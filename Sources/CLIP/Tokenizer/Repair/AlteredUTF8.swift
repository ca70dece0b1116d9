/// UTF-8 that has suffered: no-break spaces that became spaces, bytes that were lost, the dialects of Java and CESU-8.
enum AlteredUTF8 {
    /// The bytes with A0 in place of 20 where that makes a likely character.
    static func restoringSpaces(in bytes: [UInt8]) -> [UInt8] {
        guard occurs(spaced, in: bytes) else { return bytes }
        return replacing(spaced, in: keepingWords(bytes)) { $0.map { $0 == 0x20 ? 0xa0 : $0 } }
    }

    /// The bytes with U+FFFD in place of sequences of which bytes were lost. A lost byte is 1A, and at times a "?".
    static func markingLosses(in bytes: [UInt8]) -> [UInt8] {
        replacing(lossy, in: bytes) { _ in [0xef, 0xbf, 0xbd] }
    }

    /// The text of bytes that are UTF-8, perhaps with C0 80 for a null and surrogates in pairs; nil if they are not.
    static func decoded(_ bytes: [UInt8]) -> [UnicodeScalar]? {
        let usual = bytes.contains(0xed) || bytes.contains(0xc0) ? withoutDialects(bytes) : bytes
        return String(validating: usual, as: UTF8.self).map { Array($0.unicodeScalars) }
    }

    private static let spaced = CharacterSequences(
        """
        c2 c3 c5 ce d0 d9 / 20
        e2 e3 / 20 / 80-84 86-9f a1-bf
        e0-e3 / 80-84 86-9f a1-bf / 20
        f0 / 20 / 80-bf / 80-bf
        f0 / 80-bf / 20 / 80-bf
        f0 / 80-bf / 80-bf / 20
        """)

    private static let lossy = CharacterSequences(
        """
        c2-df / 1a
        c2-c3 / ?
        ed / a0-af / 1a ? / ed / b0-bf / 1a ? 80-bf
        ed / a0-af / 1a ? 80-bf / ed / b0-bf / 1a ?
        e0-ef / 1a ? / 1a 80-bf
        e0-ef / 1a 80-bf / 1a ?
        f0-f4 / 1a ? / 1a 80-bf / 1a 80-bf
        f0-f4 / 1a 80-bf / 1a ? / 1a 80-bf
        f0-f4 / 1a 80-bf / 1a 80-bf / 1a ?
        1a
        """)

    /// An "à" that is a word by itself keeps a space after it, unless it begins one of a few Portuguese words.
    private static func keepingWords(_ bytes: [UInt8]) -> [UInt8] {
        let endings = [" ", "quele", "quela", "quilo", "s "].map { Array($0.utf8) }
        var result: [UInt8] = []
        var rest = bytes[...]
        while let byte = rest.first {
            rest = rest.dropFirst()
            result.append(byte)
            if byte == 0xc3, rest.first == 0x20, !endings.contains(where: { rest.dropFirst().starts(with: $0) }) {
                result += [0xa0, 0x20]
                rest = rest.dropFirst()
            }
        }
        return result
    }

    private static func occurs(_ sequences: CharacterSequences, in bytes: [UInt8]) -> Bool {
        let prepared = sequences.prepare(bytes)
        return bytes.indices.contains { sequences.length(at: $0, in: prepared) != nil }
    }

    private static func replacing(
        _ sequences: CharacterSequences, in bytes: [UInt8], by replacement: (ArraySlice<UInt8>) -> [UInt8]
    ) -> [UInt8] {
        let prepared = sequences.prepare(bytes)
        var result: [UInt8] = []
        var place = 0
        while place < bytes.count {
            if let length = sequences.length(at: place, in: prepared) {
                result += replacement(bytes[place..<place + length])
                place += length
            } else {
                result.append(bytes[place])
                place += 1
            }
        }
        return result
    }

    /// Java's null as a null, and CESU-8's pairs of surrogates as the four bytes that UTF-8 has for them.
    private static func withoutDialects(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var rest = bytes[...]
        while let byte = rest.first {
            if rest.starts(with: [0xc0, 0x80]) {
                result.append(0)
                rest = rest.dropFirst(2)
            } else if let character = surrogatePair(rest.prefix(6)) {
                result += UTF8.encode(character).map(Array.init) ?? []
                rest = rest.dropFirst(6)
            } else {
                result.append(byte)
                rest = rest.dropFirst()
            }
        }
        return result
    }

    private static func surrogatePair(_ bytes: ArraySlice<UInt8>) -> UnicodeScalar? {
        let b = bytes.map { UInt32($0) }
        guard b.count == 6, b[0] == 0xed, (0xa0...0xaf).contains(b[1]), (0x80...0xbf).contains(b[2]),
            b[3] == 0xed, (0xb0...0xbf).contains(b[4]), (0x80...0xbf).contains(b[5])
        else { return nil }
        return UnicodeScalar((b[1] & 0xf) << 16 + (b[2] & 0x3f) << 10 + (b[4] & 0xf) << 6 + (b[5] & 0x3f) + 0x10000)
    }
}

/// Text that was UTF-8 and has been decoded as something else: "cafÃ©".
enum Mojibake {
    /// The text decoded as it was meant, where it shows signs of mojibake and can be.
    static func repaired(_ text: [UnicodeScalar]) -> [UnicodeScalar] {
        var text = text
        while let better = step(text), better != text { text = better }
        return text
    }

    /// One layer of wrong decoding undone; nil where there is none, or none that can be undone.
    private static func step(_ text: [UnicodeScalar]) -> [UnicodeScalar]? {
        guard text.contains(where: { !$0.isASCII }), MojibakeSigns.occur(in: text) else { return nil }
        for encoding in SingleByteEncoding.all {
            guard var bytes = encoding.encoded(text) else { continue }
            if encoding.mayHaveLostSpaces { bytes = AlteredUTF8.restoringSpaces(in: bytes) }
            if encoding.isLenient { bytes = AlteredUTF8.markingLosses(in: bytes) }
            if let decoded = AlteredUTF8.decoded(bytes) { return decoded }
        }
        if let inside = repairedInside(text) { return inside }
        let latin1 = SingleByteEncoding.latin1.encoded(text)
        if let latin1, !latin1.contains(where: unassignedInWindows1252.contains) {
            let decoded = latin1.map { $0 == 0x1a ? "\u{1a}" : SingleByteEncoding.windows1252.scalars[Int($0)] }
            if decoded != text { return decoded }
        }
        return text.map { c1.contains($0) ? SingleByteEncoding.windows1252.scalars[Int($0.value)] : $0 }
    }

    private static let c1: ClosedRange<UnicodeScalar> = "\u{80}"..."\u{9f}"
    private static let unassignedInWindows1252: Set<UInt8> = [0x81, 0x8d, 0x8f, 0x90, 0x9d]

    /// The text with every stretch that looks like UTF-8 repaired by itself; nil where that changes nothing.
    private static func repairedInside(_ text: [UnicodeScalar]) -> [UnicodeScalar]? {
        let prepared = lookalikes.prepare(text)
        var result: [UnicodeScalar] = []
        var place = 0
        while place < text.count {
            var end = place
            // After what continues a sequence, more of it would be garbled too.
            if place == 0 || !continuations.contains(text[place - 1]) {
                while let length = lookalikes.length(at: end, in: prepared) { end += length }
            }
            let stretch = Array(text[place..<max(end, place + 1)])
            // Only shorter texts than this one, so that it comes to an end.
            let isRepairable = end > place && stretch.count < text.count && MojibakeSigns.occur(in: stretch)
            result += isRepairable ? repaired(stretch) : stretch
            place += stretch.count
        }
        return result == text ? nil : result
    }

    /// What bytes of UTF-8 look like in one encoding or another: those that begin a character, and those that go on.
    private static let lookalikes = CharacterSequences(
        """
        first-of-2 / next
        first-of-3 / next / next
        first-of-4 / next / next / next
        """,
        kinds: [
            "first-of-2": """
            c2-df 100 102 106 10c 10e 110 112 116 118 11a 11e 122 12a 130 136 139 13b 141 143 145 147 14c 150 158 \
            15a 15e 160 162 16a 16e 170 172 179 17b 17d 392-3a1 3a3-3af 412-42f
            """,
            "first-of-3": """
            e0-ef 101 103 105 107 10d 10f 113 117 119 11b 123 12b 12f 137 13a 13c 155 17a 3b0-3bf 430-43f
            """,
            "first-of-4": "f0 f3 111 11f 161 3c0 3c3 440 443",
            "next": clearContinuations + " 20 2013-2015 2018-201a 201c-201e 2022 2026",
        ])

    /// Those of the continuations that seldom stand for themselves.
    private static let clearContinuations = """
        80-bf c6 d8 e6 f8 104-105 13d-13e 141-142 152-153 156-157 15a-15b 15e-161 164-165 178-17e 192 2c6-2c7 2d8 \
        2db-2dd 384-386 388-38a 38c 38e-38f 401-40c 40e-40f 451-45c 45e-45f 490-491 2020-2021 2030 2039-203a 20ac 2116 \
        2122
        """
    private static let continuations = Set(clearContinuations.split(separator: " ").flatMap(CharacterSequences.scalars))
}

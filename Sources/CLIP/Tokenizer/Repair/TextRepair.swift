import Foundation

extension String {
    /// The text without the glitches that copying and wrong decoding leave: as ftfy 6.3 has it, `ftfy.fix_text`.
    ///
    /// Each line is repaired by itself, over and over until nothing changes: HTML's character references (up to the
    /// first line with a "<", which tells that the text may be meant as HTML), mojibake, control characters, ligatures,
    /// characters of double and half width, curly quotes, line ends, terminal escapes; then it is composed (NFC).
    package func repaired() -> String {
        var result = UnicodeScalarView()
        var unescapes = true
        var rest = Array(unicodeScalars)[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: "\n").map { $0 + 1 } ?? rest.endIndex
            let line = rest.prefix(min(end - rest.startIndex, 1_000_000))
            unescapes = unescapes && !line.contains("<")
            result.append(contentsOf: Self.repaired(Array(line), unescapes: unescapes))
            rest = rest[line.endIndex...]
        }
        return String(result)
    }

    private static func repaired(_ line: [UnicodeScalar], unescapes: Bool) -> [UnicodeScalar] {
        var line = line
        while true {
            let before = line
            if unescapes { line = CharacterReferences.replaced(in: line) }
            line = Mojibake.repaired(line)
            line = CharacterRepairs.all(line)
            let text = String(UnicodeScalarView(line))
            line = Array(text.precomposedStringWithCanonicalMapping.unicodeScalars)
            if line == before { return line }
        }
    }
}

extension String {
    /// The text with HTML's character references replaced, by the rules of HTML 5.
    ///
    /// A name without a semicolon counts where HTML 5 allows it, also as the beginning of a longer word; what is no
    /// reference stays as it is.
    package func unescapingHTML() -> String {
        var rest = Substring(self).unicodeScalars
        guard rest.contains("&") else { return self }
        var result = UnicodeScalarView()
        while let ampersand = rest.firstIndex(of: "&") {
            result += rest[..<ampersand]
            rest = rest[rest.index(after: ampersand)...]
            if let (replacement, end) = Self.reference(in: rest) {
                result += replacement.unicodeScalars
                rest = rest[end...]
            } else {
                result.append("&")
            }
        }
        return String(result + rest)
    }

    private typealias Reference = (replacement: String, end: Substring.UnicodeScalarView.Index)

    /// The reference at the beginning of what follows an ampersand, and where it ends.
    private static func reference(in text: Substring.UnicodeScalarView) -> Reference? {
        guard text.first == "#" else { return namedReference(in: text) }
        let marked = text.dropFirst()
        let isHexadecimal = marked.first == "x" || marked.first == "X"
        let digits = (isHexadecimal ? marked.dropFirst() : marked).prefix {
            $0.isASCII && (isHexadecimal ? $0.properties.isASCIIHexDigit : ("0"..."9").contains($0))
        }
        guard !digits.isEmpty else { return nil }
        let number = UInt32(String(digits), radix: isHexadecimal ? 16 : 10) ?? .max
        return (character(numbered: number), past(digits.endIndex, in: text))
    }

    private static func namedReference(in text: Substring.UnicodeScalarView) -> Reference? {
        let word = text.prefix(32).prefix { !"\t\n\u{c} <&#;".unicodeScalars.contains($0) }
        if text[word.endIndex...].first == ";", let replacement = HTMLEntities.named[Substring(word)] {
            return (replacement, text.index(after: word.endIndex))
        }
        var name = word
        while name.count > 1 {
            if let replacement = HTMLEntities.withoutSemicolon[Substring(name)] { return (replacement, name.endIndex) }
            name.removeLast()
        }
        return nil
    }

    /// The place after a semicolon, if there is one.
    private static func past(
        _ index: Substring.UnicodeScalarView.Index, in text: Substring.UnicodeScalarView
    ) -> Substring.UnicodeScalarView.Index {
        text[index...].first == ";" ? text.index(after: index) : index
    }

    /// The character of a numeric reference. Numbers from 128 to 159 are taken as Windows-1252's, no character's number
    /// gives U+FFFD, and a control character's gives nothing.
    private static func character(numbered number: UInt32) -> String {
        if (0x80...0x9f).contains(number) { return String(SingleByteEncoding.windows1252.scalars[Int(number)]) }
        guard number != 0, let scalar = UnicodeScalar(number) else { return "\u{fffd}" }
        let isControl = number < 0x20 && ![0x9, 0xa, 0xc, 0xd].contains(number) || number == 0x7f
        let isNoncharacter = (0xfdd0...0xfdef).contains(number) || number & 0xfffe == 0xfffe
        return isControl || isNoncharacter ? "" : String(scalar)
    }
}

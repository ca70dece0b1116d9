/// HTML's character references where they are beyond doubt: with a semicolon, and up to 24 letters and digits.
///
/// Names count in capitals too where HTML has no such name, as databases write them: `P&EACUTE;REZ`.
enum CharacterReferences {
    static func replaced(in text: [UnicodeScalar]) -> [UnicodeScalar] {
        guard text.contains("&") else { return text }
        var result: [UnicodeScalar] = []
        var rest = text[...]
        while let ampersand = rest.firstIndex(of: "&") {
            result += rest[..<ampersand]
            rest = rest[ampersand...]
            let end = end(ofReferenceIn: rest)
            let reference = rest[..<(end ?? ampersand + 1)]
            result += (end == nil ? nil : replacement(of: reference)) ?? Array(reference)
            rest = rest[reference.endIndex...]
        }
        return result + rest
    }

    /// Where `&`, perhaps `#`, letters and digits, and `;` end; nil if that is not what comes first.
    private static func end(ofReferenceIn text: ArraySlice<UnicodeScalar>) -> Int? {
        var body = text.dropFirst()
        if body.first == "#" { body = body.dropFirst() }
        let name = body.prefix(25).prefix {
            ("0"..."9").contains($0) || ("a"..."z").contains($0) || ("A"..."Z").contains($0)
        }
        guard (1...24).contains(name.count), text[name.endIndex...].first == ";" else { return nil }
        return name.endIndex + 1
    }

    private static func replacement(of reference: ArraySlice<UnicodeScalar>) -> [UnicodeScalar]? {
        let text = String(String.UnicodeScalarView(reference))
        let name = text.dropFirst().dropLast()
        if name.hasPrefix("#") {
            // A semicolon that stays behind, or comes out, tells that the number was none.
            let unescaped = text.unescapingHTML()
            return unescaped.unicodeScalars.contains(";") ? nil : Array(unescaped.unicodeScalars)
        }
        if let known = HTMLEntities.named[name] { return Array(known.unicodeScalars) }
        guard name == name.uppercased(), let small = HTMLEntities.named[Substring(name.lowercased())],
            text.unescapingHTML() == text
        else { return nil }
        return small.unicodeScalars.flatMap { Array($0.properties.uppercaseMapping.unicodeScalars) }
    }
}

import Foundation

extension String {
    /// The text as CLIP's tokenizer takes it: repaired, HTML's character references replaced twice over, in lower case.
    ///
    /// White space needs no cleaning here, since none of it gets into a word.
    func cleanedForCLIP() -> String {
        // Most text is of this kind, which nothing but lower case can change.
        if utf8.allSatisfy({ (0x20..<0x7f).contains($0) && $0 != UInt8(ascii: "&") }) { return lowercased() }
        return repaired().unescapingHTML().unescapingHTML().lowercasedByUnicode()
    }

    /// Lower case by Unicode's full mapping, where a capital sigma at the end of a word becomes ς.
    private func lowercasedByUnicode() -> String {
        let scalars = Array(unicodeScalars)
        var result = ""
        for (index, scalar) in scalars.enumerated() {
            if scalar == "Σ", Self.isFinal(index, in: scalars) {
                result += "ς"
            } else {
                result += scalar.properties.lowercaseMapping
            }
        }
        return result
    }

    /// Whether a cased letter comes before a place and none after it, looking past marks and the like.
    private static func isFinal(_ index: Int, in scalars: [UnicodeScalar]) -> Bool {
        let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
        let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
        return before?.properties.isCased == true && after?.properties.isCased != true
    }
}

/// A piece of a page. What is written in the program is markup; what comes from anywhere else is text, and is escaped where it
/// is put in:
///
///     let cell: HTML = "<td>\(className)</td>"
public struct HTML: Hashable, Sendable, ExpressibleByStringInterpolation {
    /// The markup.
    public let markup: String

    public init(markup: String) { self.markup = markup }

    /// Text that stands in a page as it is.
    public init(text: String) { markup = text.escapedForHTML }

    public init(stringLiteral markup: String) { self.markup = markup }

    public init(stringInterpolation: StringInterpolation) { markup = stringInterpolation.markup }

    public struct StringInterpolation: StringInterpolationProtocol {
        var markup = ""

        public init(literalCapacity: Int, interpolationCount: Int) { markup.reserveCapacity(literalCapacity) }

        public mutating func appendLiteral(_ literal: String) { markup += literal }
        public mutating func appendInterpolation(_ text: String) { markup += text.escapedForHTML }
        public mutating func appendInterpolation(_ number: Int) { markup += "\(number)" }
        public mutating func appendInterpolation(_ html: HTML) { markup += html.markup }
        public mutating func appendInterpolation(_ html: HTML?) { markup += html?.markup ?? "" }
        public mutating func appendInterpolation(_ parts: [HTML]) { for part in parts { markup += part.markup } }
    }
}

extension String {
    /// The text in a page, between tags and in quoted attributes. A character that no page may have becomes U+FFFD.
    fileprivate var escapedForHTML: String {
        var result = ""
        result.reserveCapacity(utf8.count)
        for scalar in unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\t", "\n": result.unicodeScalars.append(scalar)
            case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value): result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

import Foundation

/// A name, or a path of names, as a file system or a table has it.
///
/// Names are one where their bytes are. Swift's texts are one where they look alike: `é` may be one letter or an `e` and
/// an accent, which are two names to a file system and to SQLite. Whatever is keyed, sorted, grouped or compared by a
/// name of a domain, a class or a file is so by this type.
public struct Name: Hashable, Sendable {
    public let text: String

    public init(_ text: some StringProtocol) {
        self.text = String(text)
    }

    public static func == (a: Name, b: Name) -> Bool {
        // Texts in the usual form are compared fast; few that look alike remain.
        a.text == b.text && a.text.utf8.count == b.text.utf8.count && a.text.utf8.elementsEqual(b.text.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    /// Letters and their accents joined where Unicode has a letter for both (NFC).
    var composed: Name {
        text.utf8.allSatisfy { $0 < 0x80 } ? self : Name(text.precomposedStringWithCanonicalMapping)
    }

    /// The name with its bytes in hexadecimal where they are not ASCII: `caf\xc3\xa9`.
    public var escaped: String { Self.escaped(text.utf8) { $0 >= 0x80 } }

    /// The name in a form.
    public func taken(_ form: NameForm) -> Name { form == .composed ? composed : self }

    /// What to do where a name is not among others, but one that looks like it is; nil where none does.
    public func otherForm(among names: some Sequence<Name>) -> String? {
        guard let other = names.first(where: { $0.composed == composed }) else { return nil }
        return "“\(other.escaped)” is there, and has other bytes than “\(escaped)”: write it in these, or give "
            + "dataset: {normalizeNames: NFC}"
    }

    /// Bytes as a text in which those that are no UTF-8 stand in hexadecimal: `caf\xe9`.
    package static func escaped(_ bytes: some Sequence<UInt8>) -> String {
        let bytes = Array(bytes)
        return String(validating: bytes, as: UTF8.self) ?? escaped(bytes) { $0 >= 0x80 }
    }

    private static func escaped(_ bytes: some Sequence<UInt8>, _ isWrittenOut: (UInt8) -> Bool) -> String {
        bytes.map { isWrittenOut($0) ? "\\x" + String($0, radix: 16) : String(Unicode.Scalar($0)) }.joined()
    }
}

extension Name: Comparable {
    /// The order of their bytes.
    public static func < (a: Name, b: Name) -> Bool { a.text.utf8.lexicographicallyPrecedes(b.text.utf8) }
}

extension Name: CustomStringConvertible, ExpressibleByStringInterpolation {
    public var description: String { text }

    public init(stringLiteral text: String) { self.init(text) }
}

extension Name: Encodable {
    /// Its text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// How names of domains and classes are taken.
public enum NameForm: String, CaseIterable, Sendable {
    /// As they are: two that differ in a byte are two.
    case bytes
    /// Two that look alike are one: both are composed.
    case composed = "NFC"
}

/// A command line for `/bin/sh` with references `${name}` in it, each with what the shell takes the text around it for.
///
/// A value that is filled in reaches the command as it is, whatever it holds, and as one word or part of one: it is quoted
/// as its place needs it, outside of quotes and within either kind. Where no quoting holds, such as in a here-document,
/// only values that need none can stand.
public struct ShellText: Hashable, Sendable {
    package enum Piece: Hashable, Sendable {
        case literal(String)
        case reference(Reference)
    }

    package struct Reference: Hashable, Sendable {
        package var name: String
        package var place: Place
        /// `$x${name}`: what begins like a name would go on with that of the variable.
        var followsVariable = false
        /// `${name}>file`: a number would be the descriptor's.
        var precedesRedirection = false
    }

    /// What the shell takes the text around a reference for.
    package enum Place: Hashable, Sendable {
        case word, doubleQuotes, singleQuotes, comment, arithmetic
        /// Where what a quote means differs from shell to shell, or where there are none.
        case backquotes, caseInSubstitution, dollarQuotes
        case hereDocument(end: String)
    }

    /// In the order of the text; literals between references.
    package let pieces: [Piece]

    package var references: [Reference] {
        pieces.compactMap { if case .reference(let reference) = $0 { reference } else { nil } }
    }

    /// - Throws: `ShellTextError` for a reference without its end, or one that a `$` or a backslash before it spoils.
    public init(_ text: String) throws(ShellTextError) {
        pieces = try ShellScanner.pieces(of: text)
    }

    /// The text with values in place of references.
    /// - Parameter value: what a name stands for; nil where the reference is to stay.
    /// - Throws: `ShellTextError` for a value that cannot stand safely where its reference does.
    package func filled(_ value: (String) -> String?) throws(ShellTextError) -> String {
        var text = ""
        for piece in pieces {
            switch piece {
            case .literal(let literal): text += literal
            case .reference(let reference):
                text +=
                    try value(reference.name).map { value throws(ShellTextError) in try reference.quoted(value) }
                    ?? "${\(reference.name)}"
            }
        }
        return text
    }
}

/// Why a text for the shell, or a value in it, is refused.
public struct ShellTextError: Error, Hashable, CustomStringConvertible {
    public let description: String
}

extension ShellText.Reference {
    /// A value so written that the shell reads it as it is at this place.
    /// - Throws: if the value cannot stand safely there, with what to do instead.
    package func quoted(_ value: String) throws(ShellTextError) -> String {
        func refusal(_ place: String, _ cure: String) -> ShellTextError {
            ShellTextError(description: "${\(name)} is “\(value)” here, which cannot be put \(place) safely: \(cure)")
        }
        if value.utf8.contains(0) { throw refusal("into a command", "no shell can hold a zero byte") }
        switch place {
        case .word: return wordNeedsQuotes(value) ? Self.singleQuoted(value) : value
        case .comment: return Self.onOneLine(wordNeedsQuotes(value) ? Self.singleQuoted(value) : value)
        case .singleQuotes: return Self.insideSingleQuotes(value)
        case .doubleQuotes:
            let joins = followsVariable && value.utf8.first.map(\.isNameByte) == true
            return (joins ? "\"\"" : "") + Self.insideDoubleQuotes(value)
        case .arithmetic:
            guard let number = Int(value), value.utf8.first != UInt8(ascii: "+") else {
                throw refusal("into $((…))", "only whole numbers can stand there")
            }
            return number < 0 ? "(\(value))" : value
        case .backquotes:
            guard value.isPlainWord else { throw refusal("into backquotes", "write $(…) in their place") }
        case .caseInSubstitution:
            guard value.isPlainWord else {
                throw refusal(
                    "behind a “case” inside of $(…)", "give it to a variable before, x=${\(name)}, and write \"$x\" here")
            }
        case .dollarQuotes:
            guard value.isPlainWord else { throw refusal("behind $'…'", "not every sh knows that quote; write '…'") }
        case .hereDocument(let end):
            guard value.isPlainWord, !end.utf8.contains(value.utf8) else {
                throw refusal("into a here-document", "give it to a variable before, x=${\(name)}, and write $x there")
            }
        }
        return value
    }

    private func wordNeedsQuotes(_ value: String) -> Bool {
        !value.isPlainWord || Self.reservedWords.contains(value)
            || followsVariable && value.utf8.first.map(\.isNameByte) == true
            || precedesRedirection && value.utf8.allSatisfy(\.isDigitByte)
    }

    private static let reservedWords: Set<String> = [
        "if", "then", "else", "elif", "fi", "do", "done", "case", "esac", "while", "until", "for", "in", "function",
        "select", "time", "coproc",
    ]

    static func singleQuoted(_ value: String) -> String { "'" + insideSingleQuotes(value) + "'" }

    // Scalar by scalar: an accent that follows a quote makes one character of both. Between `$` and `{` quotes end and begin
    // anew, so that what a value holds is no reference when the text is read again.

    private static func insideSingleQuotes(_ value: String) -> String {
        var text = "".unicodeScalars
        for scalar in value.unicodeScalars {
            if scalar == "{", text.last == "$" { text.append(contentsOf: "''".unicodeScalars) }
            text.append(contentsOf: scalar == "'" ? "'\\''".unicodeScalars : String(scalar).unicodeScalars)
        }
        return String(text)
    }

    private static func insideDoubleQuotes(_ value: String) -> String {
        var text = "".unicodeScalars
        for scalar in value.unicodeScalars {
            if scalar == "{", text.last == "$" { text.append(contentsOf: "\"\"".unicodeScalars) }
            if "\\\"$`".unicodeScalars.contains(scalar) { text.append("\\") }
            text.append(scalar)
        }
        return String(text)
    }

    private static func onOneLine(_ value: String) -> String {
        String(String.UnicodeScalarView(value.unicodeScalars.map { $0 == "\n" ? " " : $0 }))
    }
}

extension String {
    /// Whether it means the same to a shell with quotes and without.
    fileprivate var isPlainWord: Bool {
        !isEmpty && utf8.allSatisfy { $0 > 0x7F || $0.isNameByte || "/.-+,:@".utf8.contains($0) }
    }
}

extension UInt8 {
    var isDigitByte: Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self }

    /// A letter, a digit or `_`.
    var isNameByte: Bool {
        isDigitByte || UInt8(ascii: "a")...UInt8(ascii: "z") ~= self || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= self
            || self == UInt8(ascii: "_")
    }
}

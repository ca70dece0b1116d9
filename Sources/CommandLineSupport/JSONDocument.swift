import ArgumentParser
import Foundation

/// Whether a command answers programs: `--json`.
public struct JSONOptions: ParsableArguments {
    @Flag(help: "Print one JSON document for programs, and no text. Docs/json.md lists its members.")
    public var json = false

    public init() {}

    /// Prints what a command has found.
    /// - Parameters:
    ///   - command: its name, such as `data check`.
    ///   - text: what people read.
    /// - Throws: what `text` throws; `EncodingError` for a number that is not finite.
    public func print<Content: Encodable>(
        _ content: Content, of command: String, text: (Content) throws -> String
    ) throws {
        if json { try self.print(content, of: command) } else { Swift.print(try text(content)) }
    }

    /// Prints the document, for a command whose text is made otherwise.
    /// - Throws: `EncodingError` for a number that is not finite.
    public func print(_ content: some Encodable, of command: String) throws {
        Swift.print(try JSONDocument(command, content).text)
    }
}

/// A command's answer to a program: an object of the content's members, and of two more that say what it is.
private struct JSONDocument<Content: Encodable>: Encodable {
    /// Another one where a member goes or gets another meaning; not where one comes in.
    private let schema = 1
    private let command: String
    private let content: Content

    init(_ command: String, _ content: Content) {
        (self.command, self.content) = (command, content)
    }

    private enum Members: String, CodingKey {
        case schema, command
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Members.self)
        try container.encode(schema, forKey: .schema)
        try container.encode(command, forKey: .command)
        try content.encode(to: encoder)
    }

    var text: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            encoder.keyEncodingStrategy = .convertToSnakeCase
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }
}

/// A place in a pipeline file, or an argument of the command line.
public struct SourceLocation: Hashable, Sendable, CustomStringConvertible {
    /// The file's path, or the argument.
    public let file: String
    /// Nil for an argument.
    private let position: Position?

    private struct Position: Hashable {
        let line: Int, column: Int
    }

    /// - Parameters:
    ///   - line: from 1.
    ///   - column: from 1, counted in Unicode scalars.
    init(file: String, line: Int, column: Int) {
        self.file = file
        position = Position(line: line, column: column)
    }

    init(argument: String) {
        file = argument
        position = nil
    }

    public var description: String { position.map { "\(file):\($0.line):\($0.column)" } ?? file }
}

/// What is wrong with a pipeline file, and where.
public struct SpecificationError: Error, Hashable, CustomStringConvertible {
    /// Nil where the trouble is with the file as a whole.
    public var location: SourceLocation?
    public var file: String
    /// The keys that lead to the place, such as `stages.prompts.with.epochs`; empty at the top.
    public var keyPath: String
    /// What was found, what was expected, what to do.
    public var message: String

    init(_ message: String, file: String) {
        self.message = message
        self.file = file
        keyPath = ""
    }

    init(_ message: String, at location: SourceLocation, keyPath: String = "") {
        self.message = message
        self.location = location
        self.keyPath = keyPath
        file = location.file
    }

    /// The error with others of the same kind below it, a line for each.
    func joined(by others: some Sequence<SpecificationError>) -> SpecificationError {
        var error = self
        error.message = ([message] + others.map(\.description)).joined(separator: "\n")
        return error
    }

    /// `FILE:LINE:COLUMN: KEY.PATH: message`, which editors can follow.
    public var description: String {
        "\(location?.description ?? file): " + (keyPath.isEmpty ? message : "\(keyPath): \(message)")
    }
}

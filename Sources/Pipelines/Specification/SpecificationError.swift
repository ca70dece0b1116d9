/// A place in a pipeline file.
public struct SourceLocation: Hashable, Sendable {
    public var file: String
    /// From 1.
    public var line: Int
    /// From 1, counted in Unicode scalars.
    public var column: Int
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

    /// `FILE:LINE:COLUMN: KEY.PATH: message`, which editors can follow.
    public var description: String {
        let place = location.map { "\(file):\($0.line):\($0.column)" } ?? file
        return "\(place): " + (keyPath.isEmpty ? message : "\(keyPath): \(message)")
    }
}

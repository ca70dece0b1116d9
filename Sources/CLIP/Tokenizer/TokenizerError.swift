/// Why a file makes no tokenizer.
public struct TokenizerError: Error, Equatable, CustomStringConvertible {
    /// The file's path.
    public let path: String
    /// The line the problem is on, counted from 1; nil where the file as a whole is meant.
    public let line: Int?
    public let reason: String

    public var description: String {
        "\(path)\(line.map { ":\($0)" } ?? ""): \(reason)"
    }
}

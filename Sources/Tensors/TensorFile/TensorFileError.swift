/// Why a file of tensors cannot be read.
public struct TensorFileError: Error, Equatable, CustomStringConvertible {
    public enum Problem: Error, Equatable, Sendable {
        /// The file is not there or may not be read; the system's words.
        case unreadable(String)
        /// The file ends before what it announces.
        case truncated(String)
        /// The file breaks the format's rules.
        case malformed(String)
        /// The format allows it, this reader does not; with what to do instead.
        case refused(String)
        /// The file has no tensor of this name.
        case missing(String)
        /// The tensor holds integers, or floating-point numbers of a kind that is not read.
        case notFloatingPoint(String, ElementType)
    }

    /// The file's path, or what the caller named the bytes.
    public let source: String
    /// What the file was read as.
    public let format: String
    public let problem: Problem

    public init(source: String, format: String, problem: Problem) {
        (self.source, self.format, self.problem) = (source, format, problem)
    }

    public var description: String {
        switch problem {
        case .unreadable(let reason): "\(source) cannot be read: \(reason)"
        case .truncated(let detail): "\(source) is truncated: \(detail). Copy or download it again."
        case .malformed(let detail): "\(source) is not a valid \(format) file: \(detail)."
        case .refused(let detail): "\(source): \(detail)."
        case .missing(let name): "\(source) has no tensor named \"\(name)\"."
        case .notFloatingPoint(let name, let type):
            "\(source): tensor \"\(name)\" has type \(type.rawValue); F16, BF16 and F32 can be read."
        }
    }
}

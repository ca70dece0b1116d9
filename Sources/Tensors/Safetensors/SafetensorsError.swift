/// Why a safetensors file cannot be read.
public struct SafetensorsError: Error, Equatable, CustomStringConvertible {
    public enum Problem: Error, Equatable, Sendable {
        /// The file is not there or may not be read; the system's words.
        case unreadable(String)
        /// The file ends before what its header announces.
        case truncated(String)
        /// The header breaks the format's rules.
        case malformed(String)
        /// The file has no tensor of this name.
        case missing(String)
        /// The tensor holds integers, or floating-point numbers of a kind that is not read.
        case notFloatingPoint(String, Safetensors.ElementType)
    }

    /// The file's path, or what the caller named the bytes.
    public let source: String
    public let problem: Problem

    public init(source: String, problem: Problem) {
        (self.source, self.problem) = (source, problem)
    }

    public var description: String {
        switch problem {
        case .unreadable(let reason): "\(source) cannot be read: \(reason)"
        case .truncated(let detail): "\(source) is truncated: \(detail). Copy or download it again."
        case .malformed(let detail): "\(source) is not a valid safetensors file: \(detail)."
        case .missing(let name): "\(source) has no tensor named \"\(name)\"."
        case .notFloatingPoint(let name, let type):
            "\(source): tensor \"\(name)\" has type \(type.rawValue); F16, BF16 and F32 can be read."
        }
    }
}

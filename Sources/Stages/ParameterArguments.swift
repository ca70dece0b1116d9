import ArtifactStore
import CLIP
import PromptLearning

/// A wrong parameter on a stage's command line.
public struct ParameterError: Error, CustomStringConvertible {
    public let description: String

    public init(description: String) { self.description = description }
}

extension DeclaredParameter {
    /// A text of a command line read as a value of the parameter's type.
    /// - Throws: if a number is asked for and the text is none.
    public func value(of text: String) throws(ParameterError) -> JSONValue {
        switch form {
        case .number, .whole:
            if form.words.contains(text) { return .string(text) }
            guard let number = JSONValue(number: text) else {
                throw ParameterError(description: "--\(name.kebabCased) takes a number, not “\(text)”")
            }
            return number
        case .text, .texts, .choice, .truth: return .string(text)
        }
    }
}

extension StageKind {
    /// Makes sure that a store has room for what is learned, before anything is.
    /// - Throws: `ParameterError`, of the option that asks for too much.
    public func checkRoom(_ parameters: JSONValue, _ architecture: Architecture) throws {
        for case .network(let need) in try check(parameters) {
            do {
                try need.check(architecture, room: StoredFile.largestSize)
            } catch {
                throw ParameterError(description: "--\(error.parameter?.kebabCased ?? name): \(error.problem)")
            }
        }
    }

    /// What is typed for the kind's program: the executable, and its command.
    public var program: String { ([executable] + command).joined(separator: " ") }
}

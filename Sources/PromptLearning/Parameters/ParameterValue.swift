/// A type that the value of a parameter can have.
public protocol ParameterValue: Codable, Hashable, Sendable {
    static var form: ParameterForm { get }
    /// As it stands in an error, after "not".
    var shown: String { get }
}

extension ParameterValue {
    public var shown: String { "\(self)" }
}

/// How the values of a type are written, in JSON and on a command line.
public enum ParameterForm: Hashable, Sendable {
    /// true or false; on a command line `--name` or `--no-name`.
    case truth
    case number
    /// A whole number, or one of some words in its place.
    case whole(orWords: [String] = [])
    case text
    /// On a command line the option is repeated.
    case texts
    /// One of some words.
    case choice([String])

    /// Completes "must be".
    public var requirement: String {
        switch self {
        case .truth: "true or false"
        case .number: "a finite number"
        case .whole(let words): (["a whole number"] + words).joined(separator: " or ")
        case .text: "a text"
        case .texts: "a list of texts"
        case .choice(let words): words.map { "“\($0)”" }.joined(separator: " or ")
        }
    }

    /// The words that may stand in place of a number.
    public var words: [String] { if case .whole(let words) = self { words } else { [] } }
}

/// A parameter that is one of some words.
public protocol ParameterChoice: ParameterValue, CaseIterable, RawRepresentable<String> {}

extension ParameterChoice {
    public static var form: ParameterForm { .choice(allCases.map(\.rawValue)) }
    public var shown: String { rawValue.shown }
}

extension Bool: ParameterValue {
    public static var form: ParameterForm { .truth }
}

extension Int: ParameterValue {
    public static var form: ParameterForm { .whole() }
}

extension Double: ParameterValue {
    public static var form: ParameterForm { .number }
}

extension String: ParameterValue {
    public static var form: ParameterForm { .text }
    public var shown: String { isEmpty ? "empty" : "“\(self)”" }
}

extension [String]: ParameterValue {
    public static var form: ParameterForm { .texts }
}

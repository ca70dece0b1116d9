import ArgumentParser
import ArtifactStore
import PromptLearning
import Stages

/// The parameters of a stage, as options: `--learning-rate 0.002`, `--clip`.
///
/// The options are what the stage's kind declares. ArgumentParser looks for options among the properties of a new value;
/// its mirror shows one for each parameter.
public struct ParameterOptions<Method: StageMethod>: ParsableArguments, CustomReflectable {
    private var given: [String: Given] = [:]

    /// What the command line says of a parameter.
    private enum Given: Sendable {
        case truth(Bool)
        case text(String)
        case texts([String])
    }

    public init() {}

    public var customMirror: Mirror {
        Mirror(self, children: Method.kind.parameters.map { (label: $0.name, value: $0.option) })
    }

    /// What the command line gives, as ArgumentParser has parsed it.
    /// - Throws: a `DecodingError`, which none of ArgumentParser's decoders comes to.
    public init(from decoder: any Decoder) throws {
        let options = try decoder.container(keyedBy: OptionKey.self)
        for parameter in Method.kind.parameters {
            let key = OptionKey(parameter.name)
            given[parameter.name] =
                switch parameter.form {
                case .truth: .truth(try options.decode(Flag<Bool>.self, forKey: key).wrappedValue)
                case .texts: .texts(try options.decode(Option<[String]>.self, forKey: key).wrappedValue)
                default: try options.decode(Option<ValueText>.self, forKey: key).wrappedValue.given.map(Given.text)
                }
        }
    }

    /// All parameters, the defaults of those included that are not given.
    /// - Throws: `ParameterError` for a value that no run could use.
    public func values() throws(ParameterError) -> JSONValue {
        var values = Method.kind.defaults.members
        for parameter in Method.kind.parameters {
            switch given[parameter.name] {
            case .truth(let isOn): values[parameter.name] = .bool(isOn)
            case .text(let text): values[parameter.name] = try parameter.value(of: text)
            case .texts(let texts): values[parameter.name] = .array(texts.map(JSONValue.string))
            case nil: break
            }
        }
        do {
            _ = try Method.kind.check(.object(values))
        } catch {
            throw ParameterError(description: "--\(error.name.kebabCased) \(error.problem)")
        }
        return .object(values)
    }
}

/// The name of an option among those that a stage's kind has.
struct OptionKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
}

/// The text of a value; for one that is not given, that of the default.
private struct ValueText: ExpressibleByArgument, Sendable {
    let given: String?
    let defaultValueDescription: String

    init(default text: String) { (given, defaultValueDescription) = (nil, text) }
    init(argument: String) { (given, defaultValueDescription) = (argument, argument) }
}

extension DeclaredParameter {
    fileprivate var option: Any {
        let name = NameSpecification.customLong(name.kebabCased)
        let help = ArgumentHelp(stringLiteral: meaningWithChoices)
        switch (form, json) {
        case (.truth, let standard):
            return Flag(wrappedValue: standard == true, name: name, inversion: .prefixedNo, help: help)
        case (.texts, _):
            return Option<[String]>(
                wrappedValue: [], name: name, help: help.valued("text"))
        case (_, "") where facts.isFile:
            return Option<ValueText>(
                name: name, help: help.valued(placeholder), completion: completion)
        case (_, let standard):
            return Option(
                wrappedValue: ValueText(default: standard.plainText), name: name,
                help: help.valued(placeholder), completion: completion)
        }
    }

    private var meaningWithChoices: String {
        if case .choice(let words) = form {
            "\(facts.meaning) One of: \(words.joined(separator: ", "))."
        } else {
            facts.meaning
        }
    }

    private var placeholder: String {
        if facts.isFile { return "path" }
        return switch form {
        case .choice: "word"
        case .text, .texts, .truth: "text"
        case .number: "number"
        case .whole: facts.unit ?? "n"
        }
    }

    private var completion: CompletionKind? {
        if facts.isFile { return .file() }
        if case .choice(let words) = form { return .list(words) }
        return form.words.isEmpty ? nil : .list(form.words)
    }
}

extension ArgumentHelp {
    fileprivate func valued(_ name: String) -> ArgumentHelp {
        var help = self
        help.valueName = name
        return help
    }
}

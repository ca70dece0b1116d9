import ArtifactStore
import CLIP
import Datasets
import PromptLearning

/// A wrong parameter on a stage's command line.
public struct ParameterError: Error, CustomStringConvertible {
    public let description: String
}

extension StageKind {
    /// All parameters of the stage: those given as options, the defaults for the others.
    ///
    /// An option is a parameter's name in kebab case, `--learning-rate 0.002` or `--learning-rate=0.002`; truth values are
    /// `--clip` and `--no-clip`. The option of a list is repeated.
    /// - Throws: `ParameterError` also for a value that no run could use.
    public func parameters(fromArguments arguments: [String]) throws(ParameterError) -> JSONValue {
        guard case .object(var parameters) = defaults else { return defaults }
        let names = Dictionary(uniqueKeysWithValues: parameters.keys.map { ($0.kebabCased, $0) })
        var rest = arguments[...], lists: [String: [JSONValue]] = [:]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("--") else {
                throw ParameterError(description: "“\(argument)” belongs to no option; see --help")
            }
            let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let option = String(parts[0])
            if option.hasPrefix("no-"), let name = names[String(option.dropFirst(3))], case .bool = parameters[name] {
                parameters[name] = false
                continue
            }
            guard let name = names[option], let current = parameters[name] else {
                let others = roles.map { $0.name.kebabCased } + (splitsImages ? SplitKeys.roles : [])
                    + ["checkpoint", "store", "threads"]
                let hint = nearest(to: option, among: names.keys.sorted() + others)
                    .map { "; did you mean --\($0)?" } ?? "; see --help"
                throw ParameterError(description: "\(program) has no option --\(option)\(hint)")
            }
            if case .bool = current {
                parameters[name] = true
                continue
            }
            guard let text = parts.count > 1 ? String(parts[1]) : rest.popFirst() else {
                throw ParameterError(description: "--\(option) needs a value")
            }
            if case .array = current {
                lists[name, default: []].append(.string(text))
                parameters[name] = .array(lists[name] ?? [])
                continue
            }
            let word = words[name]?.contains(text) == true ? JSONValue.string(text) : nil
            guard let value = word ?? current.parsed(text) else {
                throw ParameterError(description: "--\(option) takes a number, not “\(text)”")
            }
            parameters[name] = value
        }
        do {
            _ = try check(.object(parameters))
        } catch {
            throw ParameterError(description: "--\(error.name.kebabCased) \(error.problem)")
        }
        return .object(parameters)
    }

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

    /// Takes the options of the kind's roles, `--embeddings KEY` or `--embeddings=KEY`, out of a command line.
    /// - Returns: what is given for each role, in its order.
    /// - Throws: `ParameterError` for a role that is not filled and must be, or filled twice and must be once.
    public func takeInputs(from arguments: inout [String]) throws(ParameterError) -> [String: [String]] {
        var inputs: [String: [String]] = [:], others: [String] = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let role = roles.first(where: { "--\($0.name.kebabCased)" == parts[0] }) else {
                others.append(argument)
                continue
            }
            guard let text = parts.count > 1 ? String(parts[1]) : rest.popFirst() else {
                throw ParameterError(description: "\(parts[0]) needs a value")
            }
            inputs[role.name, default: []].append(text)
        }
        for role in roles {
            let count = inputs[role.name]?.count ?? 0, option = "--\(role.name.kebabCased)"
            guard count > 0 || !role.isRequired else {
                throw ParameterError(description: "\(program) needs \(option) KEY; see --help")
            }
            guard count < 2 || role.takesSeveral else {
                throw ParameterError(description: "\(program) takes one \(option), not \(count)")
            }
        }
        arguments = others
        return inputs
    }

    /// What is typed for the kind's program: the executable, and its command.
    public var program: String { ([executable] + command).joined(separator: " ") }

    /// The roles as `--help` shows them: option, what it takes.
    public var inputHelp: String {
        roles.map { role in
            let option = "  --\(role.name.kebabCased) <key>"
            let padding = String(repeating: " ", count: max(1, 32 - option.count))
            let whose =
                switch role.scope {
                case .target: "of the target domain"
                case .cell: "that is used"
                case .domain, .sources, .all: "of each source domain; repeat, in the same order"
                }
            return "\(option)\(padding)\(role.kind.map { "\($0.rawValue) " } ?? "")\(whose)"
                + (role.isRequired ? "" : " (optional)")
        }.joined(separator: "\n")
    }

    /// The parameters as `--help` shows them: option, default, meaning.
    public var parameterHelp: String {
        guard case .object(let parameters) = defaults else { return "" }
        return parameters.keys.sorted().map { name in
            let text = parameters[name].map { if case .string(let s) = $0 { "\"\(s)\"" } else { $0.canonicalText } } ?? ""
            let option = "  --\(name.kebabCased)"
            let padding = String(repeating: " ", count: max(1, 32 - option.count))
            return "\(option)\(padding)\(help[name] ?? "") (default: \(text))"
        }.joined(separator: "\n")
    }
}

extension JSONValue {
    /// A text read as a value of the same type, or nil where it is none.
    fileprivate func parsed(_ text: String) -> JSONValue? {
        guard case .number = self else { return .string(text) }
        return JSONValue(number: text)
    }
}

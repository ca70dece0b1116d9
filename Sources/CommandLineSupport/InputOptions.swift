import ArgumentParser
import ArtifactStore
import Stages

/// The inputs of a stage, as options: `--embeddings KEY`, for each role that artifacts of other stages play.
public struct InputOptions<Method: StageMethod>: ParsableArguments, CustomReflectable {
    private var given: [String: [String]] = [:]

    public init() {}

    public var customMirror: Mirror {
        Mirror(self, children: Method.kind.roles.map { (label: $0.name, value: $0.option) })
    }

    /// What the command line gives, as ArgumentParser has parsed it.
    /// - Throws: a `DecodingError`, which none of ArgumentParser's decoders comes to.
    public init(from decoder: any Decoder) throws {
        let options = try decoder.container(keyedBy: OptionKey.self)
        for role in Method.kind.roles {
            given[role.name] = try options.decode(Option<[String]>.self, forKey: OptionKey(role.name)).wrappedValue
        }
    }

    /// Refuses several artifacts where a role takes one.
    /// - Throws: `ValidationError`.
    public func validate() throws {
        for role in Method.kind.roles where !role.takesSeveral {
            let count = given[role.name]?.count ?? 0
            guard count > 1 else { continue }
            throw ValidationError("\(Method.kind.calledProgram) takes one --\(role.name.kebabCased), not \(count)")
        }
    }

    /// The artifacts of each role, in the order in which they are given.
    func keys(in store: ArtifactStore) throws -> [String: [ArtifactKey]] {
        try Method.kind.roles.reduce(into: [:]) { keys, role in
            guard let texts = given[role.name], !texts.isEmpty, let kind = role.kind else { return }
            keys[role.name] = try store.resolve(texts, kind: kind)
        }
    }
}

extension StageKind.Role {
    fileprivate var option: Option<[String]> {
        let help = ArgumentHelp(
            "The \(kind?.rawValue ?? "artifact") \(whose), by key or name"
                + (takesSeveral ? "; repeat, in the same order for all inputs." : "."),
            valueName: "key")
        let name = NameSpecification.customLong(name.kebabCased)
        let completion = kind.map { CompletionKind.artifacts($0) }
        return isRequired
            ? Option(name: name, help: help, completion: completion)
            : Option(wrappedValue: [], name: name, help: help, completion: completion)
    }
}

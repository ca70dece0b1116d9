import ArtifactStore
import Stages

/// What changed from the recipe that an instance was last made by to the one it has now.
public enum RecipeChange: Hashable, Sendable, CustomStringConvertible {
    case algorithm(from: Int, to: Int)
    case parameter(name: String, from: JSONValue?, to: JSONValue?)
    /// The artifact that plays a role is another one.
    case input(role: String, source: Instance.Source)
    /// A role is played by more artifacts, or by fewer.
    case inputCount(role: String, from: Int, to: Int)

    public var description: String {
        switch self {
        case .algorithm(let old, let new): "algorithm version \(old) → \(new)"
        case .parameter("encoder", _, _): "the encoder changed"
        case .parameter(let name, let old, let new): "\(name) \(Self.text(old)) → \(Self.text(new))"
        case .input(let role, .images(let domain)) where SplitKeys.roles.contains(role):
            "the split of \(domain) changed"
        case .input(_, .images(let domain)): "the images of \(domain) changed"
        case .input(_, .instance(let name)): "\(name) changed"
        case .inputCount(let role, let old, let new): "\(role): \(old) inputs → \(new)"
        }
    }

    /// The change with the roles of a split taken for one.
    fileprivate var withoutRole: RecipeChange {
        guard case .input(let role, let source) = self, SplitKeys.roles.contains(role) else { return self }
        return .input(role: "split", source: source)
    }

    private static func text(_ value: JSONValue?) -> String { value?.canonicalText ?? "none" }
}

extension Instance {
    /// The changes against an earlier recipe of the same instance, in a fixed order.
    public func changes(since old: Recipe) -> [RecipeChange] {
        var changes: [RecipeChange] = []
        if old.algorithmVersion != recipe.algorithmVersion {
            changes.append(.algorithm(from: old.algorithmVersion, to: recipe.algorithmVersion))
        }
        let before = old.parameters.members, now = recipe.parameters.members
        for name in Set(before.keys).union(now.keys).sorted() where before[name] != now[name] {
            changes.append(.parameter(name: name, from: before[name], to: now[name]))
        }
        for role in kind.roles.map(\.name) + SplitKeys.roles {
            let oldKeys = old.inputs.filter { $0.role == role }.map(\.key)
            let new = zip(recipe.inputs, sources).filter { $0.0.role == role }
            if oldKeys.count != new.count {
                changes.append(.inputCount(role: role, from: oldKeys.count, to: new.count))
            } else {
                changes += zip(oldKeys, new).filter { $0 != $1.0.key }.map { .input(role: role, source: $1.1) }
            }
        }
        // The parts of a domain's split change together.
        var said: Set<RecipeChange> = []
        return changes.filter { said.insert($0.withoutRole).inserted }
    }
}

extension JSONValue {
    /// The members of an object; nothing for any other value.
    var members: [String: JSONValue] {
        guard case .object(let members) = self else { return [:] }
        return members
    }
}

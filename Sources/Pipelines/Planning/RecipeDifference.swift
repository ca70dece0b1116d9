import ArtifactStore
import Datasets

/// One difference between two recipes.
public enum RecipeChange: Hashable, Sendable {
    case kind(from: ArtifactKind, to: ArtifactKind)
    case algorithm(from: Int, to: Int)
    /// A value; of a parameter that has members, the member, such as `files.script`.
    case parameter(name: String, from: JSONValue?, to: JSONValue?)
    /// The artifact that plays a role is another one.
    case input(role: String, from: ArtifactKey, to: ArtifactKey)
    /// A role is played by one artifact more, or by one fewer.
    case added(role: String, ArtifactKey)
    case removed(role: String, ArtifactKey)
    /// The same artifacts in another order.
    case order(role: String)

    /// In words.
    /// - Parameter label: what an artifact is called.
    func text(_ label: (ArtifactKey) -> String) -> String {
        switch self {
        case .kind(let old, let new): "\(old.rawValue) → \(new.rawValue)"
        case .algorithm(let old, let new): "algorithm version \(old) → \(new)"
        case .parameter("encoder", _, _): "the encoder changed"
        case .parameter(let name, .array(let old)?, .array(let new)?) where name.hasPrefix("cells."):
            // What a command is told of its inputs: these are named one by one besides.
            "\(name.dropFirst(6)): \(old.count) artifacts → \(new.count == old.count ? "others" : "\(new.count)")"
        case .parameter(let name, let old, let new): "\(name) \(Self.text(old)) → \(Self.text(new))"
        case .input(_, _, let new): "\(label(new)) changed"
        case .added(let role, let key): "\(role): \(label(key)) came in"
        case .removed(let role, let key): "\(role): \(label(key)) was taken out"
        case .order(let role): "\(role): the order changed"
        }
    }

    /// A value on one line; digests by their first digits.
    private static func text(_ value: JSONValue?) -> String {
        guard let value else { return "none" }
        if case .string(let text) = value {
            let words = text.split(separator: " ").map { Digest($0)?.short }
            if !words.isEmpty, !words.contains(nil) { return words.compactMap(\.self).joined(separator: " ") }
        }
        let text = value.canonicalText
        return text.count > 72 ? text.prefix(70) + "…" : text
    }
}

extension Recipe {
    /// What is different from an earlier recipe, in a fixed order.
    /// - Parameter slots: the places that an artifact has or had in pipelines: one that took another's place is compared with
    ///   it. Where they are not known, artifacts are compared as they come.
    public func changes(
        since old: Recipe, slots: (ArtifactKey) throws -> Set<Name> = { _ in [] }
    ) rethrows -> [RecipeChange] {
        guard old.kind == kind else { return [.kind(from: old.kind, to: kind)] }
        var changes: [RecipeChange] = []
        if old.algorithmVersion != algorithmVersion {
            changes.append(.algorithm(from: old.algorithmVersion, to: algorithmVersion))
        }
        changes += parameterChanges(from: old.parameters, to: parameters)
        for role in (inputs + old.inputs).map(\.role).uniqued {
            changes += try inputChanges(role, from: old.keys(of: role), to: keys(of: role), slots: slots)
        }
        return changes
    }

    private func keys(of role: String) -> [ArtifactKey] { inputs.filter { $0.role == role }.map(\.key) }

    /// What both have is set aside, so that one domain more changes nothing else.
    private func inputChanges(
        _ role: String, from old: [ArtifactKey], to new: [ArtifactKey], slots: (ArtifactKey) throws -> Set<Name>
    ) rethrows -> [RecipeChange] {
        var come = try new.filter { !old.contains($0) }.map { (key: $0, slots: try slots($0)) }
        var gone = try old.filter { !new.contains($0) }.map { (key: $0, slots: try slots($0)) }
        if gone.isEmpty, come.isEmpty { return old == new ? [] : [.order(role: role)] }
        var changes: [RecipeChange] = []
        func pair(where fit: (_ new: Set<Name>, _ old: Set<Name>) -> Bool) {
            come.removeAll { new in
                guard let index = gone.firstIndex(where: { fit(new.slots, $0.slots) }) else { return false }
                changes.append(.input(role: role, from: gone.remove(at: index).key, to: new.key))
                return true
            }
        }
        pair { !$0.isDisjoint(with: $1) }
        pair { $0.isEmpty || $1.isEmpty }
        return changes + come.map { .added(role: role, $0.key) } + gone.map { .removed(role: role, $0.key) }
    }
}

/// The leaves that differ between two values.
func parameterChanges(from old: JSONValue?, to new: JSONValue?, name: String = "") -> [RecipeChange] {
    guard old != new else { return [] }
    guard case .object(let before)? = old, case .object(let now)? = new else {
        return [.parameter(name: name, from: old, to: new)]
    }
    return Set(before.keys).union(now.keys).sorted().flatMap {
        parameterChanges(from: before[$0], to: now[$0], name: name.isEmpty ? $0 : "\(name).\($0)")
    }
}

extension Instance {
    /// The changes against an earlier recipe of the same instance, in words.
    public func changes(
        since old: Recipe, slots: (ArtifactKey) throws -> Set<Name> = { _ in [] }
    ) rethrows -> [String] {
        try recipe.changes(since: old, slots: slots).map { $0.text(label(of:)) }
    }

    /// What an input is called.
    func label(of key: ArtifactKey) -> String {
        guard let index = recipe.inputs.firstIndex(where: { $0.key == key }) else { return "an artifact" }
        return sources[index].description
    }
}

extension Instance.Source: CustomStringConvertible {
    public var description: String {
        switch self {
        case .images(let domain): "the images of \(domain)"
        case .instance(let name): name.text
        }
    }
}

extension Sequence where Element: Hashable {
    /// Each element once, in the order in which they come first.
    var uniqued: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}

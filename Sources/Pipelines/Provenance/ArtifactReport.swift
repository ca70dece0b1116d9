import ArtifactStore
import Datasets
import Reporting

extension ArtifactStore {
    /// Everything that is known of an artifact: what it is, what it cost, its parameters, and all it was made from.
    /// - Throws: `StoreError.noArtifact`.
    public func report(on key: ArtifactKey) throws -> String {
        guard let artifact = try artifact(key) else { throw StoreError.noArtifact(key, nil) }
        let recipe = artifact.recipe
        let summary = try ArtifactSummary(of: key, kind: recipe.kind, in: self)
        var screen = Screen(title: "\(recipe.kind.rawValue) \(key)")
        screen.add("names", lines: try names(of: key), atMost: 4)
        screen.add("holds", summary.text)
        screen.add("size", byteSize(artifact.bytes))
        screen.add(
            "made", "\(artifact.created), in \(clockTime(artifact.seconds)), by algorithm version \(recipe.algorithmVersion)")
        if let attempt = try attempt(at: key), let cost = attempt.cost {
            screen.add("cost", "\(cost.text), \(attempt.threads) thread\(attempt.threads == 1 ? "" : "s")")
        }
        let parameters = recipe.parameters.members.sorted { $0.key < $1.key }
        screen.add("with", lines: parameters.map { "\($0.key): \($0.value.canonicalText)" }, atMost: 60)
        var family = Family(store: self)
        try family.add(inputsOf: recipe, depth: 0)
        if !family.lines.isEmpty {
            screen.add("from", lines: family.lines, atMost: 400)
            screen.add("in all", "\(family.seen.count + 1) artifacts, \(clockTime(family.seconds + artifact.seconds))")
        }
        screen.add("see", summary.command(for: self))
        return screen.text
    }

    /// In what two artifacts differ: their figures, and all differences between what they were made from.
    /// - Throws: `StoreError.noArtifact`.
    public func comparison(of old: ArtifactKey, with new: ArtifactKey) throws -> String {
        var screen = Screen(title: old == new ? "the same artifact" : "two artifacts")
        for (sign, key) in [("-", old), ("+", new)] {
            guard let artifact = try artifact(key) else { throw StoreError.noArtifact(key, nil) }
            let kind = artifact.recipe.kind
            screen.add(sign, "\(kind.rawValue) \(key.short)  \(try names(of: key).first ?? "")")
            screen.add("", try ArtifactSummary(of: key, kind: kind, in: self).text)
            screen.add("", "made \(artifact.created), in \(clockTime(artifact.seconds)), \(byteSize(artifact.bytes))")
        }
        screen.add(try Ancestry(in: self).causes(of: new, since: old), atMost: 40, filesAtMost: 40)
        return screen.text
    }
}

/// The artifacts that one was made from, as a tree of lines. What comes up again is shown whole only once.
private struct Family {
    let store: ArtifactStore
    var lines: [String] = []
    var seen: Set<ArtifactKey> = []
    /// That all of them took to make.
    var seconds = 0.0

    init(store: ArtifactStore) { self.store = store }

    mutating func add(inputsOf recipe: Recipe, depth: Int) throws {
        for input in recipe.inputs {
            guard let artifact = try store.artifact(input.key) else { continue }
            let isNew = seen.insert(input.key).inserted
            if isNew { seconds += artifact.seconds }
            let again = isNew || artifact.recipe.inputs.isEmpty ? "" : "  (see above)"
            let title = try store.title(of: input.key)
            lines.append(String(repeating: "  ", count: depth) + "\(input.role): \(title)  \(input.key.short)\(again)")
            if isNew { try add(inputsOf: artifact.recipe, depth: depth + 1) }
        }
    }
}

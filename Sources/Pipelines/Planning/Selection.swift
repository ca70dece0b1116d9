import ArtifactStore

/// The part of a plan that a run is about. Everything, unless it says otherwise.
public struct Selection: Sendable {
    /// These instances and no others.
    public var only: [InstanceSelector] = []
    /// These, and what is made from them.
    public var from: [InstanceSelector] = []
    /// These, and what they are made from.
    public var until: [InstanceSelector] = []
    /// Whether what is there is made again.
    public var remakes = false

    public init() {}
}

extension Plan {
    /// The instances that a run has to make, inputs first, each key once.
    /// - Throws: `SelectionError` for a selector that means nothing, and where an input is neither there nor selected;
    ///   whatever `isMade` throws.
    public func work(_ selection: Selection, isMade: (ArtifactKey) throws -> Bool) throws -> [Instance] {
        var chosen = Set(instances.map(\.key))
        if !selection.only.isEmpty { chosen.formIntersection(try keys(selection.only)) }
        if !selection.from.isEmpty { chosen.formIntersection(descendants(of: try keys(selection.from))) }
        if !selection.until.isEmpty { chosen.formIntersection(ancestors(of: try keys(selection.until))) }
        let work = try work.filter { try chosen.contains($0.key) && (selection.remakes || !isMade($0.key)) }
        try checkInputs(of: work, isMade: isMade)
        return work
    }

    private func keys(_ selectors: [InstanceSelector]) throws(SelectionError) -> Set<ArtifactKey> {
        var keys: Set<ArtifactKey> = []
        for selector in selectors { keys.formUnion(try instances(selector).map(\.key)) }
        return keys
    }

    /// Some artifacts and all that is made from them. Inputs come first in a plan, so one pass finds all.
    private func descendants(of keys: Set<ArtifactKey>) -> Set<ArtifactKey> {
        work.reduce(into: keys) { keys, instance in
            if instance.recipe.inputs.contains(where: { keys.contains($0.key) }) { keys.insert(instance.key) }
        }
    }

    private func ancestors(of keys: Set<ArtifactKey>) -> Set<ArtifactKey> {
        work.reversed().reduce(into: keys) { keys, instance in
            if keys.contains(instance.key) { keys.formUnion(instance.recipe.inputs.map(\.key)) }
        }
    }

    private func checkInputs(of chosen: [Instance], isMade: (ArtifactKey) throws -> Bool) throws {
        let keys = Set(chosen.map(\.key))
        for instance in chosen {
            for (input, source) in zip(instance.recipe.inputs, instance.sources) {
                guard case .instance(let name) = source, !keys.contains(input.key), try !isMade(input.key) else { continue }
                throw SelectionError(
                    description: "\(instance.name) needs \(name), which is not made and not among what is to run; "
                        + "select it too, or use --until \(instance.stage) alone, which takes all inputs along")
            }
        }
    }
}

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
    /// The instances that a run has to make, inputs first, each key once. Features that are there without the norms that
    /// something to be made reads are among them.
    /// - Parameter hasNorms: whether all features of an embeddings artifact that is there have norms.
    /// - Throws: `SelectionError` for a selector that means nothing, and where an input is neither there nor selected;
    ///   whatever `isMade` and `hasNorms` throw.
    public func work(
        _ selection: Selection, isMade: (ArtifactKey) throws -> Bool, hasNorms: (ArtifactKey) throws -> Bool = { _ in true }
    ) throws -> [Instance] {
        var chosen = Set(instances.map(\.key))
        if !selection.only.isEmpty { chosen.formIntersection(try keys(selection.only)) }
        if !selection.from.isEmpty { chosen.formIntersection(descendants(of: try keys(selection.from))) }
        if !selection.until.isEmpty { chosen.formIntersection(ancestors(of: try keys(selection.until))) }
        let made = try work.filter { try chosen.contains($0.key) && (selection.remakes || !isMade($0.key)) }
        let read = features(withNormsReadBy: made), normless = try read.filter { try isMade($0) && !hasNorms($0) }
        let keys = Set(made.map(\.key)).union(chosen.intersection(normless))
        let normed = selection.remakes ? [] : read
        let work = work.filter { keys.contains($0.key) }.map { instance in
            var instance = instance
            instance.fillsNorms = normed.contains(instance.key)
            return instance
        }
        try checkInputs(of: work) { key in
            if normless.contains(key) { return "has features without the norms that are read" }
            return try isMade(key) ? nil : "is not made"
        }
        return work
    }

    /// The features whose norms some instances read. Imported ones have those that they came with.
    private func features(withNormsReadBy instances: [Instance]) -> Set<ArtifactKey> {
        guard specification.importedEncoder == nil else { return [] }
        let inputs = instances.filter(\.readsNorms).flatMap(\.recipe.inputs)
        return Set(inputs.filter { $0.role == "embeddings" }.map(\.key))
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

    /// Some artifacts and all that they are made from.
    func ancestors(of keys: Set<ArtifactKey>) -> Set<ArtifactKey> {
        work.reversed().reduce(into: keys) { keys, instance in
            if keys.contains(instance.key) { keys.formUnion(instance.recipe.inputs.map(\.key)) }
        }
    }

    /// - Parameter problem: why an artifact cannot be read as it is; nil where it can.
    private func checkInputs(of chosen: [Instance], problem: (ArtifactKey) throws -> String?) throws {
        let keys = Set(chosen.map(\.key))
        for instance in chosen {
            for (input, source) in zip(instance.recipe.inputs, instance.sources) {
                guard case .instance(let name) = source, !keys.contains(input.key),
                    let problem = try problem(input.key)
                else { continue }
                throw SelectionError(
                    description: "\(instance.name) needs \(name), which \(problem) and is not selected to run; "
                        + "select it too, or use only --until \(instance.stage), which includes all inputs")
            }
        }
    }
}

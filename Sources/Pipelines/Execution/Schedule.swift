import ArtifactStore

/// Which instances may run next: those whose inputs are made. A value without side effects; the executor acts on it.
struct Schedule {
    /// Not started, in the order of the plan.
    private(set) var waiting: [Instance]
    /// Under way, failed, or skipped: whatever takes their artifacts has to wait.
    private var unmade: Set<ArtifactKey>

    /// - Parameter missing: the instances to run, all of different keys, inputs before what takes them.
    init(_ missing: [Instance]) {
        waiting = missing
        unmade = Set(missing.map(\.key))
    }

    /// Takes the first instance that is ready, or nil where all that are left wait for others.
    mutating func next() -> Instance? {
        guard let index = waiting.firstIndex(where: { $0.recipe.inputs.allSatisfy { !unmade.contains($0.key) } })
        else { return nil }
        return waiting.remove(at: index)
    }

    mutating func succeeded(_ instance: Instance) {
        unmade.remove(instance.key)
    }

    /// Takes out everything that depends on a failed instance, and returns it.
    mutating func failed(_ instance: Instance) -> [Instance] {
        var lost: Set<ArtifactKey> = [instance.key]
        var skipped: [Instance] = []
        for candidate in waiting where candidate.recipe.inputs.contains(where: { lost.contains($0.key) }) {
            lost.insert(candidate.key)
            skipped.append(candidate)
        }
        waiting.removeAll { lost.contains($0.key) }
        return skipped
    }
}

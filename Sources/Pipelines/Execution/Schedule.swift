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

    /// Takes the first instance that is ready and fits, or nil where all that are left have to wait.
    mutating func next(where fits: (Instance) -> Bool) -> Instance? {
        let index = waiting.firstIndex { instance in
            instance.recipe.inputs.allSatisfy { !unmade.contains($0.key) } && fits(instance)
        }
        return index.map { waiting.remove(at: $0) }
    }

    /// Puts back an instance that was taken and is to be run after all.
    mutating func putBack(_ instance: Instance) {
        waiting.insert(instance, at: 0)
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

    /// Takes out everything that is left, and returns it.
    mutating func end() -> [Instance] {
        defer { waiting = [] }
        return waiting
    }
}

import ArtifactStore

/// Which instances may run next: those whose inputs are made. A value without side effects; the executor acts on it.
///
/// What an ending makes ready is found by looking at its dependents alone, and what fits by looking at one ready instance
/// for each share of the machine: a run of a hundred thousand instances is scheduled in less than a second.
struct Schedule {
    private let instances: [Instance]
    private let shares: [ProcessShare]
    private let positions: [ArtifactKey: Int]
    /// Of each instance, those that take its artifact.
    private var dependents: [[Int]]
    /// Of each instance, how many of its inputs are still to be made.
    private var unmadeInputs: [Int]
    /// Neither started nor skipped.
    private var isWaiting: [Bool]
    /// Waiting, with all inputs made.
    private var ready: [ProcessShare: AscendingQueue] = [:]

    /// - Parameters:
    ///   - missing: the instances to run, all of different keys, inputs before what takes them.
    ///   - share: what each takes of the machine.
    init(_ missing: [Instance], share: (Instance) -> ProcessShare) {
        instances = missing
        shares = missing.map(share)
        positions = Dictionary(uniqueKeysWithValues: zip(missing.map(\.key), missing.indices))
        dependents = Array(repeating: [], count: missing.count)
        unmadeInputs = Array(repeating: 0, count: missing.count)
        isWaiting = Array(repeating: true, count: missing.count)
        for (position, instance) in missing.enumerated() {
            for input in instance.recipe.inputs {
                guard let source = positions[input.key] else { continue }
                dependents[source].append(position)
                unmadeInputs[position] += 1
            }
            if unmadeInputs[position] == 0 { ready[shares[position], default: AscendingQueue()].insert(position) }
        }
    }

    /// Takes the first instance, in the order of the plan, that is ready and fits, or nil where all that are left have to wait.
    mutating func next(where fits: (ProcessShare) -> Bool) -> Instance? {
        let candidates = ready.filter { !$0.value.isEmpty && fits($0.key) }
        guard let share = candidates.min(by: { $0.value.first < $1.value.first })?.key,
            let position = ready[share]?.removeFirst()
        else { return nil }
        isWaiting[position] = false
        return instances[position]
    }

    /// Puts back an instance that was taken and is to be run after all.
    mutating func putBack(_ instance: Instance) {
        guard let position = positions[instance.key] else { return }
        isWaiting[position] = true
        ready[shares[position], default: AscendingQueue()].insert(position)
    }

    mutating func succeeded(_ instance: Instance) {
        guard let position = positions[instance.key] else { return }
        for dependent in dependents[position] {
            unmadeInputs[dependent] -= 1
            guard unmadeInputs[dependent] == 0, isWaiting[dependent] else { continue }
            ready[shares[dependent], default: AscendingQueue()].insert(dependent)
        }
    }

    /// Takes out everything that depends on a failed instance, and returns it.
    mutating func failed(_ instance: Instance) -> [Instance] {
        var lost = positions[instance.key].map { [$0] } ?? []
        var skipped: [Int] = []
        while let position = lost.popLast() {
            for dependent in dependents[position] where isWaiting[dependent] {
                isWaiting[dependent] = false
                skipped.append(dependent)
                lost.append(dependent)
            }
        }
        return skipped.sorted().map { instances[$0] }
    }

    /// Takes out everything that is left, and returns it.
    mutating func end() -> [Instance] {
        let left = isWaiting.indices.filter { isWaiting[$0] }
        for position in left { isWaiting[position] = false }
        ready = [:]
        return left.map { instances[$0] }
    }
}

/// Different numbers, of which the smallest comes first: a binary heap.
private struct AscendingQueue {
    private var numbers: [Int] = []

    var isEmpty: Bool { numbers.isEmpty }
    /// The smallest; there is one.
    var first: Int { numbers[0] }

    mutating func insert(_ number: Int) {
        numbers.append(number)
        var child = numbers.count - 1
        while child > 0, numbers[child] < numbers[(child - 1) / 2] {
            numbers.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes out the smallest.
    mutating func removeFirst() -> Int {
        numbers.swapAt(0, numbers.count - 1)
        let first = numbers.removeLast()
        var parent = 0
        while true {
            let children = (2 * parent + 1..<2 * parent + 3).clamped(to: numbers.indices)
            guard let child = children.min(by: { numbers[$0] < numbers[$1] }), numbers[child] < numbers[parent] else {
                return first
            }
            numbers.swapAt(child, parent)
            parent = child
        }
    }
}

import ArtifactStore

/// What makes instances of a plan: this machine, or a scheduler that has others.
public protocol Executor: Sendable {
    /// Makes some instances of a plan. When one fails, what depends on it is skipped.
    /// - Parameters:
    ///   - instances: inputs first, all of different keys.
    ///   - report: told of everything as it happens, from any thread.
    /// - Returns: what has become of them; interrupted where the task was cancelled.
    /// - Throws: what keeps it from making anything more, such as a scheduler that refuses what the file asks for.
    func run(
        _ instances: [Instance], of specification: Specification, report: @escaping @Sendable (ExecutionEvent) -> Void
    ) async throws -> ExecutionOutcome
}

/// What an executor asks of the store.
public struct Artifacts: Sendable {
    var isMade: @Sendable (ArtifactKey) throws -> Bool
    /// Whether some process is making it at the moment.
    var isClaimed: @Sendable (ArtifactKey) throws -> Bool
    /// Whether all features of an embeddings artifact that is there have norms.
    var hasNorms: @Sendable (ArtifactKey) throws -> Bool

    public init(
        isMade: @escaping @Sendable (ArtifactKey) throws -> Bool,
        isClaimed: @escaping @Sendable (ArtifactKey) throws -> Bool,
        hasNorms: @escaping @Sendable (ArtifactKey) throws -> Bool = { _ in true }
    ) {
        self.isMade = isMade
        self.isClaimed = isClaimed
        self.hasNorms = hasNorms
    }

    public init(in store: ArtifactStore) {
        self.init(
            isMade: { try store.contains($0) }, isClaimed: { try !store.claimed(among: [$0]).isEmpty },
            hasNorms: { try store.hasNorms($0) })
    }

    /// Whether there is nothing left to do for an instance.
    func isDone(_ instance: Instance) throws -> Bool {
        try isMade(instance.key) && (!instance.fillsNorms || hasNorms(instance.key))
    }
}

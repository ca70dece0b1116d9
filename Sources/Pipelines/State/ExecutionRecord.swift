import ArtifactStore

extension ArtifactStore {
    /// Notes what happens during an execution: what each attempt cost and said, and why it failed.
    /// - Throws: `StoreError` if the store cannot be written.
    public func note(_ event: ExecutionEvent) throws {
        switch event {
        case .started(let instance, let share): try beginAttempt(at: instance.key, threads: share.threads)
        case .ended(let instance, let cost, let log): try endAttempt(at: instance.key, cost: cost, log: log)
        case .failed(let instance, let failure): try recordFailure(failure.description, of: instance.key)
        case .waiting, .found, .progress, .finished, .skipped: break
        }
    }
}

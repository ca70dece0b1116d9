import ArtifactStore

extension ArtifactStore {
    /// Notes what happens during an execution: what each attempt cost and said, and why it failed.
    /// - Parameter threads: how many each program is told to use.
    public func note(_ event: ExecutionEvent, threads: Int) throws {
        switch event {
        case .started(let instance): try beginAttempt(at: instance.key, threads: threads)
        case .ended(let instance, let cost, let log): try endAttempt(at: instance.key, cost: cost, log: log)
        case .failed(let instance, let failure): try recordFailure(failure.description, of: instance.key)
        case .progress, .finished, .skipped: break
        }
    }
}

import Stages

/// Runs a task that SIGINT, SIGTERM and SIGHUP cancel, in place of ending the process.
func cancelledBySignals<Result: Sendable>(
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    let task = Task(operation: body)
    Interruption.watch()
    return try await Interruption.handled(by: { _ in task.cancel() }) { try await task.value }
}

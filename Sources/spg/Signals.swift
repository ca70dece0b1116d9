import Stages

/// Runs a task that SIGINT, SIGTERM and SIGHUP cancel, in place of ending the process.
/// - Parameter others: what is to be done at other signals, which cancel it, too.
func cancelledBySignals<Result: Sendable>(
    and others: [Int32: @Sendable () -> Void] = [:], _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    let task = Task(operation: body)
    Interruption.watch(for: Array(others.keys))
    return try await Interruption.handled(by: { number in
        others[number]?()
        task.cancel()
    }) { try await task.value }
}

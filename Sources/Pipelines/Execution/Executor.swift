import ArtifactStore
import Foundation

/// Runs the instances of a plan, each as a process of its own.
public struct Executor: Sendable {
    /// How many processes run at a time.
    public var jobs: Int
    /// How many threads each process is told to use.
    public var threads: Int
    /// The folder with the stage executables.
    public var executables: URL
    /// The path of the artifact store, passed on to the processes.
    public var store: String
    /// What every process is told besides, such as `--profile`; nothing that changes what it makes.
    public var options: [String]

    public init(jobs: Int, threads: Int, executables: URL, store: String, options: [String] = []) {
        self.jobs = jobs
        self.threads = threads
        self.executables = executables
        self.store = store
        self.options = options
    }

    /// Makes what is missing of a plan, inputs first. When an instance fails, what depends on it is skipped and
    /// everything else goes on. Cancelling the task ends the processes; what they have made so far is in the store.
    /// - Parameters:
    ///   - isMade: whether the store has an artifact.
    ///   - report: told of everything as it happens, from any thread.
    /// - Throws: what `isMade` throws before anything is started.
    public func run(
        _ plan: Plan, isMade: @escaping @Sendable (ArtifactKey) throws -> Bool,
        report: @escaping @Sendable (ExecutionEvent) -> Void
    ) async throws -> ExecutionOutcome {
        var schedule = Schedule(try plan.work.filter { try !isMade($0.key) })
        return await withTaskGroup(of: (Instance, Result<Duration, StageFailure>).self) { group in
            var outcome = ExecutionOutcome()
            var running = 0
            repeat {
                while running < jobs, !Task.isCancelled, let instance = schedule.next() {
                    running += 1
                    report(.started(instance))
                    let arguments =
                        options + instance.arguments(for: plan.specification, store: store, threads: threads)
                    group.addTask {
                        let start = ContinuousClock.now
                        let failure = await run(instance, arguments: arguments, isMade: isMade, report: report)
                        return (instance, failure.map(Result.failure) ?? .success(.now - start))
                    }
                }
                guard let (instance, result) = await group.next() else { break }
                running -= 1
                switch result {
                case .success(let duration):
                    schedule.succeeded(instance)
                    outcome.finished.append((instance, duration / .seconds(1)))
                    report(.finished(instance, duration))
                case .failure where Task.isCancelled:
                    break
                case .failure(let failure):
                    outcome.failures.append((instance, failure))
                    report(.failed(instance, failure))
                    for skipped in schedule.failed(instance) {
                        outcome.skipped.append(skipped)
                        report(.skipped(skipped, because: instance))
                    }
                }
            } while true
            outcome.isInterrupted = Task.isCancelled
            return outcome
        }
    }

    /// Runs one process to its end, and says what went wrong if anything did.
    private func run(
        _ instance: Instance, arguments: [String], isMade: (ArtifactKey) throws -> Bool,
        report: @escaping @Sendable (ExecutionEvent) -> Void
    ) async -> StageFailure? {
        let child: ChildProcess
        do {
            let executable = executables.appendingPathComponent(instance.kind.executable).path
            child = try ChildProcess(executable: executable, arguments: arguments)
        } catch {
            return StageFailure(summary: "\(error)", message: "Build the package, so that it lies beside spg.")
        }
        let (ending, output, lines) = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // A thread of its own: waiting for a process blocks.
                Thread.detachNewThread {
                    var lines = LastLines()
                    let (ending, output) = child.wait { line in
                        lines.append(line)
                        report(.progress(instance, line: line))
                    }
                    continuation.resume(returning: (ending, output, lines))
                }
            }
        } onCancel: {
            child.interrupt()
        }
        guard ending == .exited(status: 0) else {
            return StageFailure(summary: ending.description, message: lines.error)
        }
        return check(instance, output: output, isMade: isMade)
    }

    /// A process that succeeds prints the key that was planned, and the store has its artifact.
    private func check(
        _ instance: Instance, output: String, isMade: (ArtifactKey) throws -> Bool
    ) -> StageFailure? {
        let printed = output.split(whereSeparator: \.isNewline).last.map(String.init) ?? ""
        guard printed == instance.key.description else {
            return StageFailure(
                summary: "it printed “\(printed)” where the plan has the key \(instance.key)",
                message: "The executable and spg disagree on the recipe: build them together and run again.")
        }
        do {
            guard try !isMade(instance.key) else { return nil }
            return StageFailure(summary: "it ended well, but the store does not have \(instance.key)", message: "")
        } catch {
            return StageFailure(summary: "the store cannot be read: \(error)", message: "")
        }
    }
}

extension ChildProcess.Ending: CustomStringConvertible {
    package var description: String {
        switch self {
        case .exited(let status): "it exited with status \(status)"
        case .killed(SIGKILL): "it was killed (signal 9); the machine may have run out of memory"
        case .killed(let signal): "it was ended by signal \(signal) (\(String(cString: strsignal(signal))))"
        }
    }
}

/// The last lines that a process wrote.
struct LastLines: Sendable {
    private var lines: [String] = []

    mutating func append(_ line: String) {
        lines.append(line)
        if lines.count > 400 { lines.removeFirst(200) }
    }

    /// From the last line that begins an error message on, or the last twenty lines where none does.
    var error: String {
        let start = lines.lastIndex { $0.lowercased().hasPrefix("error:") || $0.lowercased().hasPrefix("fatal error:") }
        return lines[(start ?? max(0, lines.count - 20))...].joined(separator: "\n")
    }
}

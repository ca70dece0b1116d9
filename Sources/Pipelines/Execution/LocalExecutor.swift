import ArtifactStore
import Foundation
import Stages

/// Runs instances of a plan on this machine, each as a process of its own. Cancelling the task ends the processes; what they
/// have made so far is in the store.
public struct LocalExecutor: Executor {
    public var capacity: Capacity
    /// What each instance takes of the machine.
    public var share: @Sendable (Instance) -> ProcessShare
    /// The folder with the stage executables.
    public var executables: URL
    /// The path of the artifact store, passed on to the processes.
    public var store: String
    public var artifacts: Artifacts
    /// Whether instances that are independent of one that failed are still begun.
    public var keepsGoing: Bool
    /// Whether artifacts that are there are made again.
    public var remakes: Bool
    /// What an instance's process is told besides, such as `--profile`; nothing that changes what it makes.
    public var options: @Sendable (Instance) -> [String]

    public init(
        capacity: Capacity, share: @escaping @Sendable (Instance) -> ProcessShare, executables: URL, store: String,
        artifacts: Artifacts, keepsGoing: Bool = true, remakes: Bool = false,
        options: @escaping @Sendable (Instance) -> [String] = { _ in [] }
    ) {
        self.capacity = capacity
        self.share = share
        self.executables = executables
        self.store = store
        self.artifacts = artifacts
        self.keepsGoing = keepsGoing
        self.remakes = remakes
        self.options = options
    }

    /// What one of the concurrent tasks of a run has come to.
    private enum TaskResult: Sendable {
        case ran(Instance, Result<Done, StageFailure>)
        /// Whoever had claimed the artifact does so no longer.
        case released(Instance)
    }

    /// What a process that ended well has done.
    private enum Done: Sendable {
        case made(Duration)
        /// There was nothing to make.
        case found
    }

    public func run(
        _ instances: [Instance], of specification: Specification, report: @escaping @Sendable (ExecutionEvent) -> Void
    ) async -> ExecutionOutcome {
        var schedule = Schedule(instances, share: share)
        return await withTaskGroup(of: TaskResult.self) { group in
            var outcome = ExecutionOutcome()
            var running: [ArtifactKey: ProcessShare] = [:]
            while true {
                while !Task.isCancelled,
                    let instance = schedule.next(where: { capacity.fits($0, beside: Array(running.values)) })
                {
                    // An error here comes up again, with its reason, in the process or when that has ended.
                    if !remakes, (try? artifacts.isDone(instance)) == true {
                        end(instance, .success(.found), &schedule, &outcome, report)
                    } else if (try? artifacts.isClaimed(instance.key)) == true {
                        report(.waiting(instance))
                        group.addTask { await waitForRelease(of: instance) }
                    } else {
                        let share = share(instance)
                        running[instance.key] = share
                        report(.started(instance, share))
                        group.addTask {
                            .ran(
                                instance,
                                await run(instance, of: specification, share: share, report: report))
                        }
                    }
                }
                guard let ending = await group.next() else { break }
                switch ending {
                case .released(let instance):
                    if let failed = outcome.failures.first?.instance, !keepsGoing {
                        outcome.skipped.append(instance)
                        report(.skipped(instance, because: failed))
                    } else {
                        schedule.putBack(instance)
                    }
                case .ran(let instance, let result):
                    running[instance.key] = nil
                    end(instance, result, &schedule, &outcome, report)
                }
            }
            outcome.isInterrupted = Task.isCancelled
            return outcome
        }
    }

    private func end(
        _ instance: Instance, _ result: Result<Done, StageFailure>, _ schedule: inout Schedule,
        _ outcome: inout ExecutionOutcome, _ report: (ExecutionEvent) -> Void
    ) {
        switch result {
        case .success(.found):
            schedule.succeeded(instance)
            outcome.found.append(instance)
            report(.found(instance))
        case .success(.made(let duration)):
            schedule.succeeded(instance)
            outcome.finished.append((instance, duration / .seconds(1)))
            report(.finished(instance, duration))
        case .failure where Task.isCancelled:
            break
        case .failure(let failure):
            outcome.failures.append((instance, failure))
            report(.failed(instance, failure))
            for skipped in schedule.failed(instance) + (keepsGoing ? [] : schedule.end()) {
                outcome.skipped.append(skipped)
                report(.skipped(skipped, because: instance))
            }
        }
    }

    /// Looks five times a second whether an artifact is still claimed by another process.
    private func waitForRelease(of instance: Instance) async -> TaskResult {
        while !Task.isCancelled, (try? artifacts.isClaimed(instance.key)) == true {
            try? await Task.sleep(for: .milliseconds(200))
        }
        return .released(instance)
    }

    /// Runs one process to its end, and says what it has done, or what went wrong.
    private func run(
        _ instance: Instance, of specification: Specification, share: ProcessShare,
        report: @escaping @Sendable (ExecutionEvent) -> Void
    ) async -> Result<Done, StageFailure> {
        let child: ChildProcess
        do {
            let executable = executables.appendingPathComponent(instance.kind.executable).path
            let arguments =
                instance.kind.command + (remakes ? ["--force"] : []) + options(instance)
                + instance.arguments(for: specification, store: store, threads: share.threads)
            child = try ChildProcess(executable: executable, arguments: arguments, environment: share.environment)
        } catch {
            return .failure(
                StageFailure(
                    summary: "\(error)", message: "Build the package, so that the program is in the same folder as spg."))
        }
        let start = ContinuousClock.now
        let (outcome, lines) = await child.ending { report(.progress(instance, line: $0)) }
        let duration = ContinuousClock.now - start, hasMade = !outcome.lines.contains(FoundNote.line(instance.key))
        // What looking costs is not what making costs.
        if hasMade || outcome.ending != .exited(status: 0) {
            let cost = Attempt.Cost(
                seconds: duration / .seconds(1), processorSeconds: outcome.processorSeconds, peakBytes: outcome.peakBytes)
            report(.ended(instance, cost: cost, log: lines.text))
        }
        guard outcome.ending == .exited(status: 0) else {
            return .failure(
                StageFailure(outcome.ending, lines, isCommand: instance.kind.name == StageKind.commandName))
        }
        if let failure = check(instance, printed: outcome.lines.last ?? "") { return .failure(failure) }
        return .success(hasMade ? .made(duration) : .found)
    }

    /// A process that succeeds prints the key that was planned, and the store has its artifact.
    private func check(_ instance: Instance, printed: String) -> StageFailure? {
        guard printed == instance.key.description else {
            return StageFailure(printed: printed, insteadOf: instance.key)
        }
        do {
            guard try !artifacts.isDone(instance) else { return nil }
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

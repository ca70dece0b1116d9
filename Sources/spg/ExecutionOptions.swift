import ArgumentParser
import ArtifactStore
import CommandLineSupport
import Foundation
import Pipelines
import Synchronization

/// What instances of a plan are made with, and how: the same for every command that makes some.
struct ExecutionOptions: ParsableArguments {
    @OptionGroup(title: "What to run it with") var machine: MachineOptions

    @Flag(
        inversion: .prefixedNo,
        help: "After a failure, continue with everything that does not depend on it; or start nothing more.")
    var keepGoing = true

    @OptionGroup(title: "Where to run it") var executors: ExecutorOptions
    @OptionGroup var memory: MemoryOptions
    @OptionGroup var training: TrainingOptions

    @Flag(help: "Show where each stage's time went, and keep it among the artifacts' metrics.")
    var profile = false

    /// Whether the command is to be submitted as a job itself.
    var isDetached: Bool { executors.detach }

    /// Makes some instances, telling about it on standard error.
    /// - Parameter remakes: whether what is there is made again.
    func execute(
        _ work: [Instance], of plan: Plan, in store: ArtifactStore, remakes: Bool = false
    ) async throws -> ExecutionOutcome {
        guard !work.isEmpty else { return ExecutionOutcome() }
        let console = Console.standardError, start = ContinuousClock.now
        let narrative = Mutex(ExecutionNarrative(total: work.count, rewritesStatus: console.isTerminal))
        let executor = try executor(of: work, in: plan, store, remakes: remakes)
        let troubles = Mutex<[any Error]>([]), remarks = Mutex(RemarkPace())
        let outcome = try await cancelledBySignals {
            try await executor.run(work, of: plan.specification) { event in
                do {
                    if remarks.withLock({ $0.admits(event) }) { try store.note(event) }
                } catch {
                    troubles.withLock { $0.append(error) }
                }
                for utterance in narrative.withLock({ $0.tell(event) }) {
                    switch utterance {
                    case .line(let text): console.line(text)
                    case .note(let text): console.note(text)
                    case .status(let text): console.status(text)
                    }
                }
            }
        }
        console.clearStatus()
        for (instance, failure) in outcome.failures { console.line("\n\(instance.name) failed: \(failure)") }
        console.note("\n" + outcome.timeTable(total: .now - start) + "\n")
        if profile { try outcome.profiles(in: store).forEach { console.line($0 + "\n") } }
        if outcome.isInterrupted { console.line("Interrupted. To continue, run the same command again.") }
        if let trouble = troubles.withLock(\.first) { throw trouble }
        return outcome
    }
}

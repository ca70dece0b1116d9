import ArgumentParser
import ArtifactStore
import CommandLineSupport
import Foundation
import Pipelines
import Reporting
import Synchronization

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs a pipeline: makes what is not up to date, then prints the results.",
        discussion: """
            EXAMPLES
              spg run Pipelines/desktop-icons.yaml --dry-run
              spg run Pipelines/desktop-icons.yaml --until "generator(target tango)" \\
                --set stages.generator.with.epochs=5

            Ctrl-C stops the running stages; run the same command again to continue. With --executor slurm they are jobs of \
            a cluster, which go on: the same command takes them up. Several runs may use one store at the \
            same time: if one of them is making an artifact, the others wait for it and use it.

            Choose instances by stage (prompts), by stage and values ("prompts(domain ink)", prompts/domain=ink), or by the \
            first digits of their key.
            """)

    @OptionGroup var arguments: PipelineArguments
    @OptionGroup(title: "What to run") var selection: SelectionOptions
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

    @Flag(help: "Show what would run, with an estimate of time and disk, and run nothing: spg estimate.")
    var dryRun = false

    func run() async throws {
        try await reportingErrors {
            let (plan, store) = try arguments.plan(recording: !dryRun, rereading: selection.force)
            // The threads that watched the last processes may hold it a little longer than this program lives.
            defer { try? store.close() }
            let work = try selecting { try plan.work(selection.selection, in: store) }
            if dryRun {
                print(try DryRun(work, of: plan, on: machine.capacity, in: store).text)
                plan.unused.line.map(Console.standardError.note)
                return
            }
            try plan.checkPrecision(of: work)
            if executors.detach { return try detach(plan, in: store) }
            try plan.record(in: store, askedBy: arguments.file, edits: arguments.planning.edits)
            let outcome = try await execute(work, of: plan, in: store)
            defer { plan.unused.line.map(Console.standardError.note) }
            if outcome.isInterrupted { throw CancellationError() }
            guard outcome.failures.isEmpty else { throw ExitCode(ExitStatus.stageFailed.rawValue) }
            if plan.evaluations.isEmpty {
                print("Everything is in \(store.path).")
            } else {
                print(try plan.accuracyTable(in: store).table.text)
                print("\n" + plan.whereToLook(in: store))
            }
        }
    }

    /// Runs some instances, telling about it on standard error.
    private func execute(_ work: [Instance], of plan: Plan, in store: ArtifactStore) async throws -> ExecutionOutcome {
        let console = Console.standardError
        guard !work.isEmpty else {
            console.note(try plan.nothingToRun(in: store))
            return ExecutionOutcome()
        }
        let start = ContinuousClock.now
        let narrative = Mutex(ExecutionNarrative(total: work.count, rewritesStatus: console.isTerminal))
        let executor = try executor(of: work, in: plan, store)
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

    /// The folder of this program, where the stages' executables lie too.
    static var executableFolder: URL {
        (Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])).resolvingSymlinksInPath()
            .deletingLastPathComponent()
    }
}

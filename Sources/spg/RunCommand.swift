import ArgumentParser
import ArtifactStore
import CommandLineSupport
import Foundation
import Pipelines
import Reporting
import Synchronization

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Makes whatever of a pipeline has not been made yet, then prints its results.",
        discussion: """
            EXAMPLE
              spg run Pipelines/desktop-icons.yaml --dry-run

            Ctrl-C ends the stages that are under way; the same command goes on where they stopped.
            """)

    @OptionGroup var arguments: PipelineArguments

    @Option(help: ArgumentHelp("How many stages run at a time; as many as there are cores for.", valueName: "n"))
    var jobs: Int?

    @Option(help: ArgumentHelp("How many threads each stage uses; a fair share of the cores.", valueName: "n"))
    var threads: Int?

    @Flag(help: "Show where each stage's time went, and keep it among the artifacts' metrics.")
    var profile = false

    @Flag(help: "Show what would run, and run nothing.")
    var dryRun = false

    func validate() throws {
        if let jobs, jobs < 1 { throw ValidationError("--jobs must be at least 1, not \(jobs)") }
        if let threads, threads < 1 { throw ValidationError("--threads must be at least 1, not \(threads)") }
    }

    func run() async throws {
        try await reportingErrors {
            let (plan, store) = try arguments.plan(recording: !dryRun)
            if dryRun {
                print(try plan.dryRun(in: store))
                return
            }
            try plan.checkPrecision { try store.contains($0) }
            try plan.record(in: store)
            let outcome = try await execute(plan, in: store)
            if outcome.isInterrupted { throw CancellationError() }
            guard outcome.failures.isEmpty else { throw ExitCode(ExitStatus.stageFailed.rawValue) }
            print(try plan.accuracyTable(in: store).table.text)
            print("\n" + plan.whereToLook(in: store))
        }
    }

    /// Runs what is missing, telling about it on standard error.
    private func execute(_ plan: Plan, in store: ArtifactStore) async throws -> ExecutionOutcome {
        let missing = try plan.work.filter { try !store.contains($0.key) }
        let console = Console.standardError
        guard !missing.isEmpty else {
            console.line("All \(plan.work.count) artifacts are made; nothing is to run.")
            return ExecutionOutcome()
        }
        let start = ContinuousClock.now
        let narrative = Mutex(ExecutionNarrative(total: missing.count, rewritesStatus: console.isTerminal))
        let executor = executor(store: store)
        let outcome = try await cancelledBySignals {
            try await executor.run(plan, isMade: { try store.contains($0) }) { event in
                for utterance in narrative.withLock({ $0.tell(event) }) {
                    switch utterance {
                    case .line(let text): console.line(text)
                    case .status(let text): console.status(text)
                    }
                }
            }
        }
        console.clearStatus()
        for (instance, failure) in outcome.failures { console.line("\n\(instance.name) failed: \(failure)") }
        console.line("\n" + outcome.timeTable(total: .now - start) + "\n")
        if profile { try outcome.profiles(in: store).forEach { console.line($0 + "\n") } }
        if outcome.isInterrupted { console.line("Interrupted. The same command goes on from here.") }
        for (instance, failure) in outcome.failures { try store.recordFailure(failure.description, of: instance.key) }
        return outcome
    }

    private func executor(store: ArtifactStore) -> Executor {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let jobs = jobs ?? max(1, cores / (threads ?? 1))
        return Executor(
            jobs: jobs, threads: threads ?? max(1, cores / jobs), executables: Self.executableFolder, store: store.path,
            options: profile ? ["--profile"] : [])
    }

    /// The folder of this program, where the stages' executables lie too.
    private static var executableFolder: URL {
        (Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])).resolvingSymlinksInPath()
            .deletingLastPathComponent()
    }
}

import ArgumentParser
import ArtifactStore
import CommandLineSupport
import Foundation
import Pipelines
import Reporting

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
    @OptionGroup var execution: ExecutionOptions

    @Flag(help: "Show what would run, with an estimate of time and disk, and run nothing: spg estimate.")
    var dryRun = false

    func run() async throws {
        try await reportingErrors {
            let (plan, store) = try arguments.plan(recording: !dryRun, rereading: selection.force)
            // The threads that watched the last processes may hold it a little longer than this program lives.
            defer { try? store.close() }
            let work = try selecting { try plan.work(selection.selection, in: store) }
            if dryRun {
                print(try DryRun(work, of: plan, on: execution.machine.capacity, in: store).text)
                plan.unused.line.map(Console.standardError.note)
                return
            }
            try plan.checkPrecision(of: work)
            if execution.isDetached { return try execution.detach(plan, in: store, remakes: selection.force) }
            try plan.record(in: store, askedBy: arguments.file, edits: arguments.planning.edits)
            if work.isEmpty { Console.standardError.note(try plan.nothingToRun(in: store)) }
            let outcome = try await execution.execute(work, of: plan, in: store, remakes: selection.force)
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

    /// The folder of this program, where the stages' executables lie too.
    static var executableFolder: URL {
        (Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])).resolvingSymlinksInPath()
            .deletingLastPathComponent()
    }
}

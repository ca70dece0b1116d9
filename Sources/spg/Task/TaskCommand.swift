import ArgumentParser
import ArtifactStore
import CommandLineSupport
import Foundation
import Pipelines

/// What runs on the machines of a cluster, where `spg run` starts it; and what can be done about that by hand.
struct TaskCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "task", abstract: "Does the work of tasks on machines that do not see the store, and merges it.",
        shouldDisplay: false, subcommands: [TaskRunCommand.self, TaskMergeCommand.self])
}

struct TaskMergeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge", abstract: "Takes over what the tasks of a shared folder have made, and deletes it there.",
        discussion: """
            `spg run` does so while it runs. Results that are not what the plan asked for, or at odds with the store, are named and \
            kept; the exit status is then 65.
            """)

    @OptionGroup var storage: StoreOptions

    @Argument(help: ArgumentHelp("The shared folder of a run.", valueName: "folder"))
    var folder: String

    func run() throws {
        try reportingErrors {
            let folder = TaskFolder(folder), store = try storage.open()
            let endings = try folder.merge(folder.ids, into: store), refused = endings.filter { $0.status != 0 }
            for ending in refused { Console.standardError.line("\(ending.key.short): \(ending.summary). \(ending.message)") }
            let found = endings.count { $0.found }
            print("\(endings.count - found - refused.count) merged, \(found) found in the store, \(refused.count) refused")
            guard refused.isEmpty else { throw ExitCode(ExitStatus.badData.rawValue) }
        }
    }
}

struct TaskRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Makes what a task's folder describes, and leaves it there.",
        discussion: """
            The work is done in a folder of its own under $SLURM_TMPDIR, else $TMPDIR, else /tmp. Run again, the command makes what \
            is not made yet; trainings go on from their last checkpoint.

            Exit status: 0 all is made; 1 some of it failed; 65 there is no such task; 74 the shared folder or a disk failed; 130 \
            ended by a signal, trainings having kept their checkpoints. SIGUSR1 says that its time is over.
            """)

    @Argument(help: ArgumentHelp("The task's folder.", valueName: "folder"))
    var folder: String

    @Option(
        help: ArgumentHelp(
            "How often checkpoints of trainings go to the shared folder. If that is slow, it is done less often, so that it takes "
                + "at most a thirtieth of the time.", valueName: "seconds"))
    var saveEvery = 30.0

    func validate() throws {
        guard (0.01...86_400).contains(saveEvery) else {
            throw ValidationError("--save-every must be from 0.01 to 86400 seconds, not \(saveEvery)")
        }
    }

    func run() async throws {
        try await reportingErrors {
            let console = Console.standardError, place = Self.scratchPlace
            let task = try TaskRun(
                folder, version: Version.text, executables: RunCommand.executableFolder,
                keepingCheckpointsEvery: .seconds(saveEvery)
            ) { console.line($0) }
            let outcome = try await cancelledBySignals(and: [SIGUSR1: { console.line(TaskRun.timeIsOver) }]) {
                try await task.run(in: place)
            }
            console.line("\(outcome.made) made, \(outcome.found) made before, \(outcome.failed) failed")
            guard outcome.failed == 0 else { throw ExitCode(ExitStatus.stageFailed.rawValue) }
        }
    }

    /// A folder on this machine's own disk.
    private static var scratchPlace: URL {
        let environment = ProcessInfo.processInfo.environment
        var isFolder: ObjCBool = false
        let path = [environment["SLURM_TMPDIR"], environment["TMPDIR"]].compactMap(\.self).first {
            FileManager.default.fileExists(atPath: $0, isDirectory: &isFolder) && isFolder.boolValue
        }
        return URL(fileURLWithPath: path ?? "/tmp")
    }
}

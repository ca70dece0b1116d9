import ArtifactStore
import Foundation

/// Gives instances of a plan to Slurm, packed into tasks of arrays, and merges what these leave in the folder that it shares
/// with them.
///
/// Its jobs do not need it: it may be stopped, and another run takes up what they have made by then. All that it knows of them
/// is in the store. Several runs may work in one store: each turn of one is by itself.
public struct SlurmExecutor: Executor {
    /// As jobs are noted in the store.
    public static let name = "slurm"

    public var settings: SlurmSettings
    public var store: ArtifactStore
    /// The path of `spg`, which every machine can read.
    public var program: String
    /// Of these programs; tasks do nothing by others.
    public var version: String
    /// What this machine makes itself: the end of an extraction whose images were shared out.
    public var local: LocalExecutor
    /// How many threads an instance has whose stage does not say; nil for all CPUs of its task.
    public var threads: Int?
    /// How long an instance takes on one thread by the estimates; nil where nothing is known.
    public var seconds: @Sendable (Instance) -> Double?
    /// The most memory that one of a stage has taken; nil where none is known.
    public var peak: @Sendable (Instance) -> Int?
    /// What an instance's program is told besides, such as `--profile`; nothing that changes what it makes.
    public var options: @Sendable (Instance) -> [String]
    /// Whether jobs are cancelled when the run is.
    public var cancelsOnExit: Bool

    public init(
        settings: SlurmSettings, store: ArtifactStore, program: String, version: String, local: LocalExecutor,
        threads: Int? = nil,
        seconds: @escaping @Sendable (Instance) -> Double?, peak: @escaping @Sendable (Instance) -> Int?,
        options: @escaping @Sendable (Instance) -> [String] = { _ in [] }, cancelsOnExit: Bool = false
    ) {
        self.settings = settings
        self.store = store
        self.program = program
        self.version = version
        self.local = local
        self.threads = threads
        self.seconds = seconds
        self.peak = peak
        self.options = options
        self.cancelsOnExit = cancelsOnExit
    }

    /// The folder that the run and its tasks share.
    public var folder: String {
        let path = settings.folder ?? store.path + ".tasks"
        return URL(fileURLWithPath: path).standardizedFileURL.path
    }

    /// - Throws: `SpecificationError` where Slurm does not know what the file asks for, `Slurm.Trouble` where Slurm cannot be
    ///   used here, `StoreError`, and what the shared folder throws.
    public func run(
        _ instances: [Instance], of specification: Specification, report: @escaping @Sendable (ExecutionEvent) -> Void
    ) async throws -> ExecutionOutcome {
        var run = try SlurmRun(self, instances, of: specification, report: report)
        try run.check()
        var pause = Duration.milliseconds(200), troubled: ContinuousClock.Instant?
        while !run.isOver, !Task.isCancelled {
            do {
                let hasChanged = try await run.turn()
                pause = hasChanged ? .milliseconds(500) : min(pause * 3 / 2, .seconds(15))
                troubled = nil
            } catch let error where run.mayPass(error, after: troubled.map { .now - $0 } ?? .zero) {
                if troubled == nil {
                    report(.told("\((error as? any LocalizedError)?.errorDescription ?? "\(error)"); trying again"))
                }
                troubled = troubled ?? .now
                pause = .seconds(5)
            }
            if !run.isOver { try? await Task.sleep(for: pause) }
        }
        do {
            if !run.isOver { try await run.leave() } else { try await run.dismiss() }
        } catch let trouble as Slurm.Trouble where run.isOver {
            // Whatever is left is taken up by the next run.
            report(.told("\(trouble)"))
        }
        try run.tidy()
        return run.outcome
    }
}

extension SlurmRun {
    /// Whether a turn may go well in a while that did not now: controllers and file servers come back.
    /// - Parameter time: how long it has not gone well. A shared folder is waited for as long as its tasks do it.
    fileprivate func mayPass(_ error: any Error, after time: Duration) -> Bool {
        switch error {
        case Slurm.Trouble.unreachable, Slurm.Trouble.full: true
        case let error as TaskError: error.isInputOutput && time < TaskFolder.patience
        case StoreError.cannotWrite(let path, _):
            hasSeenFolder && path.hasPrefix(folder.url.path + "/") && time < TaskFolder.patience
        default: false
        }
    }
}

import ArtifactStore
import Datasets
import Foundation
import Stages
import Synchronization

/// Does the work of a task on the machine that this process runs on.
///
/// In a folder of its own on the machine's disk it puts the inputs together to a store, and the programs work in that. Of the shared
/// folder it reads whole files and writes whole ones: results, endings, and checkpoints. Where it is killed, what has been written is
/// whole, what has not is made again by the next run, and trainings go on from their last checkpoint.
public struct TaskRun: Sendable {
    /// What has become of the work.
    public struct Outcome: Hashable, Sendable {
        public var made = 0
        /// What an earlier run of the task had made.
        public var found = 0
        public var failed = 0
    }

    /// What a task writes that is asked to end, before its job's time is over, by SIGUSR1.
    public static let timeIsOver =
        "The time of this job is over: trainings keep their last epoch, and the next job goes on there."

    private let folder: TaskFolder
    private let id: String
    private let description: TaskDescription
    private let executables: URL
    /// From one look for new checkpoints to the next.
    private let interval: Duration
    private let tell: @Sendable (String) -> Void

    /// Reads what a task is to do.
    /// - Parameters:
    ///   - path: the task's folder, in `tasks` of the shared one.
    ///   - version: of the programs here.
    ///   - executables: the folder of these programs.
    ///   - interval: how often new checkpoints of trainings are looked for, which the shared folder then gets.
    ///   - tell: gets lines for people.
    /// - Throws: `TaskError` where there is no task, or one of other programs.
    public init(
        _ path: String, version: String, executables: URL, keepingCheckpointsEvery interval: Duration,
        tell: @escaping @Sendable (String) -> Void
    ) throws(TaskError) {
        let url = URL(fileURLWithPath: path).standardizedFileURL
        let file = url.appendingPathComponent(TaskFolder.descriptionName)
        do {
            description = try JSONDecoder().decode(TaskDescription.self, from: Data(contentsOf: file))
        } catch let error as DecodingError {
            throw TaskError("\(file.path) does not describe a task: \(error)")
        } catch {
            throw TaskError("there is no task at \(url.path): \(error.localizedDescription)")
        }
        guard description.version == version else {
            throw TaskError(
                "the task was described by version \(description.version) of the programs, and these are of version \(version); "
                    + "use the same everywhere")
        }
        folder = TaskFolder(url.deletingLastPathComponent().deletingLastPathComponent().path)
        id = url.lastPathComponent
        self.executables = executables
        self.interval = interval
        self.tell = tell
    }

    /// Does what is not done yet, several pieces of work at a time. Cancelling the task ends the programs, whose trainings have kept
    /// checkpoints by then.
    /// - Parameter place: where the folder for the work is made; on this machine's disk.
    /// - Throws: `TaskError` where the shared folder could not be used for minutes; `CocoaError`, `StoreError` where the place cannot;
    ///   `CancellationError`. Whatever is not written then is made again by the next run.
    public func run(in place: URL) async throws -> Outcome {
        let done = Set(
            folder.endings(ofTask: id).filter { $0.status == 0 }.map { ResultLabel(key: $0.key, part: $0.part) }
                + folder.files(ofTask: id, suffix: TaskFolder.resultSuffix).map(\.label))
        let work = description.work.filter { !done.contains($0.label) }
        var outcome = Outcome(found: description.work.count - work.count)
        guard !work.isEmpty else { return outcome }
        // What failed before is under way again.
        for work in work { unlink(ending(of: work).path) }
        let scratch = try ScratchFolder(prefix: "spg-task-", in: place)
        defer { scratch.remove() }
        let store = try ArtifactStore(path: scratch.url.appendingPathComponent("store.sqlite").path)
        let missing = try await gather(Set(work.flatMap(\.inputs)), into: store, scratch.url)
        let checkpoints = SharedCheckpoints(folder: folder, store: store)
        try await withThrowingTaskGroup(of: Bool?.self) { group in
            group.addTask {
                await checkpoints.keep(every: interval, tell)
                return nil
            }
            var waiting = work[...]
            func begin() {
                guard !Task.isCancelled, let next = waiting.popFirst() else { return }
                group.addTask {
                    try await isMade(next, missing: next.inputs.first(where: missing.contains), store, checkpoints, scratch.url)
                }
            }
            for _ in 0..<max(1, description.sideBySide) { begin() }
            var unended = work.count
            while unended > 0, let isMade = try await group.next() {
                guard let isMade else { continue }
                unended -= 1
                if isMade { outcome.made += 1 } else { outcome.failed += 1 }
                begin()
            }
            group.cancelAll()
        }
        try Task.checkCancellation()
        return outcome
    }

    /// Puts inputs together in a store.
    /// - Returns: those that are not there.
    private func gather(_ inputs: Set<String>, into store: ArtifactStore, _ scratch: URL) async throws -> Set<String> {
        var missing: Set<String> = []
        for input in inputs.sorted() {
            let shared = folder.inputs.appendingPathComponent(input), own = scratch.appendingPathComponent(input)
            let isThere = try await patiently {
                guard FileManager.default.fileExists(atPath: folder.inputs.path) else {
                    throw TaskError("there is no folder \(folder.inputs.path)")
                }
                guard FileManager.default.fileExists(atPath: shared.path) else { return false }
                try NewFiles.copy(shared.path, to: own)
                return true
            }
            guard isThere else {
                missing.insert(input)
                continue
            }
            try store.add(smallStoreAt: own.path)
            unlink(own.path)
        }
        return missing
    }

    /// Does one piece of work to its end.
    /// - Returns: whether it has been made.
    private func isMade(
        _ work: TaskDescription.Work, missing: String?, _ store: ArtifactStore, _ checkpoints: SharedCheckpoints, _ scratch: URL
    ) async throws -> Bool {
        if let missing {
            let ending = TaskEnding(
                key: work.key, part: work.part, status: 65, summary: "its input \(missing) is not in \(folder.inputs.path)",
                message: "Run the same command again: it writes what is not there.", node: Self.node)
            return try await end(work, ending)
        }
        if work.part == nil, let problem = try await patiently({ try checkpoints.restore(work.key) }) {
            tell("Warning: \(work.name) starts from the beginning, because its checkpoint cannot be trusted: \(problem)")
        }
        let start = ContinuousClock.now
        let (outcome, lines) = try await ran(work, in: store)
        checkpoints.stopWatching(work.key)
        var ending = TaskEnding(
            key: work.key, part: work.part, status: 0, summary: "it ended well", seconds: (.now - start) / .seconds(1),
            processorSeconds: outcome.processorSeconds, peakBytes: outcome.peakBytes, node: Self.node, log: lines.text)
        if outcome.ending == .exited(status: 0) {
            if let failure = try await deliver(work, printed: outcome.lines.last ?? "", from: store, scratch) {
                (ending.status, ending.summary, ending.message) = (65, failure.summary, failure.message)
            }
        } else {
            if await isInterruption(outcome.ending) {
                do {
                    try checkpoints.export(work.key)
                } catch {
                    tell("Warning: \(work.name) has kept no last checkpoint: \(error)")
                }
                throw CancellationError()
            }
            let failure = StageFailure(outcome.ending, lines, isCommand: work.program == StageKind.commandExecutable)
            (ending.status, ending.summary, ending.message) = (outcome.ending.shellStatus, failure.summary, failure.message)
        }
        return try await end(work, ending)
    }

    private func ran(
        _ work: TaskDescription.Work, in store: ArtifactStore
    ) async throws -> (ChildProcess.Outcome, LastLines) {
        let share = ProcessShare(threads: description.threads, memory: 0)
        let child = try ChildProcess(
            executable: executables.appendingPathComponent(work.program).path,
            arguments: work.arguments + ["--store=\(store.path)", "--threads=\(share.threads)"], environment: share.environment)
        return await child.ending { [tell] in tell("\(work.name): \($0)") }
    }

    /// Whether a program ended because this one is to end. Who ends a job signals all of its processes, in any order.
    private func isInterruption(_ ending: ChildProcess.Ending) async -> Bool {
        guard
            [.killed(signal: SIGINT), .killed(signal: SIGTERM), .killed(signal: SIGHUP), .exited(status: 130)].contains(ending)
        else { return Task.isCancelled }
        for _ in 0..<20 where !Task.isCancelled { try? await Task.sleep(for: .milliseconds(50)) }
        return Task.isCancelled
    }

    /// Writes what has been made to the shared folder.
    /// - Returns: what is wrong with it; nil if all is well.
    private func deliver(
        _ work: TaskDescription.Work, printed: String, from store: ArtifactStore, _ scratch: URL
    ) async throws -> StageFailure? {
        guard let key = Digest(printed), work.part != nil || key == work.key else {
            return StageFailure(printed: printed, insteadOf: work.key)
        }
        let own = scratch.appendingPathComponent("\(work.label)\(TaskFolder.resultSuffix)")
        do {
            try store.writeSmallStore(of: [key], to: own.path, withImages: false)
        } catch StoreError.noArtifact {
            return StageFailure(summary: "it ended well, but the store does not have \(key)", message: "")
        }
        defer { unlink(own.path) }
        let shared = folder.task(id).appendingPathComponent(own.lastPathComponent)
        try await patiently { try NewFiles.copy(own.path, to: shared) }
        return nil
    }

    private func ending(of work: TaskDescription.Work) -> URL {
        folder.task(id).appendingPathComponent("\(work.label).json")
    }

    private func end(_ work: TaskDescription.Work, _ ending: TaskEnding) async throws -> Bool {
        let data = try TaskFolder.encoder.encode(ending)
        try await patiently { try NewFiles.replace(self.ending(of: work), with: data) }
        if ending.status != 0 { tell("\(work.name) failed: \(ending.summary)\n\(ending.message)") }
        return ending.status == 0
    }

    /// Tries something in the shared folder again where it fails, for minutes: a result takes hours to make, and a file server seconds
    /// to come back.
    private func patiently<Value>(_ body: () throws -> Value) async throws -> Value {
        let deadline = ContinuousClock.now + TaskFolder.patience
        var pause = Duration.milliseconds(250)
        while true {
            do {
                return try body()
            } catch {
                let problem = (error as? any LocalizedError)?.errorDescription ?? "\(error)"
                guard !Task.isCancelled, .now < deadline else { throw TaskError(problem, isInputOutput: true) }
                if pause == .milliseconds(250) {
                    tell("\(problem); it is tried again for \(Int(TaskFolder.patience / .seconds(60))) minutes")
                }
                try? await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(15))
            }
        }
    }

    private static var node: String {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// Why a task cannot be done.
public struct TaskError: MachineTrouble, CustomStringConvertible, LocalizedError {
    public let description: String
    /// Whether a disk or a file is the cause.
    public let isInputOutput: Bool
    public var isOfMachine: Bool { isInputOutput }
    public var errorDescription: String? { description }

    init(_ description: String, isInputOutput: Bool = false) {
        self.description = description
        self.isInputOutput = isInputOutput
    }
}

extension ChildProcess.Ending {
    /// As a shell has it.
    var shellStatus: Int32 {
        switch self {
        case .exited(let status): status
        case .killed(let signal): 128 + signal
        }
    }
}

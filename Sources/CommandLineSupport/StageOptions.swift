import ArgumentParser
import ArtifactStore
import CLIP
import Foundation
import Reporting
import Stages
import Tensors

/// What every stage's executable takes: `--store`, `--threads`, `--memory-budget`, `--checkpoint`, `--force`, `--profile`,
/// `--quiet`.
public struct StageOptions: ParsableArguments {
    @OptionGroup public var storage: StoreOptions
    @OptionGroup public var threading: ThreadOptions
    @OptionGroup public var memory: MemoryOptions

    @Option(
        help: ArgumentHelp("The CLIP checkpoint: a file of weights or a folder with one.", valueName: "path"),
        completion: .file())
    public var checkpoint = "Models/icon-clip"

    @Flag(help: "Make the artifact again even if the store has it, and replace it.")
    public var force = false

    @Flag(help: "Show where the time went, and keep it among the artifact's metrics.")
    public var profile = false

    @OptionGroup public var progress: ProgressOptions

    public init() {}

    /// Opens the store, making it where there is none, and keeps to `--quiet`. From then on the process ends with the
    /// `spg run` that started it, if one did, and tells it what is found.
    /// - Parameter checkpoint: what the stage reads, if it does; with `--force` its files are read, whatever is remembered.
    /// - Throws: `StoreError` where the store cannot be written to; `DatasetError.unreadable` for a file of the checkpoint.
    public func openStore(for checkpoint: Checkpoint?) throws -> ArtifactStore {
        progress.apply()
        Interruption.watch()
        let isOfRun = Lifeline.hold()
        let store = try storage.open { if isOfRun { print(FoundNote.line($0)) } }
        try store.beginWork()
        if force, let checkpoint { try store.reread(checkpoint) }
        return store
    }

    /// Makes an artifact, and shows where the time went if that was asked for; if it was there already, where the time
    /// went of the run that made it.
    /// - Throws: what `make` throws; `StoreError` where its metrics cannot be read.
    public func profiling(_ store: ArtifactStore, _ make: () throws -> ArtifactKey) throws -> ArtifactKey {
        if profile { Profile.start() }
        defer { Profile.stop() }
        let key = try make()
        if profile {
            var profile = ProfileTable()
            profile.add(try store.metrics(of: key))
            if !profile.isEmpty { Console.standardError.line(profile.table.text) }
        }
        return key
    }

    /// Reads a stage's inputs and parameters, sets threads and memory, opens checkpoint and store, runs the stage, and prints
    /// the key of what it made.
    /// - Parameters:
    ///   - make: gets all parameters, the artifacts of each role, and the open store and checkpoint, and returns the
    ///     artifact's key.
    /// - Throws: `ExitCode`, when the error has been told.
    public func run<Method: StageMethod>(
        _ inputs: InputOptions<Method>, _ parameters: ParameterOptions<Method>,
        _ make: (JSONValue, [String: [ArtifactKey]], ArtifactStore, Checkpoint) throws -> ArtifactKey
    ) throws {
        try reportingErrors {
            let parameters = try parameters.values()
            threading.apply()
            memory.apply()
            let checkpoint = try Checkpoint(telling: self.checkpoint)
            try Method.kind.checkRoom(parameters, checkpoint.architecture)
            // What it is to work on lies in the store: one that is made now has none of it.
            guard storage.exists else { throw StoreError.noStore(path: storage.store) }
            let store = try openStore(for: checkpoint)
            let keys = try inputs.keys(in: store)
            print(try profiling(store) { try make(parameters, keys, store, checkpoint) })
        }
    }
}

/// What the executables that train, and `spg run`, take besides: `--save-every`.
public struct TrainingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How often to save a checkpoint, from which a killed run resumes; 0 for after every epoch. If saving is slow, "
                + "it is done less often, so that it takes at most a thirtieth of the time. Ctrl-C, SIGTERM and SIGHUP "
                + "always save the last whole epoch.",
            valueName: "seconds"))
    public var saveEvery = 2.0

    public init() {}

    /// Refuses a negative interval, and one of more than a day.
    /// - Throws: `ValidationError`.
    public func validate() throws {
        guard (0...86_400).contains(saveEvery) else {
            throw ValidationError("--save-every must be from 0 to 86400 seconds, not \(saveEvery)")
        }
    }

    public var interval: Duration { .seconds(saveEvery) }

    /// The same for another process's command line.
    public var arguments: [String] { ["--save-every=\(saveEvery)"] }
}

extension ArtifactStore {
    /// The artifacts that some names or keys stand for, in their order.
    /// - Throws: `StoreError` for the first that stands for none, or for several.
    public func resolve(_ texts: [String], kind: ArtifactKind) throws -> [ArtifactKey] {
        try texts.map { try resolve($0, kind: kind) }
    }
}

extension Checkpoint {
    /// Opens the checkpoint that a command line names, and says what had to be assumed of it. A stage that `spg run` has
    /// started does not: its run has said so, once.
    /// - Parameter path: a file of weights or a folder with one.
    /// - Throws: `CheckpointError` where there is no CLIP.
    public init(telling path: String) throws(CheckpointError) {
        try self.init(contentsOf: URL(filePath: path))
        if let assumption, !Lifeline.isThere { Console.standardError.warning(assumption) }
    }
}

/// Shows a training's progress in epochs.
/// - Throws: what the body throws.
public func showing(
    _ title: String, _ body: (_ progress: (TrainingProgress) -> Void) throws -> ArtifactKey
) throws -> ArtifactKey {
    let line = ProgressLine(title, unit: "epochs")
    var last: TrainingProgress?
    let key = try body { progress in
        last = progress
        if let problem = progress.restart {
            Console.standardError.warning(
                "\(title): starts from the beginning, because its checkpoint cannot be trusted: \(problem)")
        }
        if progress.isResumption {
            Console.standardError.note("\(title): resumes after epoch \(progress.epoch) of \(progress.epochs)")
        }
        line.update(progress.epoch, of: progress.epochs, note: progress.note)
    }
    if let last {
        line.finish(last.epoch, of: last.epochs, note: last.note)
    } else {
        Console.standardError.note("\(title): nothing to do, it is in the store")
    }
    return key
}

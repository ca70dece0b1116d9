import ArgumentParser
import ArtifactStore
import CLIP
import Foundation
import Stages

/// What every stage's executable takes: `--store`, `--threads`, `--checkpoint`, `--force`.
public struct StageOptions: ParsableArguments {
    @OptionGroup public var storage: StoreOptions
    @OptionGroup public var threading: ThreadOptions

    @Option(help: ArgumentHelp("The CLIP checkpoint: a file of weights or a folder with one.", valueName: "path"))
    public var checkpoint = "Models/icon-clip"

    @Flag(help: "Make the artifact again, and replace it, where the store has it.")
    public var force = false

    public init() {}

    /// Opens the store, making it where there is none.
    public func openStore() throws -> ArtifactStore {
        try storage.open(remakes: force)
    }

    /// Reads a stage's parameters, sets the threads, opens checkpoint and store, runs the stage, and prints the key of
    /// what it made. A wrong command line ends it before there is a store.
    /// - Parameters:
    ///   - arguments: the stage's own options.
    ///   - make: gets all parameters and the open store and checkpoint, and returns the artifact's key.
    public func run(
        _ kind: StageKind, _ arguments: [String], _ make: (JSONValue, ArtifactStore, Checkpoint) throws -> ArtifactKey
    ) throws {
        try reportingErrors {
            let parameters = try kind.parameters(fromArguments: arguments)
            threading.apply()
            let checkpoint = try Checkpoint(contentsOf: URL(filePath: self.checkpoint))
            print(try make(parameters, try openStore(), checkpoint))
        }
    }
}

extension ArtifactStore {
    /// The artifacts that some names or keys stand for, in their order.
    public func resolve(_ texts: [String], kind: ArtifactKind) throws -> [ArtifactKey] {
        try texts.map { try resolve($0, kind: kind) }
    }
}

/// Shows a training's progress in epochs.
public func showing(
    _ title: String, _ body: (_ progress: (TrainingProgress) -> Void) throws -> ArtifactKey
) throws -> ArtifactKey {
    let line = ProgressLine(title, unit: "epochs")
    var last: TrainingProgress?
    let key = try body { progress in
        last = progress
        line.update(progress.epoch, of: progress.epochs, note: progress.note)
    }
    if let last {
        line.finish(last.epoch, of: last.epochs, note: last.note)
    } else {
        Console.standardError.line("\(title): nothing to do, it is in the store")
    }
    return key
}

import ArgumentParser
import ArtifactStore
import Foundation
import Tensors

/// Where artifacts are kept: `--store FILE`.
public struct StoreOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The artifact store, one SQLite file.", valueName: "file"))
    public var store = "Cache/artifacts.sqlite"

    public init() {}

    /// Whether there is a file already.
    public var exists: Bool { FileManager.default.fileExists(atPath: store) }

    /// Opens the store, making it where there is none.
    public func open() throws -> ArtifactStore {
        try ArtifactStore(path: store)
    }
}

/// How many threads work at a time: `--threads N`.
public struct ThreadOptions: ParsableArguments {
    @Option(help: ArgumentHelp(
        "How many threads to use; all cores if left out. Results may differ in their last bits between counts.",
        valueName: "n"))
    public var threads: Int?

    public init() {}

    public func validate() throws {
        if let threads, threads < 1 { throw ValidationError("--threads must be at least 1, not \(threads)") }
    }

    /// The number given, or that of the cores.
    public var count: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }

    /// Makes the numeric code of this process use that many threads.
    public func apply() {
        Threads.count = count
    }
}

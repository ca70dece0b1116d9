import ArgumentParser
import ArtifactStore
import Foundation
import Tensors

/// Where artifacts are kept: `--store FILE`.
public struct StoreOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The artifact store, one SQLite file.", valueName: "file"), completion: .file())
    public var store = Self.standard

    /// Where it is if nothing else is said.
    static let standard = "Cache/artifacts.sqlite"

    public init() {}

    /// Refuses a name that no store can have.
    /// - Throws: `ValidationError`.
    public func validate() throws {
        do { try ArtifactStore.checkName(store) } catch { throw ValidationError("--store: \(error)") }
    }

    /// Whether there is a file already.
    public var exists: Bool { FileManager.default.fileExists(atPath: store) }

    /// Opens the store to look at it, which makes none: where there is none, one of nothing stands in its place. Digests of
    /// files that are read are remembered where it can be written to.
    /// - Throws: `StoreError` where it is none, a damaged or a newer one, or cannot be read.
    public func openToLook() throws -> ArtifactStore {
        let size = try? FileManager.default.attributesOfItem(atPath: store)[.size] as? Int
        guard let size, size > 0 else { return try ArtifactStore(emptyInPlaceOf: store) }
        return try openThere(readOnly: !ArtifactStore.canWrite(store))
    }

    /// Opens a store that is there.
    /// - Throws: `StoreError.noStore` where none is, and what `openToLook` throws.
    public func openThere(readOnly: Bool = true) throws -> ArtifactStore {
        guard exists else { throw StoreError.noStore(path: store) }
        return try ArtifactStore(path: store, readOnly: readOnly)
    }

    /// Opens the store, making it where there is none.
    /// - Parameter onFind: told of an artifact that was to be made and for which nothing had to be.
    /// - Throws: `StoreError` where it is none, a damaged or a newer one, or cannot be written to.
    public func open(onFind: @escaping @Sendable (ArtifactKey) -> Void = { _ in }) throws -> ArtifactStore {
        try ArtifactStore(
            path: store,
            onWait: { Console.standardError.note("waiting: another process is making \($0.short)") }, onFind: onFind)
    }
}

/// How much is said meanwhile: `--quiet`.
public struct ProgressOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Show no progress, only results, warnings and errors.")
    public var quiet = false

    public init() {}

    /// Makes this process keep to it.
    public func apply() {
        if quiet { Console.standardError.quieten() }
    }
}

/// How many threads work at a time: `--threads N`.
public struct ThreadOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How many threads to use; by default, one for each core. Results do not depend on it.",
            valueName: "n"))
    public var threads: Int?

    public init() {}

    /// Refuses a number of threads that no machine has.
    /// - Throws: `ValidationError`.
    public func validate() throws {
        try Self.check(threads, "--threads")
    }

    /// Refuses a number of threads or processes that no machine has.
    /// - Throws: `ValidationError`, naming the option.
    public static func check(_ number: Int?, _ option: String) throws {
        guard let number, !(1...1024).contains(number) else { return }
        throw ValidationError("\(option) must be from 1 to 1024, not \(number)")
    }

    /// The number given, or that of the cores.
    public var count: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }

    /// Makes the numeric code of this process use that many threads.
    public func apply() {
        Threads.count = count
    }
}

/// How much memory activations may take: `--memory-budget MIB`.
public struct MemoryOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Memory in MiB for the text encoder's activations that gradients need; by default, a quarter of the machine's "
                + "memory. Activations that do not fit are computed twice. Results are the same.",
            valueName: "MiB"))
    public var memoryBudget: Int?

    public init() {}

    /// Refuses a budget below 1 MiB.
    /// - Throws: `ValidationError`.
    public func validate() throws {
        if let memoryBudget, memoryBudget < 1 {
            throw ValidationError("--memory-budget must be at least 1, not \(memoryBudget)")
        }
    }

    /// The same for another process's command line.
    public var arguments: [String] { memoryBudget.map { ["--memory-budget=\($0)"] } ?? [] }

    /// Makes the numeric code of this process keep to it.
    public func apply() {
        guard let memoryBudget else { return }
        let (bytes, overflows) = memoryBudget.multipliedReportingOverflow(by: 1 << 20)
        ActivationBudget.bytes = overflows ? .max : bytes
    }
}

extension Precision: ExpressibleByArgument {}

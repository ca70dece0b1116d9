import ArtifactStore
import Foundation
import Stages
import Synchronization

/// A folder that all machines of a run see: what tasks are to do, what they need for it, and what they have made.
///
///     inputs/NAME.sqlite       one artifact that some work is made from, as a small store
///     tasks/ID/task.json       a `TaskDescription`
///     tasks/ID/LABEL.sqlite    what a piece of work has made, as a small store
///     tasks/ID/LABEL.json      how it ended: a `TaskEnding`, written after that
///     checkpoints/KEY          the state of a training that is under way
///
/// Whatever has one of these names is whole: it was written under another name, flushed, and renamed. No file is changed
/// afterwards, none is locked, and SQLite writes to none.
public final class TaskFolder: Sendable {
    public let url: URL
    /// On this machine's disk, where small stores are made before they are copied.
    private let scratch = Mutex<ScratchFolder?>(nil)

    /// - Parameter path: where it is or is to be; it is made when the first file is written.
    public init(_ path: String) {
        url = URL(fileURLWithPath: path).standardizedFileURL
    }

    deinit { scratch.withLock { $0?.remove() } }

    func scratchFolder() throws -> URL {
        try scratch.withLock { scratch in
            if let scratch { return scratch.url }
            let made = try ScratchFolder(prefix: "spg-inputs-")
            scratch = made
            return made.url
        }
    }

    var inputs: URL { url.appendingPathComponent("inputs") }
    private var tasks: URL { url.appendingPathComponent("tasks") }

    private var checkpoints: URL { url.appendingPathComponent("checkpoints") }

    func checkpoint(_ key: ArtifactKey) -> URL {
        checkpoints.appendingPathComponent(key.description)
    }

    /// The folder of a task.
    public func task(_ id: String) -> URL { tasks.appendingPathComponent(id) }

    /// How long one is waited for that cannot be read or written.
    static let patience = Duration.seconds(300)

    /// Whether it can be seen: the file system that it is on may be away. It is not there before a task was written, either.
    var isThere: Bool { FileManager.default.fileExists(atPath: tasks.path) }

    /// The tasks that are there, by name.
    public var ids: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: tasks.path)) ?? []).filter { !$0.hasPrefix(".") }.sorted()
    }

    static let descriptionName = "task.json"

    /// Writes what a task is to do. A task of this name that is there is described anew; what it has made stays.
    ///
    /// It is not flushed, which would take longer than all else of submitting thousands: where a power cut loses it, its job ends
    /// without a word, and is submitted again.
    /// - Parameter id: a plain file name.
    /// - Throws: `StoreError.cannotWrite`.
    public func write(_ description: TaskDescription, as id: String) throws {
        precondition(StoredFile.isPlain(id), "“\(id)” is no plain name")
        try makeFolders()
        _ = try NewFiles.update(
            task(id).appendingPathComponent(Self.descriptionName), with: Self.encoder.encode(description), flushed: false)
    }

    /// Makes the folders in which tasks find and leave something. Tasks make none: where the file system with the folder is not
    /// there, they would make it somewhere else.
    func makeFolders() throws(StoreError) {
        for folder in [inputs, tasks, checkpoints] {
            do {
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            } catch {
                throw .cannotWrite(path: folder.path, reason: error.localizedDescription)
            }
        }
    }

    /// How the work of a task has ended that has ended by now.
    public func endings(ofTask id: String) -> [TaskEnding] {
        files(ofTask: id, suffix: ".json").map { label, file in ending(label, in: file) }
    }

    /// Removes all of a task but results that were refused.
    /// - Throws: `CocoaError`. A task that is not there is no error.
    public func remove(_ id: String) throws {
        let folder = task(id), names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        let removed =
            names.contains { $0.hasSuffix(Self.refusedSuffix) }
            ? names.filter { !$0.hasSuffix(Self.refusedSuffix) }.map(folder.appendingPathComponent) : [folder]
        for url in removed {
            do { try FileManager.default.removeItem(at: url) } catch CocoaError.fileNoSuchFile {}
        }
    }

    /// Removes the inputs of all tasks, and what killed ones have left half-written among the checkpoints. To be called where no
    /// task is left.
    /// - Throws: `CocoaError`.
    public func removeInputs() throws {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: checkpoints.path)) ?? [] where name.hasPrefix(".") {
            unlink(checkpoints.appendingPathComponent(name).path)
        }
        do { try FileManager.default.removeItem(at: inputs) } catch CocoaError.fileNoSuchFile {}
    }

    /// The files that work has left in a task's folder, by label.
    func files(ofTask id: String, suffix: String) -> [(label: ResultLabel, file: URL)] {
        let folder = task(id), names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().compactMap { name in
            guard name.hasSuffix(suffix), let label = ResultLabel(String(name.dropLast(suffix.count))) else { return nil }
            return (label, folder.appendingPathComponent(name))
        }
    }

    /// What a file says of an ending. One that cannot be read is the ending of work that has failed.
    func ending(_ label: ResultLabel, in file: URL) -> TaskEnding {
        do {
            return try JSONDecoder().decode(TaskEnding.self, from: Data(contentsOf: file))
        } catch {
            return TaskEnding(
                key: label.key, part: label.part, status: 65, summary: "it is not known how it ended",
                message: "\(file.path) cannot be read: \(error.localizedDescription)")
        }
    }

    static let encoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return encoder
    }()
}

import ArtifactStore
import Foundation

/// The folder in which a command finds its inputs and leaves its outputs.
///
/// While this process lives it holds a lock on the folder, which the kernel lets go of when it ends, however it ends: what is
/// left of commands whose process was killed is known by that, and swept away by the next.
struct WorkFolder: Sendable {
    private let url: URL
    /// Holds the lock.
    private let descriptor: Int32
    private var inputs: URL { url.appendingPathComponent("inputs") }
    var outputs: URL { url.appendingPathComponent("outputs") }

    private static let prefix = "spg-command-"

    init() throws {
        Self.sweep()
        (url, descriptor) = try Self.locked()
        for folder in [inputs, outputs] {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        }
    }

    /// Makes a folder for this user alone and locks it. One that is swept before it is locked is made again.
    private static func locked() throws -> (URL, Int32) {
        while true {
            let url = FileManager.default.temporaryDirectory.appendingPathComponent(prefix + UUID().uuidString)
            guard mkdir(url.path, 0o700) == 0 else { throw error(url) }
            let descriptor = open(url.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard descriptor >= 0 || errno == ENOENT else { throw error(url) }
            guard descriptor >= 0 else { continue }
            guard flock(descriptor, LOCK_EX) == 0 else { throw error(url) }
            if access(url.path, F_OK) == 0 { return (url, descriptor) }
            close(descriptor)
        }
    }

    private static func error(_ url: URL) -> CocoaError {
        CocoaError(
            .fileWriteUnknown,
            userInfo: [
                NSLocalizedDescriptionKey: "\(url.path) cannot be made: \(String(cString: strerror(errno)))"
            ])
    }

    /// What tells it from every other.
    var name: String { url.lastPathComponent }
    var path: String { url.path }

    func remove() {
        try? FileManager.default.removeItem(at: url)
    }

    /// Removes the folders of commands whose stage was killed, and kills what of those commands still runs.
    static func sweep() {
        let place = FileManager.default.temporaryDirectory
        let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
        for name in names where name.hasPrefix(prefix) {
            let url = place.appendingPathComponent(name)
            let descriptor = open(url.path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard descriptor >= 0 else { continue }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
                for process in ProcessTable.processes(with: Shell.variable, name) { kill(process, SIGKILL) }
                try? FileManager.default.removeItem(at: url)
            }
            close(descriptor)
        }
    }

    /// Whether the command has written a file.
    func hasOutput(_ name: String) -> Bool {
        var isFolder: ObjCBool = false
        let path = outputs.appendingPathComponent(name).path
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
    }

    /// A file that the command has written.
    /// - Throws: `StageInputError` where it is larger than a store takes; `CocoaError`.
    func output(_ name: String) throws -> Data {
        let file = outputs.appendingPathComponent(name)
        let size = try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int ?? 0
        guard size <= StoredFile.largestSize else {
            throw StageInputError("\(name) has \(size) bytes, and a store takes files of \(StoredFile.largestSize) at most")
        }
        return try Data(contentsOf: file)
    }

    /// Writes one artifact.
    /// - Returns: the path of the file, or of the folder with its files.
    func write(
        _ key: ArtifactKey, as format: CommandParameters.Format, called name: String, from store: ArtifactStore
    ) throws -> String {
        try write(key, as: format, to: inputs.appendingPathComponent(name), from: store)
    }

    /// Writes several artifacts into a folder, by number, with `index.csv` that says which cell each is of.
    /// - Returns: the path of the folder.
    func write(
        _ keys: [ArtifactKey], cells: [JSONValue], as format: CommandParameters.Format, of role: String,
        from store: ArtifactStore
    ) throws -> String {
        guard keys.count == cells.count else {
            throw StageInputError("\(keys.count) artifacts of \(cells.count) cells play the role “\(role)”")
        }
        let folder = inputs.appendingPathComponent(role)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let axes = Set(cells.flatMap { Array($0.members.keys) }).sorted()
        var index = CommaSeparated.line(["file"] + axes)
        for (number, (key, cell)) in zip(keys, cells).enumerated() {
            let name = String(format: "%04d", number + 1)
            let path = try write(key, as: format, to: folder.appendingPathComponent(name), from: store)
            let values = axes.map { cell[$0]?.plainText ?? "" }
            index += CommaSeparated.line([URL(fileURLWithPath: path).lastPathComponent] + values)
        }
        try Data(index.utf8).write(to: folder.appendingPathComponent("index.csv"))
        return folder.path
    }

    /// - Parameter place: the path without an extension.
    private func write(
        _ key: ArtifactKey, as format: CommandParameters.Format, to place: URL, from store: ArtifactStore
    ) throws -> String {
        guard let kind = try store.artifact(key)?.recipe.kind else { throw StoreError.noArtifact(key, nil) }
        if kind == .files {
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            for file in try store.files(key) { try file.content.write(to: place.appendingPathComponent(file.fileName)) }
            return place.path
        }
        let export =
            switch kind {
            case .embeddings: try Export(features: [key], withNorms: false, in: store)
            case .prompt: try Export(prompt: key, in: store)
            case .generator: try Export(generator: key, in: store)
            case .evaluation: try Export(predictions: key, in: store)
            case .images, .files: throw StageInputError("artifacts of the kind \(kind.rawValue) cannot be handed over")
            }
        let file = place.appendingPathExtension(format.rawValue)
        _ = try export.write(to: file)
        return file.path
    }
}

import ArtifactStore
import Foundation

/// The folder in which a command finds its inputs and leaves its outputs.
struct WorkFolder: Sendable {
    private let folder: ScratchFolder
    private var url: URL { folder.url }
    private var inputs: URL { url.appendingPathComponent("inputs") }
    var outputs: URL { url.appendingPathComponent("outputs") }

    private static let prefix = "spg-command-"

    init() throws {
        folder = try ScratchFolder(prefix: Self.prefix, left: Self.kill)
        for folder in [inputs, outputs] {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        }
    }

    /// Kills what still runs of the command of a stage that was killed.
    private static func kill(commandsIn name: String) {
        for process in ProcessTable.processes(with: Shell.variable, name) { Glibc.kill(process, SIGKILL) }
    }

    /// What tells it from every other.
    var name: String { url.lastPathComponent }
    var path: String { url.path }

    func remove() { folder.remove() }

    /// Removes the folders of commands whose stage was killed, and kills what of those commands still runs.
    static func sweep() { ScratchFolder.sweep(prefix, kill) }

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

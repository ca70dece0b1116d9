import ArtifactStore
import Datasets
import Foundation
import Stages
import Synchronization

/// Takes the state of trainings from a store on this machine to the shared folder, and back.
///
/// A file in the shared folder has one line of JSON, which says what follows it, and then the state itself.
final class SharedCheckpoints: Sendable {
    private struct Header: Codable {
        var key: ArtifactKey
        var progress: JSONValue
        /// Of the state.
        var sha256: Digest
    }

    private let folder: TaskFolder
    private let store: ArtifactStore
    /// How far the trainings that run are in the shared folder; nil for those of which nothing is there.
    private let kept = Mutex<[ArtifactKey: JSONValue?]>([:])

    init(folder: TaskFolder, store: ArtifactStore) {
        (self.folder, self.store) = (folder, store)
    }

    /// Puts what the shared folder has of a training into the store, and watches the training from now on.
    /// - Returns: what is wrong with it; nil where it is well, or there is none.
    /// - Throws: `CocoaError` where it cannot be read; `StoreError`.
    func restore(_ key: ArtifactKey) throws -> String? {
        kept.withLock { $0[key] = .some(nil) }
        let url = folder.checkpoint(key)
        try NewFiles.checkFolder(of: url)
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        let data = try Data(contentsOf: url)
        guard let end = data.firstIndex(of: UInt8(ascii: "\n")),
            let header = try? JSONDecoder().decode(Header.self, from: data[..<end]), header.key == key
        else { return "\(url.path) is none" }
        let payload = data[(end + 1)...]
        guard Digest(of: payload) == header.sha256 else { return "\(url.path) is damaged" }
        try store.save(TrainingCheckpoint(progress: header.progress, payload: Data(payload)), for: key)
        kept.withLock { $0[key] = header.progress }
        return nil
    }

    func stopWatching(_ key: ArtifactKey) {
        _ = kept.withLock { $0.removeValue(forKey: key) }
    }

    /// Takes a training's state to the shared folder, in place of what is there.
    /// - Throws: `StoreError`.
    func export(_ key: ArtifactKey) throws {
        guard let checkpoint = try store.checkpoint(for: key) else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let header = Header(key: key, progress: checkpoint.progress, sha256: Digest(of: checkpoint.payload))
        try NewFiles.replace(
            folder.checkpoint(key), with: encoder.encode(header) + Data("\n".utf8) + checkpoint.payload)
    }

    /// Exports what is new of the trainings that run, again and again until the task is cancelled. Where the shared folder is slow,
    /// less often, so that at most a thirtieth of the time goes into it. A failure is told, and no harm but to whoever would go on
    /// from there.
    func keep(every interval: Duration, _ tell: (String) -> Void) async {
        var pause = interval
        while (try? await Task.sleep(for: pause)) != nil {
            let start = ContinuousClock.now
            do {
                try exportAll()
            } catch {
                tell("Warning: a checkpoint could not be kept in the shared folder: \(error)")
            }
            pause = max(interval, (.now - start) * 30)
        }
    }

    private func exportAll() throws {
        for (key, before) in kept.withLock({ $0 }) {
            guard let progress = try store.progress(of: key), progress != before else { continue }
            try export(key)
            kept.withLock { if $0[key] != nil { $0[key] = progress } }
        }
    }
}

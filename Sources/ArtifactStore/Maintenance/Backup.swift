import Foundation
import GRDB

extension ArtifactStore {
    /// Copies the store to a new file, as it is at one moment, while others may read and write it.
    ///
    /// The copy appears under its name when it is whole and on the disk.
    /// - Throws: `StoreError.fileExists` where there is a file; `StoreError` about the copy where it cannot be written.
    public func backUp(to path: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else { throw StoreError.fileExists(path: path) }
        let partial = path + ".partial"
        func clear() {
            for suffix in ["", "-journal", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: partial + suffix) }
        }
        clear()
        defer { clear() }
        try StoreError.translating(at: path) {
            let copy = try DatabaseQueue(path: partial)
            // In one step: in several, each write of another process would begin the copy anew.
            try database.backup(to: copy)
            try copy.close()
        }
        guard rename(partial, path) == 0 else {
            throw StoreError.cannotOpen(path: path, reason: String(cString: strerror(errno)))
        }
    }
}

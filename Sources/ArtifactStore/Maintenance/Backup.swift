import Foundation
import GRDB

extension ArtifactStore {
    /// Copies the store to a new file, as it is at one moment, while others may read and write it.
    ///
    /// The copy appears under its name when it is whole and on the disk.
    /// - Throws: `StoreError.fileExists` where there is a file; `.badName`; `StoreError` about the copy where it cannot be
    ///   written.
    public func backUp(to path: String) throws {
        try Self.checkName(path)
        guard !NewFiles.isThere(path) else { throw StoreError.fileExists(path: path) }
        let (descriptor, partial) = try NewFiles.temporaryFile(for: path)
        Glibc.close(descriptor)
        defer { for suffix in ["", "-journal", "-wal", "-shm"] { unlink(partial + suffix) } }
        try StoreError.translating(at: path) {
            let copy = try DatabaseQueue(path: partial)
            // In one step: in several, each write of another process would begin the copy anew.
            try database.backup(to: copy)
            try copy.close()
        }
        try NewFiles.place(partial, at: path)
    }
}

import Datasets
import Foundation
import GRDB
import GRDBSQLite
import Synchronization
import Tensors

extension ArtifactStore {
    /// The SHA-256 of a file's bytes; see `digests(ofFiles:rereading:progress:)`.
    /// - Throws: `DatasetError.unreadable`; `StoreError` where it cannot be remembered.
    public func digest(ofFile path: String, rereading: Bool = false) throws -> Digest {
        try digests(ofFiles: [path], rereading: rereading)[0]
    }

    /// The SHA-256 of each file's bytes.
    ///
    /// A digest is remembered with the file's path and stamp (size, times, inode), so that an unchanged tree is looked at but
    /// not read again. What has to be read is read by two threads. A store opened for reading only remembers nothing.
    /// - Parameters:
    ///   - paths: absolute paths.
    ///   - rereading: whether all are read, whatever is remembered of them.
    ///   - progress: called with the number of files read so far and the number to be read; not at all if there are none.
    /// - Returns: a digest for each path, in order.
    /// - Throws: `DatasetError.unreadable`, naming the file; `StoreError`.
    public func digests(
        ofFiles paths: [String], rereading: Bool = false,
        progress: @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> [Digest] {
        var digests = rereading ? Array(repeating: nil, count: paths.count) : try rememberedDigests(of: paths)
        let unknown = paths.indices.filter { digests[$0] == nil }
        // In batches, so that a run that is stopped has not read for nothing.
        var done = 0
        for start in stride(from: 0, to: unknown.count, by: 512) {
            let batch = Array(unknown[start..<min(start + 512, unknown.count)])
            // Before they are read: a file that was changed just before may have been changed again just after.
            let settled = FileStamp.settled
            let read = try readDigests(of: batch.map { paths[$0] })
            for (index, file) in zip(batch, read) { digests[index] = file.digest }
            if !isReadOnly { try remember(zip(batch.map { paths[$0] }, read), settled: settled) }
            done += batch.count
            progress(done, unknown.count)
        }
        return digests.compactMap(\.self)
    }

    private func rememberedDigests(of paths: [String]) throws -> [Digest?] {
        try reading { database in
            let statement = try database.makeStatement(
                sql: "SELECT sha256 FROM file_digest WHERE path = ? AND size = ? AND modified = ? AND changed = ? AND inode = ?"
            )
            // The statement has to outlive its pointer.
            defer { withExtendedLifetime(statement) {} }
            let query = statement.sqliteStatement
            return try paths.map { path in
                let stamp = try FileStamp(ofFileAt: path)
                var path = path
                return try path.withUTF8 { bytes in
                    try bytes.withMemoryRebound(to: CChar.self) { text in
                        // The text is there until the query has been answered.
                        sqlite3_bind_text(query, 1, text.baseAddress, Int32(text.count), nil)
                        sqlite3_bind_int64(query, 2, Int64(stamp.size))
                        sqlite3_bind_int64(query, 3, Int64(stamp.modified))
                        sqlite3_bind_int64(query, 4, Int64(stamp.changed))
                        sqlite3_bind_int64(query, 5, Int64(bitPattern: stamp.inode))
                        defer { sqlite3_reset(query) }
                        switch sqlite3_step(query) {
                        case SQLITE_ROW: return blob(query, 0).flatMap(Digest.init(bytes:))
                        case SQLITE_DONE: return nil
                        case let code: throw database.error(code)
                        }
                    }
                }
            }
        }
    }

    /// Forgets the digests of some files, whose bytes turned out to be others, and what is known of whole domains: they are
    /// read again the next time, whatever their stamps say.
    /// - Throws: `StoreError` where the store cannot be written: it is full, busy, or open for reading only.
    public func forgetDigests(ofFiles paths: some Sequence<String>) throws {
        try writing { database in
            for path in paths { try database.execute(sql: "DELETE FROM file_digest WHERE path = ?", arguments: [path]) }
            try database.execute(sql: "DELETE FROM seen_domain")
        }
    }

    private func remember(
        _ files: some Sequence<(String, (digest: Digest, stamp: FileStamp))>, settled: Int
    ) throws {
        try writing { database in
            let statement = try database.cachedStatement(
                sql: """
                    INSERT OR REPLACE INTO file_digest (path, size, modified, changed, inode, sha256, row_sha256)
                    SELECT *, \(RowDigest.file) FROM (
                        SELECT ? AS path, ? AS size, ? AS modified, ? AS changed, ? AS inode, ? AS sha256)
                    """)
            for (path, file) in files where file.stamp.latest < settled {
                try statement.execute(arguments: [
                    path, file.stamp.size, file.stamp.modified, file.stamp.changed,
                    Int64(bitPattern: file.stamp.inode), Data(file.digest.bytes),
                ])
            }
        }
    }
}

/// Reads files, two at a time.
/// - Throws: the error of the first file, in order, that cannot be read.
private func readDigests(of paths: [String]) throws -> [(digest: Digest, stamp: FileStamp)] {
    typealias Outcome = Result<(digest: Digest, stamp: FileStamp), DatasetError>
    let outcomes = Mutex([Int: Outcome]())
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: 2) { _ in
        while true {
            let index = next.add(1, ordering: .relaxed).oldValue
            guard index < paths.count else { return }
            let outcome = Outcome { () throws(DatasetError) in try Digest.ofFile(at: paths[index]) }
            outcomes.withLock { $0[index] = outcome }
        }
    }
    let all = outcomes.withLock { $0 }
    return try paths.indices.compactMap { try all[$0]?.get() }
}

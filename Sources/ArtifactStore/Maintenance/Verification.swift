import Datasets
import Foundation
import GRDB

extension ArtifactStore {
    /// Compares everything in the store with what was written: SQLite's structures, references from row to row, every blob
    /// with its SHA-256, every artifact with the key of its recipe and the digest over its rows, and the contents of
    /// manifests, embeddings and evaluations with what their artifacts say of them.
    ///
    /// Reads the whole file, in one snapshot, while others may write.
    /// - Parameter progress: told how many blobs have been compared, and of how many.
    /// - Throws: `StoreError` where the store cannot be read at all; what is damaged is no error.
    public func verify(progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }) throws -> StoreVerification {
        try reading { database in
            var result = StoreVerification()
            // A damaged structure ends a check, not the others.
            func attempt(_ check: (inout StoreVerification) throws -> Void) throws {
                do {
                    try check(&result)
                } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
                    result.addOfFile(error.message ?? "it is malformed")
                }
            }
            try attempt(database.checkStructure)
            try attempt { try database.checkBlobs(&$0, progress) }
            try attempt(database.checkEncoders)
            try attempt(database.checkRememberedFiles)
            try attempt(database.checkArtifacts)
            let lost = try database.artifactsToRemove(result.damages)
            result.toMake = try database.removedArtifacts(lost)
            return result
        }
    }

    /// Takes out what is damaged and everything that was made from it, in one transaction, so that a run makes it anew.
    /// Damage of the file itself stays as it is.
    /// - Throws: `StoreError` where the store cannot be written: it is full, busy, or open for reading only.
    public func remove(_ damages: [StoreDamage]) throws {
        try writing { database in
            try database.deleteArtifacts(database.artifactsToRemove(damages))
            for damage in damages {
                switch damage.place {
                case .embedding(let id): try database.execute(sql: "DELETE FROM embedding WHERE id = ?", arguments: [id])
                case .blockStatistic(let id):
                    try database.execute(sql: "DELETE FROM block_statistic WHERE id = ?", arguments: [id])
                case .checkpoint(let key):
                    try database.execute(sql: "DELETE FROM checkpoint WHERE key = ?", arguments: [key])
                case .remembered(let table, let path):
                    try database.execute(sql: "DELETE FROM \(table) WHERE path = ?", arguments: [path])
                case .encoder(let id): try database.deleteEncoder(id)
                case .artifact, .file: break
                }
            }
        }
    }
}

extension StoreVerification {
    mutating func add(_ subject: String, _ problem: String, _ place: StoreDamage.Place) {
        damages.append(StoreDamage(subject: subject, problem: problem, place: place))
    }

    fileprivate mutating func addOfFile(_ problem: String) {
        let damage = StoreDamage(subject: "the file", problem: problem, place: .file)
        if !damages.contains(damage) { damages.append(damage) }
    }
}

extension Database {
    fileprivate func checkStructure(_ result: inout StoreVerification) throws {
        for message in try String.fetchAll(self, sql: "PRAGMA integrity_check(20)") where message != "ok" {
            result.addOfFile(message)
        }
        for row in try Row.fetchAll(self, sql: "PRAGMA foreign_key_check") {
            let table: String = try row.value(0), parent: String = try row.value(2)
            let id = (try row.value(1) as Int64?).map { "row \($0)" } ?? "a row"
            result.addOfFile("\(id) of the table \(table) refers to a row of \(parent) that is not there")
        }
    }

    fileprivate func checkBlobs(_ result: inout StoreVerification, _ progress: (Int, Int) -> Void) throws {
        let total =
            try Int.fetchOne(
                self,
                sql: """
                    SELECT (SELECT count(*) FROM embedding) + (SELECT count(*) FROM prompt) + (SELECT count(*) FROM tensor)
                        + (SELECT count(*) FROM checkpoint) + (SELECT count(*) FROM file)
                        + (SELECT count(*) FROM block_statistic)
                    """) ?? 0
        for blobs in CheckedBlobs.all {
            let rows = try Row.fetchCursor(self, sql: blobs.query)
            while let row = try rows.next() {
                // Read where they lie: a copy of every blob would take as long as its digest.
                let (matches, count) = try row.withUnsafeData(atIndex: 1) { bytes in
                    let bytes = bytes ?? Data()
                    let digest = bytes.sha256(withNorm: blobs.haveNorms ? try row.value(3) : nil)
                    return try (digest == row.value(2), bytes.count)
                }
                result.blobs += 1
                result.bytes += count
                if !matches {
                    result.add(
                        try String.fetchOne(self, sql: blobs.subject, arguments: [row[0] as DatabaseValue]) ?? blobs.name,
                        "its bytes are not those that were written", try blobs.place(row))
                }
                if result.blobs.isMultiple(of: 4096) { progress(result.blobs, total) }
            }
        }
    }
}

/// Blobs that have their digests beside them.
private struct CheckedBlobs: Sendable {
    let name: String
    /// Key of the row, blob, digest; and the norm, which the digest is over, too.
    let query: String
    var haveNorms = false
    /// What a row is to people.
    let subject: String
    let place: @Sendable (Row) throws -> StoreDamage.Place

    static let all = [
        ofView(
            "an embedding", "embedding", "vector", "features", haveNorms: true, place: { try .embedding($0.value(0)) }),
        ofView(
            "a row of block statistics", "block_statistic", "numbers", "block statistics",
            place: { try .blockStatistic($0.value(0)) }),
        CheckedBlobs(
            name: "a prompt", query: "SELECT artifact_id, vectors, sha256 FROM prompt",
            subject: """
                SELECT 'the prompt ' || substr(key, 1, 12) || ' (' || method || ', ' || domain || ')'
                FROM prompt JOIN artifact ON artifact.id = artifact_id WHERE artifact_id = ?
                """,
            place: { try .artifact($0.value(0)) }),
        CheckedBlobs(
            name: "a weight", query: "SELECT id, vector, sha256, artifact_id FROM tensor",
            subject: """
                SELECT 'the weight “' || name || '” of ' || substr(key, 1, 12)
                FROM tensor JOIN artifact ON artifact.id = artifact_id WHERE tensor.id = ?
                """,
            place: { try .artifact($0.value(3)) }),
        CheckedBlobs(
            name: "a file", query: "SELECT id, content, sha256, artifact_id FROM file",
            subject: """
                SELECT 'the file “' || file_name || '” of ' || substr(key, 1, 12)
                FROM file JOIN artifact ON artifact.id = artifact_id WHERE file.id = ?
                """,
            place: { try .artifact($0.value(3)) }),
        CheckedBlobs(
            name: "a checkpoint", query: "SELECT key, payload, sha256 FROM checkpoint",
            subject: "SELECT 'the unfinished training of ' || substr(key, 1, 12) FROM checkpoint WHERE key = ?",
            place: { try .checkpoint($0.value(0)) }),
    ]

    /// Blobs of a table with a row for each image, encoder and view.
    private static func ofView(
        _ name: String, _ table: String, _ column: String, _ noun: String, haveNorms: Bool = false,
        place: @escaping @Sendable (Row) throws -> StoreDamage.Place
    ) -> CheckedBlobs {
        CheckedBlobs(
            name: name, query: "SELECT id, \(column), sha256\(haveNorms ? ", norm" : "") FROM \(table)", haveNorms: haveNorms,
            subject: """
                SELECT 'the \(noun) of ' || coalesce(
                        (SELECT path FROM manifest_image WHERE manifest_image.image_id = \(table).image_id LIMIT 1),
                        'image ' || (SELECT lower(hex(sha256)) FROM image WHERE id = image_id))
                    || ' (view ' || (SELECT name FROM image_view WHERE id = view_id)
                    || ', encoder ' || (SELECT name || '@' || substr(key, 1, 12) FROM encoder WHERE id = encoder_id) || ')'
                FROM \(table) WHERE id = ?
                """,
            place: place)
    }
}

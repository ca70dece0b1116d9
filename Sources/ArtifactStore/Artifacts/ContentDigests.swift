import Datasets
import Foundation
import GRDB
import GRDBSQLite

/// A digest over all rows of an artifact, by which it is noticed when one of them is changed, is gone or is new.
///
/// It is over what the rows say and not over how they are numbered, so that it stays the same in a merge: other artifacts,
/// encoders and images are in it by their keys, and blobs by their digests. What may change later is not in it: where
/// images lie, what their data set is called, and when they were seen last.
extension Database {
    /// Writes the digest of an artifact whose rows are all there.
    func seal(_ id: Int64) throws {
        try execute(
            sql: "INSERT OR REPLACE INTO artifact_digest (artifact_id, sha256) VALUES (?, ?)",
            arguments: [id, contentDigest(ofArtifact: id)])
    }

    /// Writes the digest of an encoder and its blocks.
    func sealEncoder(_ id: Int64) throws {
        try execute(sql: "UPDATE encoder SET sha256 = \(RowDigest.encoder) WHERE id = ?", arguments: [id])
    }

    /// Writes the digests of all artifacts, from what the store holds of them.
    func sealAll() throws {
        for id in try Int64.fetchAll(self, sql: "SELECT id FROM artifact") { try seal(id) }
    }

    /// Whether an artifact's rows are those that were written.
    func isAsSealed(_ id: Int64) throws -> Bool {
        let sealed = try Data.fetchOne(
            cachedStatement(sql: "SELECT sha256 FROM artifact_digest WHERE artifact_id = ?"), arguments: [id])
        return try sealed == contentDigest(ofArtifact: id)
    }

    private func contentDigest(ofArtifact id: Int64) throws -> Data {
        var hash = DigestStream(), values: [UInt8] = []
        for query in Self.contents {
            // Where the rows of one table end, and those of the next begin.
            values.append(0xff)
            try forEachRow(in: cachedStatement(sql: query), [id]) { row in
                for column in 0..<sqlite3_column_count(row) { values.append(column, of: row) }
                // Handed over by the block: so many values are small.
                if values.count >= 1 << 16 {
                    hash.update(values)
                    values.removeAll(keepingCapacity: true)
                }
            }
        }
        hash.update(values)
        return Data(hash.digest.bytes)
    }

    /// All rows of the artifact `?1`, in an order that is theirs.
    private static let contents = [
        "SELECT key, kind, algorithm_version, parameters, created, seconds, bytes FROM artifact WHERE id = ?1",
        """
        SELECT position, role, artifact.key FROM artifact_input JOIN artifact ON artifact.id = input_id
        WHERE artifact_id = ?1 ORDER BY position
        """,
        "SELECT domain FROM manifest WHERE artifact_id = ?1",
        "SELECT label, name FROM manifest_class WHERE manifest_id = ?1 ORDER BY label",
        """
        SELECT position, label, sha256 FROM manifest_image JOIN image ON image.id = image_id
        WHERE manifest_id = ?1 ORDER BY position
        """,
        """
        SELECT artifact.key, encoder.key, has_statistics FROM embedding_set
        JOIN artifact ON artifact.id = manifest_id JOIN encoder ON encoder.id = encoder_id WHERE artifact_id = ?1
        """,
        """
        SELECT position, name FROM embedding_set_view JOIN image_view ON image_view.id = view_id
        WHERE embedding_set_id = ?1 ORDER BY position
        """,
        """
        SELECT method, domain, seed, context_length, width, sha256, validation_accuracy FROM prompt WHERE artifact_id = ?1
        """,
        "SELECT method, domain, seed, validation_accuracy FROM generator WHERE artifact_id = ?1",
        "SELECT name, shape, sha256 FROM tensor WHERE artifact_id = ?1 ORDER BY name",
        "SELECT epoch, name, value FROM metric WHERE artifact_id = ?1 ORDER BY epoch, name",
        "SELECT name, file_name, sha256 FROM file WHERE artifact_id = ?1 ORDER BY name",
        """
        SELECT artifact.key, method, seed, images, accuracy FROM evaluation
        JOIN artifact ON artifact.id = manifest_id WHERE artifact_id = ?1
        """,
        """
        SELECT position, predicted, probability, spread FROM prediction WHERE evaluation_id = ?1 ORDER BY position
        """,
    ]
}

extension [UInt8] {
    /// A value with its kind and, where that is not always the same, its length: no two rows are the same bytes.
    fileprivate mutating func append(_ column: Int32, of row: SQLiteStatement) {
        func number(_ bits: UInt64) { Swift.withUnsafeBytes(of: bits.littleEndian) { append(contentsOf: $0) } }
        let kind = sqlite3_column_type(row, column)
        append(UInt8(truncatingIfNeeded: kind))
        switch kind {
        case SQLITE_INTEGER: number(UInt64(bitPattern: sqlite3_column_int64(row, column)))
        case SQLITE_FLOAT: number(sqlite3_column_double(row, column).bitPattern)
        case SQLITE_NULL: break
        default:
            // The bytes of a text are those of a blob.
            let bytes = sqlite3_column_blob(row, column), count = sqlite3_column_bytes(row, column)
            number(UInt64(count))
            append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: Int(count)))
        }
    }
}

/// Digests of single rows that no artifact owns, in SQL: over the row's other columns.
enum RowDigest {
    /// Of an encoder, with its name, which is no part of its key, and its blocks.
    static let encoder = of(
        """
        key, name, dimension, parameters, (
            SELECT json_group_array(json_array(block, first, width)) FROM (
                SELECT * FROM encoder_block WHERE encoder_id = encoder.id ORDER BY block))
        """)

    /// Of a file whose digest is remembered, and of a domain that was seen.
    static let file = of("path, size, modified, changed, inode, hex(sha256)")
    static let domain = of("path, dataset, hex(listing), key, recorded")

    private static func of(_ columns: String) -> String { "sha256(CAST(json_array(\(columns)) AS BLOB))" }
}

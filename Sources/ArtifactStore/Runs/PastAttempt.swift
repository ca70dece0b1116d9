import Datasets
import GRDB

/// An artifact that a pipeline has made here, and what that cost.
public struct PastAttempt: Hashable, Sendable {
    public let artifact: Artifact
    public let threads: Int
    public let cost: Attempt.Cost
}

extension ArtifactStore {
    /// What pipelines have made of a kind, the latest first.
    /// - Parameters:
    ///   - kind: of the artifacts.
    ///   - version: of the algorithm.
    ///   - limit: how many at the most.
    /// - Throws: `StoreError` where the store cannot be read, or a value in it is damaged.
    public func pastAttempts(making kind: ArtifactKind, version: Int, limit: Int) throws -> [PastAttempt] {
        try reading { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT artifact.key, attempt.threads, attempt.seconds, attempt.processor_seconds, attempt.peak_bytes
                    FROM artifact JOIN attempt ON attempt.key = artifact.key
                    WHERE artifact.kind = ? AND artifact.algorithm_version = ? AND attempt.seconds IS NOT NULL
                    ORDER BY attempt.started DESC LIMIT ?
                    """, arguments: [kind.rawValue, version, limit])
            return try rows.compactMap { row in
                try database.artifact(row.digest("key")).map {
                    try PastAttempt(artifact: $0, threads: row.value("threads"), cost: row.cost())
                }
            }
        }
    }

    /// How many images and classes an `images` artifact has, or the images that an `embeddings` artifact covers; nil for
    /// others, and for what is not there.
    /// - Throws: `StoreError` where the store cannot be read, or a value in it is damaged.
    public func extent(of key: ArtifactKey) throws -> (images: Int, classes: Int)? {
        try reading { database in
            try Row.fetchOne(
                database.cachedStatement(
                    sql: """
                        SELECT (SELECT count(*) FROM manifest_image WHERE manifest_id = manifest.artifact_id),
                               (SELECT count(*) FROM manifest_class WHERE manifest_id = manifest.artifact_id)
                        FROM artifact LEFT JOIN embedding_set ON embedding_set.artifact_id = artifact.id
                        JOIN manifest ON manifest.artifact_id = coalesce(embedding_set.manifest_id, artifact.id)
                        WHERE artifact.key = ?
                        """),
                arguments: [key.description]
            ).map { try (images: $0.value(0), classes: $0.value(1)) }
        }
    }
}

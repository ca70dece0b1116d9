import Datasets
import GRDB

/// The contents of an embeddings artifact: the promise that every image of a manifest has its features.
public struct EmbeddingSet: Hashable, Sendable {
    /// The `images` artifact. Where unreadable images were skipped, the manifest without them.
    public var manifest: ArtifactKey
    public var encoder: Digest
    /// The names of the views, in order.
    public var views: [String]
    /// Whether every view has its block statistics, too.
    public var hasStatistics: Bool

    public init(manifest: ArtifactKey, encoder: Digest, views: [String], hasStatistics: Bool = false) {
        self.manifest = manifest
        self.encoder = encoder
        self.views = views
        self.hasStatistics = hasStatistics
    }
}

extension ArtifactStore {
    /// What an embeddings artifact covers.
    /// - Throws: `StoreError.noArtifact`.
    public func embeddingSet(_ key: ArtifactKey) throws -> EmbeddingSet {
        try reading { try $0.embeddingSet(id: $0.artifactID(key, .embeddings)).set }
    }
}

extension Database {
    func insert(_ set: EmbeddingSet, id: Int64) throws {
        let manifestID = try artifactID(set.manifest, .images), encoderID = try encoderID(set.encoder)
        try execute(
            sql: "INSERT INTO embedding_set (artifact_id, manifest_id, encoder_id, has_statistics) VALUES (?, ?, ?, ?)",
            arguments: [id, manifestID, encoderID, set.hasStatistics])
        for (position, view) in set.views.enumerated() {
            let viewID = try viewID(view)
            func missing(in table: String) throws -> (count: Int, first: String)? {
                try images(without: table, manifest: manifestID, encoderID: encoderID, viewID: viewID)
            }
            if let (count, first) = try missing(in: "embedding") {
                throw StoreError.missingEmbeddings(count: count, view: view, first: first)
            }
            if set.hasStatistics, let (count, first) = try missing(in: "block_statistic") {
                throw StoreError.missingStatistics(count: count, view: view, first: first)
            }
            try execute(
                sql: "INSERT INTO embedding_set_view (embedding_set_id, position, view_id) VALUES (?, ?, ?)",
                arguments: [id, position, viewID])
        }
    }

    func embeddingSet(id: Int64) throws -> (set: EmbeddingSet, manifestID: Int64, encoderID: Int64) {
        let row = try Row.fetchOne(
            self,
            sql: """
                SELECT manifest_id, encoder_id, has_statistics, artifact.key AS manifest, encoder.key AS encoder
                FROM embedding_set
                JOIN artifact ON artifact.id = manifest_id
                JOIN encoder ON encoder.id = encoder_id
                WHERE artifact_id = ?
                """, arguments: [id])
        guard let row else { throw StoreError.badValue("an embeddings artifact of the store has no contents") }
        let views = try String.fetchAll(
            self,
            sql: """
                SELECT name FROM embedding_set_view JOIN image_view ON image_view.id = view_id
                WHERE embedding_set_id = ? ORDER BY position
                """, arguments: [id])
        let set = try EmbeddingSet(
            manifest: row.digest("manifest"), encoder: row.digest("encoder"), views: views,
            hasStatistics: row.value("has_statistics"))
        return try (set, row.value("manifest_id"), row.value("encoder_id"))
    }
}

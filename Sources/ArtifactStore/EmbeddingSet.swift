import Datasets
import Foundation
import GRDB
import Tensors

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

/// The features of one view of one domain's images.
public struct Embeddings: Sendable {
    public var manifest: DomainManifest
    /// Shape `[manifest.images.count, dimension]`, in the manifest's order, each row of unit length.
    public var vectors: Tensor
}

extension ArtifactStore {
    /// What an embeddings artifact covers.
    /// - Throws: `StoreError.noArtifact`.
    public func embeddingSet(_ key: ArtifactKey) throws -> EmbeddingSet {
        try reading { try $0.embeddingSet(id: $0.artifactID(key, .embeddings)).set }
    }

    /// Reads the features of one view.
    /// - Throws: `StoreError.noArtifact`, `.noView`, or `.missingEmbeddings` and `.badVector` naming the image, where
    ///   rows were deleted or changed by another program.
    public func embeddings(_ key: ArtifactKey, view: String) throws -> Embeddings {
        try reading { database in
            let (set, manifestID, encoderID) = try database.embeddingSet(id: database.artifactID(key, .embeddings))
            guard set.views.contains(view) else { throw StoreError.noView(view, available: set.views) }
            let manifest = try database.manifest(id: manifestID)
            let dimension = try database.dimension(ofEncoder: set.encoder)
            let vectors = try database.vectors(
                of: manifest, id: manifestID, encoderID: encoderID, view: view, dimension: dimension)
            if let (row, problem) = firstBadVector(vectors) {
                throw StoreError.badVector(image: manifest.images[row].path.text, view: view, problem: problem)
            }
            return Embeddings(manifest: manifest, vectors: vectors)
        }
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
            let missing = try Row.fetchOne(self, sql: """
                SELECT count(*) AS images, path FROM (
                    SELECT path FROM manifest_image WHERE manifest_id = ? AND NOT EXISTS (
                        SELECT 1 FROM embedding WHERE encoder_id = ? AND view_id = ?
                            AND embedding.image_id = manifest_image.image_id)
                    ORDER BY position)
                """, arguments: [manifestID, encoderID, viewID])
            if let missing, try missing.value("images") > 0 {
                throw try StoreError.missingEmbeddings(
                    count: missing.value("images"), view: view, first: missing.value("path"))
            }
            if set.hasStatistics {
                try checkStatistics(manifestID: manifestID, encoderID: encoderID, view: view, viewID: viewID)
            }
            try execute(
                sql: "INSERT INTO embedding_set_view (embedding_set_id, position, view_id) VALUES (?, ?, ?)",
                arguments: [id, position, viewID])
        }
    }

    func embeddingSet(id: Int64) throws -> (set: EmbeddingSet, manifestID: Int64, encoderID: Int64) {
        let row = try Row.fetchOne(self, sql: """
            SELECT manifest_id, encoder_id, has_statistics, artifact.key AS manifest, encoder.key AS encoder
            FROM embedding_set
            JOIN artifact ON artifact.id = manifest_id
            JOIN encoder ON encoder.id = encoder_id
            WHERE artifact_id = ?
            """, arguments: [id])
        guard let row else { throw StoreError.badValue("an embeddings artifact of the store has no contents") }
        let views = try String.fetchAll(self, sql: """
            SELECT name FROM embedding_set_view JOIN image_view ON image_view.id = view_id
            WHERE embedding_set_id = ? ORDER BY position
            """, arguments: [id])
        let set = try EmbeddingSet(
            manifest: row.digest("manifest"), encoder: row.digest("encoder"), views: views,
            hasStatistics: row.value("has_statistics"))
        return try (set, row.value("manifest_id"), row.value("encoder_id"))
    }

    /// Copies vectors from SQLite's pages straight into a tensor: features are the store's bulk, and a run reads them
    /// all.
    fileprivate func vectors(
        of manifest: DomainManifest, id: Int64, encoderID: Int64, view: String, dimension: Int
    ) throws -> Tensor {
        let size = dimension * MemoryLayout<Float>.stride
        var missing: [Int] = []
        var vectors = Tensor(uninitialized: [manifest.images.count, dimension])
        try vectors.withUnsafeMutablePointer { destination in
            var position = 0
            try forEachRow("""
                SELECT embedding.vector FROM manifest_image
                LEFT JOIN embedding ON embedding.encoder_id = ? AND embedding.view_id = ?
                    AND embedding.image_id = manifest_image.image_id
                WHERE manifest_image.manifest_id = ? ORDER BY manifest_image.position
                """, [encoderID, try viewID(known: view), id]
            ) { row in
                defer { position += 1 }
                guard let bytes = blob(row, 0) else {
                    missing.append(position)
                    return
                }
                guard bytes.count == size else {
                    throw StoreError.badVector(
                        image: manifest.images[position].path.text, view: view,
                        problem: .wrongDimension(bytes.count / 4, expected: dimension))
                }
                UnsafeMutableRawBufferPointer(start: destination + position * dimension, count: size).copyMemory(from: bytes)
            }
        }
        if let first = missing.first {
            throw StoreError.missingEmbeddings(
                count: missing.count, view: view, first: manifest.images[first].path.text)
        }
        return vectors
    }

    private func viewID(known name: String) throws -> Int64? {
        try Int64.fetchOne(self, sql: "SELECT id FROM image_view WHERE name = ?", arguments: [name])
    }
}

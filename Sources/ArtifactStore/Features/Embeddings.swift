import Datasets
import GRDB
import Tensors

/// The features of one view of one domain's images.
public struct Embeddings: Sendable {
    public var manifest: DomainManifest
    /// Shape `[manifest.images.count, dimension]`, in the manifest's order, each row of unit length.
    public var vectors: Tensor
}

extension ArtifactStore {
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
            try forEachRow(
                """
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

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
    fileprivate func vectors(
        of manifest: DomainManifest, id: Int64, encoderID: Int64, view: String, dimension: Int
    ) throws -> Tensor {
        var vectors = Tensor(uninitialized: [manifest.images.count, dimension])
        let missing = try vectors.withUnsafeMutablePointer {
            try copyBlobs(
                "vector", of: "embedding", manifest: id, encoderID: encoderID, view: view,
                size: dimension * MemoryLayout<Float>.stride, to: $0
            ) { position, bytes in
                .badVector(
                    image: manifest.images[position].path.text, view: view,
                    problem: .wrongDimension(bytes / 4, expected: dimension))
            }
        }
        guard let first = missing.first else { return vectors }
        throw StoreError.missingEmbeddings(count: missing.count, view: view, first: manifest.images[first].path.text)
    }
}

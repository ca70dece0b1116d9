import Datasets
import Foundation
import GRDB
import GRDBSQLite
import Tensors

/// The norm of a feature is its length as the encoder put it out, before it was scaled to a unit vector. It is not known of
/// features that were kept before there were norms, nor of imported ones that came without.
extension ArtifactStore {
    /// The norms of the features of one view, in the manifest's order.
    /// - Throws: `StoreError.noArtifact`, `.noView`; `.missingNorms` where one is not known; `.missingEmbeddings`.
    public func norms(_ key: ArtifactKey, view: String) throws -> [Float] {
        try reading { database in
            let (set, manifestID, encoderID) = try database.embeddingSet(id: database.artifactID(key, .embeddings))
            guard set.views.contains(view) else { throw StoreError.noView(view, available: set.views) }
            let (norms, missing) = try database.norms(ofManifest: manifestID, encoderID: encoderID, view: view)
            guard let first = missing.first else { return norms }
            throw StoreError.missingNorms(
                count: missing.count, view: view, first: try database.manifest(id: manifestID).images[first].path.text,
                imported: try database.importedName(ofEncoder: set.encoder))
        }
    }

    /// The norms of the features of one view of some images, in their order; an image may come more than once.
    /// - Throws: `StoreError.missingNorms`, `.unknownEncoder`.
    public func norms(of images: [Digest], view: String, encoder key: Digest) throws -> [Float] {
        try reading { database in
            let encoderID = try database.encoderID(key)
            let statement = try database.cachedStatement(
                sql: """
                    SELECT norm FROM embedding WHERE encoder_id = ? AND view_id = (SELECT id FROM image_view WHERE name = ?)
                        AND image_id = (SELECT id FROM image WHERE sha256 = ?)
                    """)
            let norms = try images.map {
                try Double.fetchOne(statement, arguments: [encoderID, view, Data($0.bytes)]).map { Float($0) }
            }
            return try norms.enumerated().map { place, norm in
                if let norm { return norm }
                throw StoreError.missingNorms(
                    count: norms.count { $0 == nil }, view: view, first: try database.path(of: images[place]),
                    imported: try database.importedName(ofEncoder: key))
            }
        }
    }

    /// Whether all features of an embeddings artifact have norms.
    /// - Throws: `StoreError.noArtifact`.
    public func hasNorms(_ key: ArtifactKey) throws -> Bool {
        try featuresWithoutNorm(key, atMost: 1) == 0
    }

    /// How many features, of all images and views of an embeddings artifact, have no norm.
    /// - Throws: `StoreError.noArtifact`.
    public func featuresWithoutNorm(_ key: ArtifactKey) throws -> Int {
        try featuresWithoutNorm(key, atMost: -1)
    }

    /// The same, counting no further than to a limit; -1 for none.
    ///
    /// Most often the index has none at all. The plus keeps SQLite from looking up each image of the manifest in it.
    private func featuresWithoutNorm(_ key: ArtifactKey, atMost limit: Int) throws -> Int {
        try reading { database in
            let id = try database.artifactID(key, .embeddings), (_, manifestID, encoderID) = try database.embeddingSet(id: id)
            return try Int.fetchOne(
                database,
                sql: """
                    SELECT count(*) FROM (
                        SELECT 1 FROM embedding INDEXED BY embedding_without_norm
                        WHERE encoder_id = ? AND norm IS NULL
                            AND view_id IN (SELECT view_id FROM embedding_set_view WHERE embedding_set_id = ?)
                            AND +image_id IN (SELECT image_id FROM manifest_image WHERE manifest_id = ?)
                        LIMIT ?)
                    """, arguments: [encoderID, id, manifestID, limit]) ?? 0
        }
    }
}

extension Database {
    /// Fills in the norm of a feature that is there without one.
    /// - Parameters:
    ///   - vector: what the encoder makes now of what that is the feature of.
    ///   - tolerance: how far it may be from the one that is there, which stays as it is.
    /// - Returns: false where it has a norm already.
    /// - Throws: `StoreError.strayedVector` where it is farther.
    func fillNorm(
        _ norm: Float, of vector: Data, at place: (encoderID: Int64, viewID: Int64, imageID: Int64), of row: ImageView,
        within tolerance: Float
    ) throws -> Bool {
        let known = try Row.fetchOne(
            cachedStatement(
                sql: """
                    SELECT id, vector FROM embedding WHERE encoder_id = ? AND view_id = ? AND image_id = ? AND norm IS NULL
                    """),
            arguments: [place.encoderID, place.viewID, place.imageID])
        guard let known else { return false }
        let kept: Data = try known.value("vector"), distance = kept.distance(to: vector)
        guard distance <= tolerance else {
            throw StoreError.strayedVector(image: try path(of: row.image), view: row.view, distance: distance)
        }
        try cachedStatement(sql: "UPDATE embedding SET norm = ?, sha256 = ? WHERE id = ?").execute(
            arguments: [Double(norm), kept.sha256(withNorm: Double(norm)), try known.value("id") as Int64])
        return true
    }

    /// The norms of one view of a manifest's images; and the images, by their places, that have none.
    fileprivate func norms(
        ofManifest id: Int64, encoderID: Int64, view: String
    ) throws -> (norms: [Float], missing: [Int]) {
        var norms: [Float] = [], missing: [Int] = []
        try forEachImage("norm", of: "embedding", manifest: id, encoderID: encoderID, view: view) { position, row in
            if sqlite3_column_type(row, 0) != SQLITE_FLOAT { missing.append(position) }
            norms.append(Float(sqlite3_column_double(row, 0)))
        }
        return (norms, missing)
    }

    /// What an encoder's features were imported as; nil where they were made here.
    fileprivate func importedName(ofEncoder key: Digest) throws -> String? {
        guard let row = try encoder(key), case .string(let name)? = try EncoderIdentity(row).parameters["imported"] else {
            return nil
        }
        return name
    }
}

extension Data {
    /// The digest that stands beside a feature: of its numbers, and of its norm where that is known.
    func sha256(withNorm norm: Double?) -> Data {
        guard let norm else { return sha256 }
        var hash = DigestStream()
        hash.update(self)
        Swift.withUnsafeBytes(of: norm.bitPattern.littleEndian) { hash.update($0) }
        return Data(hash.digest.bytes)
    }

    /// How far the vector that this blob holds is from another; infinite where they are of different sizes.
    fileprivate func distance(to other: Data) -> Float {
        guard count == other.count, let a = Tensor(blob: self, shape: [count / 4]),
            let b = Tensor(blob: other, shape: [count / 4])
        else { return .infinity }
        return Float((a - b).squaredNorm.squareRoot())
    }
}

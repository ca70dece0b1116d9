import Datasets
import Foundation
import GRDB
import Tensors

/// One way of looking at one image, of which there is one feature vector per encoder.
public struct ImageView: Hashable, Sendable {
    /// The image's digest.
    public var image: Digest
    /// Such as "center".
    public var view: String

    public init(image: Digest, view: String) {
        self.image = image
        self.view = view
    }
}

extension ArtifactStore {
    /// The images of a manifest, each with the views of it that have no features yet, or no block statistics or norms where
    /// these are asked for; or with all views where what is there is to be replaced.
    ///
    /// Images with equal bytes count once. In the manifest's order; images that lack nothing are left out.
    /// - Throws: `StoreError.noArtifact`, `.unknownEncoder`.
    public func missing(
        views: [String], of manifest: ArtifactKey, encoder: Digest, withStatistics: Bool = false, withNorms: Bool = false,
        replacing: Bool = false
    ) throws -> [(image: LabelledImage, views: [String])] {
        try reading { database in
            let manifestID = try database.artifactID(manifest, .images), encoderID = try database.encoderID(encoder)
            var missing: [Int: [String]] = [:]
            func has(_ table: String, _ condition: String = "true") -> String {
                """
                EXISTS (SELECT 1 FROM \(table)
                    WHERE encoder_id = :encoder AND view_id = (SELECT id FROM image_view WHERE name = :view)
                        AND \(table).image_id = manifest_image.image_id AND \(condition))
                """
            }
            let lacks =
                ["\(replacing)", "NOT " + has("embedding")]
                + (withStatistics ? ["NOT " + has("block_statistic")] : [])
                + (withNorms ? [has("embedding", "norm IS NULL")] : [])
            for view in views {
                let positions = try Int.fetchCursor(
                    database,
                    sql: """
                        SELECT position FROM manifest_image WHERE manifest_id = :manifest
                            AND (\(lacks.joined(separator: " OR ")))
                        """, arguments: ["manifest": manifestID, "encoder": encoderID, "view": view])
                while let position = try positions.next() { missing[position, default: []].append(view) }
            }
            guard !missing.isEmpty else { return [] }
            let images = try database.manifest(id: manifestID).images
            var seen: Set<Digest> = []
            return images.indices.compactMap { position in
                guard let views = missing[position], seen.insert(images[position].digest).inserted else { return nil }
                return (images[position], views)
            }
        }
    }

    /// The images that have features of a view, with norms if they are asked for.
    /// - Throws: `StoreError.unknownEncoder`.
    public func images(having view: String, encoder: Digest, withNorms: Bool = false) throws -> Set<Digest> {
        try reading { database in
            let digests = try Data.fetchCursor(
                database,
                sql: """
                    SELECT image.sha256 FROM embedding JOIN image ON image.id = image_id
                    WHERE encoder_id = ? AND view_id = (SELECT id FROM image_view WHERE name = ?)
                        \(withNorms ? "AND norm IS NOT NULL" : "")
                    """, arguments: [database.encoderID(encoder), view])
            var images: Set<Digest> = []
            while let bytes = try digests.next() { if let digest = Digest(bytes: bytes) { images.insert(digest) } }
            return images
        }
    }

    /// The features of one view of some images, in their order; an image may come more than once.
    /// - Returns: `[images.count, dimension]`, each row of unit length.
    /// - Throws: `StoreError.missingEmbeddings`, `.badVector`, `.unknownEncoder`.
    public func vectors(of images: [Digest], view: String, encoder key: Digest) throws -> Tensor {
        try reading { database in
            let encoderID = try database.encoderID(key), dimension = try database.dimension(ofEncoder: key)
            let statement = try database.cachedStatement(
                sql: """
                    SELECT vector FROM embedding WHERE encoder_id = ? AND view_id = (SELECT id FROM image_view WHERE name = ?)
                        AND image_id = (SELECT id FROM image WHERE sha256 = ?)
                    """)
            var vectors = Tensor(uninitialized: [images.count, dimension])
            for (row, image) in images.enumerated() {
                guard let blob = try Data.fetchOne(statement, arguments: [encoderID, view, Data(image.bytes)]) else {
                    throw StoreError.missingEmbeddings(count: 1, view: view, first: try database.path(of: image))
                }
                guard blob.count == dimension * MemoryLayout<Float>.stride else {
                    throw StoreError.badVector(
                        image: try database.path(of: image), view: view,
                        problem: .wrongDimension(blob.count / 4, expected: dimension))
                }
                vectors.withUnsafeMutablePointer { to in
                    blob.withUnsafeBytes { bytes in
                        UnsafeMutableRawBufferPointer(start: to + row * dimension, count: bytes.count).copyMemory(from: bytes)
                    }
                }
            }
            if let (row, problem) = firstBadVector(vectors) {
                throw StoreError.badVector(image: try database.path(of: images[row]), view: view, problem: problem)
            }
            return vectors
        }
    }

    /// Inserts feature vectors, in one transaction. Those that are there already are left as they are, or replaced; a norm that
    /// one of them lacks is filled in.
    ///
    /// They are not visible in the `embeddings` view before an embeddings artifact that covers them is written, but
    /// they are not computed again either: an extraction that is stopped goes on where its last batch ended.
    /// - Parameters:
    ///   - vectors: shape `[rows.count, dimension]`, each row of unit length.
    ///   - norms: how long each was before it became a unit vector, where that is known.
    ///   - statistics: what the encoder's blocks make of the same rows, if that is kept.
    ///   - rows: the image and view that each vector is of.
    ///   - key: the encoder's.
    ///   - tolerance: how far a vector that is to get its norm may be from the one given.
    ///   - refusingOthers: whether a vector that is there must have the same bits as the one given, and its norm, too.
    /// - Returns: how many norms were filled in.
    /// - Throws: `StoreError.badVector` for a row that is not finite or not of unit length, `.otherVector`, `.strayedVector`,
    ///   and nothing is inserted; `.badStatistics`; `.unknownEncoder`.
    @discardableResult
    public func insert(
        _ vectors: Tensor, norms: [Float]? = nil, _ statistics: StoredBlockStatistics? = nil, for rows: [ImageView],
        encoder key: Digest, within tolerance: Float = 1e-3, refusingOthers: Bool = false, replacing: Bool = false
    ) throws -> Int {
        precondition(vectors.rows == rows.count && norms?.count ?? rows.count == rows.count, "a vector and a norm for each row")
        return try writing { database in
            var filled = 0
            let encoderID = try database.encoderID(key), dimension = try database.dimension(ofEncoder: key)
            let problem =
                vectors.columns != dimension
                ? (row: 0, problem: .wrongDimension(vectors.columns, expected: dimension))
                : firstBadVector(vectors) ?? norms.flatMap(firstBadNorm)
            if let problem, rows.indices.contains(problem.row) {
                let row = rows[problem.row]
                throw StoreError.badVector(
                    image: try database.path(of: row.image), view: row.view, problem: problem.problem)
            }
            if refusingOthers { try database.checkNoOthers(vectors, norms: norms, for: rows, encoderID: encoderID) }
            let statement = try database.cachedStatement(
                sql: """
                    INSERT INTO embedding (encoder_id, view_id, image_id, vector, sha256, norm) VALUES (?, ?, ?, ?, ?, ?)
                    ON CONFLICT (encoder_id, view_id, image_id) DO \(replacing
                    ? "UPDATE SET vector = excluded.vector, sha256 = excluded.sha256, norm = excluded.norm" : "NOTHING")
                    """)
            // View by view: a stage that reads one view then finds its vectors side by side in the file.
            for (view, indices) in Dictionary(grouping: rows.indices, by: { rows[$0].view }).sorted(by: { $0.key < $1.key }) {
                let viewID = try database.viewID(view)
                for index in indices {
                    let vector = vectors.rows(index..<index + 1).blob, norm = norms?[index]
                    let sha256 = vector.sha256(withNorm: norm.map { Double($0) })
                    let imageID = try database.imageID(rows[index].image, adding: true)
                    try statement.execute(
                        arguments: [encoderID, viewID, imageID, vector, sha256, norm.map { Double($0) }])
                    guard let norm, let imageID, database.changesCount == 0 else { continue }
                    let isFilled = try database.fillNorm(
                        norm, of: vector, at: (encoderID, viewID, imageID), of: rows[index], within: tolerance)
                    if isFilled { filled += 1 }
                }
            }
            if let statistics {
                try database.insert(statistics, for: rows, encoderID: encoderID, replacing: replacing)
            }
            return filled
        }
    }
}

extension ArtifactStore {
    /// Compares feature vectors with those that the store has for the same images, views and encoder.
    /// - Throws: `StoreError.otherVector`, naming the first image whose vector has other bits, or whose norm is another;
    ///   `.unknownEncoder`.
    public func checkNoOthers(
        _ vectors: Tensor, norms: [Float]? = nil, for rows: [ImageView], encoder: Digest
    ) throws {
        try reading { try $0.checkNoOthers(vectors, norms: norms, for: rows, encoderID: $0.encoderID(encoder)) }
    }
}

/// The first row that is no unit vector. Float32 features that were normalised are within 10⁻⁶ of length 1.
func firstBadVector(_ vectors: Tensor) -> (row: Int, problem: StoreError.VectorProblem)? {
    let squares = vectors.squaredNormsOfRows()
    // Written so that a NaN is bad, too.
    guard let row = squares.firstIndex(where: { !(abs($0 - 1) < 1e-3) }) else { return nil }
    return (row, squares[row].isFinite ? .notUnitLength(squares[row].squareRoot()) : .notFinite)
}

/// The first norm that is no length of anything.
private func firstBadNorm(_ norms: [Float]) -> (row: Int, problem: StoreError.VectorProblem)? {
    norms.firstIndex { !($0 > 0 && $0.isFinite) }.map { ($0, .badNorm(norms[$0])) }
}

extension Database {
    fileprivate func checkNoOthers(
        _ vectors: Tensor, norms: [Float]?, for rows: [ImageView], encoderID: Int64
    ) throws {
        let statement = try cachedStatement(
            sql: """
                SELECT embedding.sha256, encoder.name, embedding.norm FROM embedding
                JOIN encoder ON encoder.id = encoder_id
                WHERE encoder_id = ? AND view_id = (SELECT id FROM image_view WHERE name = ?)
                    AND image_id = (SELECT id FROM image WHERE sha256 = ?)
                """)
        for (index, row) in rows.enumerated() {
            guard let known = try Row.fetchOne(statement, arguments: [encoderID, row.view, Data(row.image.bytes)]) else {
                continue
            }
            let norm: Double? = try known.value(2)
            let isSame = try vectors.rows(index..<index + 1).blob.sha256(withNorm: norm) == known.value(0)
            if isSame, norm == nil || norms == nil || norm == norms.map({ Double($0[index]) }) { continue }
            throw try StoreError.otherVector(image: path(of: row.image), view: row.view, encoder: known.value(1))
        }
    }

    /// The row of a view's name, which is added where it is new.
    func viewID(_ name: String) throws -> Int64 {
        let known = try Int64.fetchOne(
            cachedStatement(sql: "SELECT id FROM image_view WHERE name = ?"), arguments: [name])
        if let known { return known }
        try execute(sql: "INSERT INTO image_view (name) VALUES (?)", arguments: [name])
        return lastInsertedRowID
    }

    /// Where a manifest saw an image; its digest where none has.
    func path(of image: Digest) throws -> String {
        try String.fetchOne(
            self,
            sql: """
                SELECT path FROM manifest_image WHERE image_id = (SELECT id FROM image WHERE sha256 = ?)
                """, arguments: [Data(image.bytes)]) ?? image.description
    }
}

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
    /// The images of a manifest, each with the views of it that have no features yet, or no block statistics where they are
    /// asked for; with all views where the store `remakes` what it has.
    ///
    /// Images with equal bytes count once. In the manifest's order; images that lack nothing are left out.
    /// - Throws: `StoreError.noArtifact`, `.unknownEncoder`.
    public func missing(
        views: [String], of manifest: ArtifactKey, encoder: Digest, withStatistics: Bool = false
    ) throws -> [(image: LabelledImage, views: [String])] {
        try reading { database in
            let manifestID = try database.artifactID(manifest, .images), encoderID = try database.encoderID(encoder)
            var missing: [Int: [String]] = [:]
            func lacks(_ table: String) -> String {
                """
                NOT EXISTS (SELECT 1 FROM \(table)
                    WHERE NOT \(remakes) AND encoder_id = :encoder
                        AND view_id = (SELECT id FROM image_view WHERE name = :view)
                        AND \(table).image_id = manifest_image.image_id)
                """
            }
            for view in views {
                let positions = try Int.fetchCursor(database, sql: """
                    SELECT position FROM manifest_image WHERE manifest_id = :manifest
                        AND (\(lacks("embedding"))\(withStatistics ? " OR " + lacks("block_statistic") : ""))
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

    /// The images that have features of a view.
    /// - Throws: `StoreError.unknownEncoder`.
    public func images(having view: String, encoder: Digest) throws -> Set<Digest> {
        try reading { database in
            let digests = try Data.fetchCursor(database, sql: """
                SELECT image.sha256 FROM embedding JOIN image ON image.id = image_id
                WHERE encoder_id = ? AND view_id = (SELECT id FROM image_view WHERE name = ?)
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
            let statement = try database.cachedStatement(sql: """
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
                        UnsafeMutableRawPointer(to + row * dimension).copyMemory(
                            from: bytes.baseAddress!, byteCount: bytes.count)
                    }
                }
            }
            if let (row, problem) = firstBadVector(vectors) {
                throw StoreError.badVector(image: try database.path(of: images[row]), view: view, problem: problem)
            }
            return vectors
        }
    }

    /// Inserts feature vectors, in one transaction. Those that are there already are left as they are, or replaced where the
    /// store `remakes` what it has.
    ///
    /// They are not visible in the `embeddings` view before an embeddings artifact that covers them is written, but
    /// they are not computed again either: an extraction that is stopped goes on where its last batch ended.
    /// - Parameters:
    ///   - vectors: shape `[rows.count, dimension]`, each row of unit length.
    ///   - statistics: what the encoder's blocks make of the same rows, if that is kept.
    ///   - refusingOthers: whether a vector that is there must have the same bits as the one given.
    /// - Throws: `StoreError.badVector` for a row that is not finite or not of unit length, `.otherVector`, and nothing is
    ///   inserted; `.badStatistics`; `.unknownEncoder`.
    public func insert(
        _ vectors: Tensor, _ statistics: StoredBlockStatistics? = nil, for rows: [ImageView], encoder key: Digest,
        refusingOthers: Bool = false
    ) throws {
        precondition(vectors.rows == rows.count, "one vector for each row")
        try writing { database in
            let encoderID = try database.encoderID(key), dimension = try database.dimension(ofEncoder: key)
            let problem = vectors.columns != dimension
                ? (row: 0, problem: .wrongDimension(vectors.columns, expected: dimension)) : firstBadVector(vectors)
            if let problem, rows.indices.contains(problem.row) {
                let row = rows[problem.row]
                throw StoreError.badVector(
                    image: try database.path(of: row.image), view: row.view, problem: problem.problem)
            }
            if refusingOthers { try database.checkNoOthers(vectors, for: rows, encoderID: encoderID) }
            let statement = try database.cachedStatement(sql: """
                INSERT INTO embedding (encoder_id, view_id, image_id, vector, sha256) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (encoder_id, view_id, image_id)
                DO \(remakes ? "UPDATE SET vector = excluded.vector, sha256 = excluded.sha256" : "NOTHING")
                """)
            // View by view: a stage that reads one view then finds its vectors side by side in the file.
            for (view, indices) in Dictionary(grouping: rows.indices, by: { rows[$0].view }).sorted(by: { $0.key < $1.key }) {
                let viewID = try database.viewID(view)
                for index in indices {
                    let (vector, sha256) = vectors.rows(index..<index + 1).blobWithDigest
                    let imageID = try database.imageID(rows[index].image, adding: true)
                    try statement.execute(arguments: [encoderID, viewID, imageID, vector, sha256])
                }
            }
            if let statistics {
                try database.insert(statistics, for: rows, encoderID: encoderID, replacing: remakes)
            }
        }
    }
}

extension ArtifactStore {
    /// Compares feature vectors with those that the store has for the same images, views and encoder.
    /// - Throws: `StoreError.otherVector`, naming the first image whose vector has other bits; `.unknownEncoder`.
    public func checkNoOthers(_ vectors: Tensor, for rows: [ImageView], encoder: Digest) throws {
        try reading { try $0.checkNoOthers(vectors, for: rows, encoderID: $0.encoderID(encoder)) }
    }
}

/// The first row that is no unit vector. Float32 features that were normalised are within 10⁻⁶ of length 1.
func firstBadVector(_ vectors: Tensor) -> (row: Int, problem: StoreError.VectorProblem)? {
    let squares = vectors.squaredNormsOfRows()
    // Written so that a NaN is bad, too.
    guard let row = squares.firstIndex(where: { !(abs($0 - 1) < 1e-3) }) else { return nil }
    return (row, squares[row].isFinite ? .notUnitLength(squares[row].squareRoot()) : .notFinite)
}

extension Database {
    /// The row of a known encoder.
    func encoderID(_ key: Digest) throws -> Int64 {
        guard let row = try encoder(key) else { throw StoreError.unknownEncoder(key) }
        return try row.value("id")
    }

    /// How many numbers a feature of a known encoder has.
    func dimension(ofEncoder key: Digest) throws -> Int {
        guard let row = try encoder(key) else { throw StoreError.unknownEncoder(key) }
        return try row.value("dimension", in: Limits.width)
    }

    fileprivate func checkNoOthers(_ vectors: Tensor, for rows: [ImageView], encoderID: Int64) throws {
        let statement = try cachedStatement(sql: """
            SELECT embedding.sha256, encoder.name FROM embedding
            JOIN encoder ON encoder.id = encoder_id
            WHERE encoder_id = ? AND view_id = (SELECT id FROM image_view WHERE name = ?)
                AND image_id = (SELECT id FROM image WHERE sha256 = ?)
            """)
        for (index, row) in rows.enumerated() {
            guard let known = try Row.fetchOne(statement, arguments: [encoderID, row.view, Data(row.image.bytes)]),
                try vectors.rows(index..<index + 1).blob.sha256 != known.value(0)
            else { continue }
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
        try String.fetchOne(self, sql: """
            SELECT path FROM manifest_image WHERE image_id = (SELECT id FROM image WHERE sha256 = ?)
            """, arguments: [Data(image.bytes)]) ?? image.description
    }
}

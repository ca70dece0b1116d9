import Datasets
import Foundation
import GRDB
import Synchronization

/// A small store has some artifacts of another one, with what these refer to, so that work on them can be done where the other
/// one is not.
extension ArtifactStore {
    /// Writes some artifacts to a new file: all that is in them, features included. What they were made from is there in outline:
    /// what it is, and not what is in it.
    ///
    /// The file is no store to go on with: what is there in outline is not whole.
    /// - Parameters:
    ///   - keys: the artifacts.
    ///   - path: where no file is.
    ///   - withImages: whether the images that evaluations are of are whole, too, for whoever reads predictions.
    /// - Throws: `StoreError.noArtifact`; what writing throws. What is there of the file is then worth nothing.
    package func writeSmallStore(of keys: [ArtifactKey], to path: String, withImages: Bool = true) throws {
        let bytes = try reading { source in
            try keys.reduce(0) { sum, key in
                guard let artifact = try source.artifact(key) else { throw StoreError.noArtifact(key, nil) }
                return sum + artifact.bytes
            }
        }
        try StoreError.translating(at: path) {
            let small = try Self.newDatabase(path, pageSize: bytes < 1 << 20 ? 1024 : 16384)
            try reading { source in
                try small.write { try $0.copy(keys, withImages: withImages, from: source) }
            }
            try small.writeWithoutTransaction { try $0.copyFeatures(from: self) }
            try small.close()
        }
    }

    /// What tells an artifact apart from the same artifact made anew, or with norms where it had none: of equal ones small stores are
    /// the same.
    /// - Throws: `StoreError.noArtifact`.
    package func contentIdentity(of key: ArtifactKey) throws -> Digest {
        guard let artifact = try artifact(key) else { throw StoreError.noArtifact(key, nil) }
        let hasNorms = try artifact.recipe.kind != .embeddings || hasNorms(key)
        return Digest(of: Data("\(key) \(artifact.created) \(hasNorms) \(Migrations.latest)".utf8))
    }

    /// Takes over all that a small store has: what is here in outline becomes whole where it is whole there. Nothing is checked but
    /// that it fits together.
    /// - Parameter path: a file that nobody writes to, and that this process may read as fast as its own.
    /// - Throws: `StoreError` where it is no small store of this version, or this one cannot be written.
    package func add(smallStoreAt path: String) throws {
        let small = try ArtifactStore(path: path, readOnly: true)
        try writing { database in
            try small.reading { source in
                for key in try String.fetchAll(source, sql: "SELECT key FROM artifact ORDER BY id").compactMap({ Digest($0) }) {
                    for encoder in try source.encoders(ofArtifact: key) { try database.copyEncoder(encoder, from: source) }
                    guard let rows = try source.rows(ofArtifact: key) else { continue }
                    try database.complete(rows, key)
                }
            }
        }
        try StoreError.translating(at: self.path) {
            try database.writeWithoutTransaction { try $0.copyFeatures(from: small) }
        }
    }

    /// Nobody sees the file before it is whole, and one that is not is thrown away: no journal is kept, and nothing flushed.
    ///
    /// An empty table takes a page: of pages of 1 KiB, those of a store are 75 KB.
    private static func newDatabase(_ path: String, pageSize: Int) throws -> DatabaseQueue {
        func opened() throws -> DatabaseQueue {
            var configuration = Configuration()
            configuration.prepareDatabase { database in
                try database.execute(
                    sql: "PRAGMA page_size = \(pageSize); PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
                database.add(function: .sha256)
            }
            return try DatabaseQueue(path: path, configuration: configuration)
        }
        let url = URL(fileURLWithPath: path)
        if let empty = emptyStores.withLock({ $0[pageSize] }) {
            try empty.write(to: url)
            return try opened()
        }
        // To make the tables takes longer than to fill them.
        let database = try opened()
        try database.write { try Migrations.apply(in: $0, path: path) }
        let empty = try Data(contentsOf: url)
        emptyStores.withLock { $0[pageSize] = empty }
        return database
    }
}

/// The bytes of stores without artifacts, by the size of their pages.
private let emptyStores = Mutex<[Int: Data]>([:])

extension Database {
    /// Copies artifacts without their features; what they refer to in outline.
    fileprivate func copy(_ keys: [ArtifactKey], withImages: Bool, from source: Database) throws {
        var isWhole = Dictionary(keys.map { ($0, true) }) { first, _ in first }
        for key in keys {
            guard let recipe = try source.artifact(key)?.recipe else { throw StoreError.noArtifact(key, nil) }
            for input in recipe.inputs.map(\.key) {
                isWhole[input] = isWhole[input] ?? false
                if let images = try source.images(of: input, .embeddings) { isWhole[images] = isWhole[images] ?? false }
            }
            if let images = try source.images(of: key, .embeddings) { isWhole[images] = true }
            if let images = try source.images(of: key, .evaluation) {
                isWhole[images] = isWhole[images] == true || withImages
            }
        }
        // What is referred to first: images, then what was written earlier.
        let order = try isWhole.keys.map { key in
            guard let artifact = try source.artifact(key), let id = try source.artifactID(key) else {
                throw StoreError.noArtifact(key, nil)
            }
            return (isImages: artifact.recipe.kind == .images, id: id, key: key)
        }.sorted { ($0.isImages ? 0 : 1, $0.id) < ($1.isImages ? 0 : 1, $1.id) }
        for (_, _, key) in order {
            guard let rows = try source.rows(ofArtifact: key) else { throw StoreError.noArtifact(key, nil) }
            for encoder in try source.encoders(ofArtifact: key) { try copyEncoder(encoder, from: source) }
            try insert(isWhole[key] == true ? rows : rows.outline)
        }
    }

    /// The manifest that embeddings or an evaluation are of; nil for what is neither.
    private func images(of key: ArtifactKey, _ kind: ArtifactKind) throws -> ArtifactKey? {
        let table = kind == .embeddings ? "embedding_set" : "evaluation"
        return try String.fetchOne(
            cachedStatement(
                sql: """
                    SELECT images.key FROM artifact JOIN \(table) ON artifact_id = artifact.id
                    JOIN artifact AS images ON images.id = manifest_id WHERE artifact.key = ?
                    """), arguments: [key.description]
        ).flatMap { Digest($0) }
    }

    fileprivate func encoders(ofArtifact key: ArtifactKey) throws -> [Digest] {
        try String.fetchAll(
            cachedStatement(
                sql: """
                    SELECT encoder.key FROM embedding_set JOIN encoder ON encoder.id = encoder_id
                    WHERE artifact_id = (SELECT id FROM artifact WHERE key = ?)
                    """), arguments: [key.description]
        ).compactMap { Digest($0) }
    }

    /// Copies features of embeddings that are whole both here and in another store, view by view, and their block statistics.
    fileprivate func copyFeatures(from other: ArtifactStore) throws {
        try execute(sql: "ATTACH ? AS other", arguments: [other.uriForReading])
        defer { try? execute(sql: "DETACH other") }
        try inTransaction(.immediate) {
            for (table, columns) in [("embedding", ["vector", "norm", "sha256"]), ("block_statistic", ["numbers", "sha256"])] {
                try execute(
                    sql: """
                        INSERT OR IGNORE INTO main.\(table) (encoder_id, view_id, image_id, \(columns.joined(separator: ", ")))
                            SELECT encoder.id, image_view.id, image.id, \(columns.map { "theirs." + $0 }.joined(separator: ", "))
                            FROM main.artifact AS mine
                            JOIN other.artifact AS their_artifact ON their_artifact.key = mine.key
                            JOIN other.embedding_set AS their_set ON their_set.artifact_id = their_artifact.id
                            JOIN other.embedding_set_view AS their_set_view ON their_set_view.embedding_set_id = their_set.artifact_id
                            JOIN other.image_view AS their_view ON their_view.id = their_set_view.view_id
                            JOIN main.image_view ON image_view.name = their_view.name
                            JOIN main.embedding_set ON embedding_set.artifact_id = mine.id
                            JOIN main.embedding_set_view ON embedding_set_view.embedding_set_id = mine.id
                                AND embedding_set_view.view_id = image_view.id
                            JOIN main.encoder ON encoder.id = embedding_set.encoder_id
                            JOIN main.manifest_image ON manifest_image.manifest_id = embedding_set.manifest_id
                            JOIN main.image ON image.id = manifest_image.image_id
                            JOIN other.image AS their_image ON their_image.sha256 = image.sha256
                            JOIN other.\(table) AS theirs ON theirs.encoder_id = their_set.encoder_id
                                AND theirs.view_id = their_view.id AND theirs.image_id = their_image.id
                            ORDER BY mine.id, their_set_view.position, manifest_image.position
                        """)
            }
            return .commit
        }
    }
}

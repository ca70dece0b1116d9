import Datasets
import Foundation
import GRDB

/// What became of a result that was to be merged.
package enum MergedResult: Hashable, Sendable {
    case merged
    /// All of it was there.
    case found
    /// It cannot be what was to be made, or is not what the store has under its key.
    case refused(reason: String)
    /// Its file is not there any more: somebody else has merged it.
    case gone
}

extension ArtifactStore {
    /// Takes over what small stores hold, each whole or not at all, all of them in one transaction. What is there already is
    /// compared, to the bit; everything is checked as `verify` checks it.
    ///
    /// The files are read without locks, as they are: nobody may write to them.
    /// - Parameters:
    ///   - results: the file of each, and the key of its artifact; nil for the features of a part of a domain's images.
    ///   - replacing: whether they come in the place of what is there. What was made from that stays.
    ///   - tolerance: how far a feature of an encoder may be from the one that gets its norm.
    /// - Returns: what became of each, in the same order.
    /// - Throws: `StoreError` where this store cannot be written, or a file not be read though it is there: nothing is merged then.
    package func merge(
        results: [(path: String, key: ArtifactKey?)], replacing: Bool = false, tolerance: (EncoderIdentity) -> Float
    ) throws -> [MergedResult] {
        try writing { database in
            try results.map { result in
                do {
                    guard let other = try Self.openedResult(result.path) else { return .gone }
                    var merged = MergedResult.found
                    try database.inSavepoint {
                        merged = try other.read {
                            try database.merge(result.key, from: $0, replacing: replacing, tolerance: tolerance)
                        }
                        return .commit
                    }
                    return merged
                } catch {
                    return .refused(reason: try Self.refusal(error))
                }
            }
        }
    }

    /// What an error says about a result.
    /// - Throws: the error, where it is not about the result but about a disk or this store.
    private static func refusal(_ error: any Error) throws -> String {
        switch error {
        case let error as DatabaseError:
            guard [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_CONSTRAINT, .SQLITE_ERROR].contains(error.resultCode) else {
                throw error
            }
            return "its file is damaged (\(error.message ?? "SQLite error \(error.resultCode.rawValue)"))"
        case is RowDecodingError: return "a value of its rows cannot be read"
        case StoreError.cannotOpen, StoreError.failed, StoreError.diskFull, StoreError.readOnly, StoreError.busy: throw error
        case let error as StoreError: return "\(error)"
        default: throw error
        }
    }

    /// Nil where there is no such file any more.
    private static func openedResult(_ path: String) throws -> DatabaseQueue? {
        guard NewFiles.isThere(path) else { return nil }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.prepareDatabase { $0.add(function: .sha256) }
        let database: DatabaseQueue
        do {
            database = try DatabaseQueue(path: uri(path, "immutable=1"), configuration: configuration)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CANTOPEN && !NewFiles.isThere(path) {
            // Somebody else has merged and removed it between the two looks.
            return nil
        }
        let version = try database.read { try Migrations.check($0, path: path) }
        guard version == Migrations.latest else {
            throw StoreError.badValue(
                "it was written by an older version of the programs (its format is \(version), this program's is "
                    + "\(Migrations.latest)); run it again with the same programs everywhere")
        }
        return database
    }
}

extension Database {
    /// Merges an artifact of another store, or all its features.
    fileprivate func merge(
        _ key: ArtifactKey?, from other: Database, replacing: Bool, tolerance: (EncoderIdentity) -> Float
    ) throws -> MergedResult {
        guard let key else { return try mergeFeatures(from: other, replacing: replacing, tolerance: tolerance) }
        guard let theirs = try other.rows(ofArtifact: key) else { return .refused(reason: "it does not hold \(key.short)") }
        guard theirs.blobsAreWhole else { return .refused(reason: "its bytes are not those that were written") }
        let mine = try rows(ofArtifact: key)
        if let mine, !replacing {
            guard mine.holdsTheSame(as: theirs) else {
                return .refused(
                    reason: "the store has other contents under its key, \(key.short); rerun in one place what differs")
            }
            return .found
        }
        if mine == nil { try insert(theirs) } else { try replace(key, with: theirs) }
        if let id = try artifactID(key), let kind = try other.artifact(key)?.recipe.kind.rawValue,
            let problem = try readableProblem(ofArtifact: id, key.description, kind: kind)
        {
            throw StoreError.badValue(problem)
        }
        try execute(sql: "DELETE FROM checkpoint WHERE key = ?", arguments: [key.description])
        try execute(sql: "DELETE FROM failure WHERE key = ?", arguments: [key.description])
        return .merged
    }

    /// Merges the features that another store promises, image by image.
    private func mergeFeatures(
        from other: Database, replacing: Bool, tolerance: (EncoderIdentity) -> Float
    ) throws -> MergedResult {
        let sets = try Row.fetchAll(other, sql: "SELECT id, key FROM artifact WHERE kind = 'embeddings'")
        guard let row = sets.first, sets.count == 1 else { return .refused(reason: "it does not hold one set of features") }
        let id: Int64 = try row.value("id"), (set, manifestID, encoderID) = try other.embeddingSet(id: id)
        for (id, key, kind) in [(manifestID, set.manifest, ArtifactKind.images), (id, try row.digest("key"), .embeddings)] {
            if let problem = try other.readableProblem(ofArtifact: id, key.description, kind: kind.rawValue) {
                return .refused(reason: problem)
            }
        }
        try copyEncoder(set.encoder, from: other)
        let before = totalChangesCount, mine = try self.encoderID(set.encoder)
        guard let encoder = try self.encoder(set.encoder).map({ try EncoderIdentity($0) }) else {
            throw StoreError.unknownEncoder(set.encoder)
        }
        try mergeVectors(
            from: other, encoderID: (encoderID, mine), encoder: encoder.name, replacing: replacing, within: tolerance(encoder))
        if set.hasStatistics { try mergeStatistics(from: other, encoderID: (encoderID, mine), replacing: replacing) }
        return totalChangesCount > before ? .merged : .found
    }

    private func mergeVectors(
        from other: Database, encoderID: (theirs: Int64, mine: Int64), encoder: String, replacing: Bool,
        within tolerance: Float
    ) throws {
        let known = try makeStatement(
            sql: "SELECT sha256, norm, vector FROM embedding WHERE encoder_id = ? AND view_id = ? AND image_id = ?")
        let insertion = try makeStatement(
            sql: "INSERT INTO embedding (encoder_id, view_id, image_id, vector, sha256, norm) VALUES (?, ?, ?, ?, ?, ?)")
        let replacement = try makeStatement(
            sql: "UPDATE embedding SET vector = ?, sha256 = ?, norm = ? WHERE encoder_id = ? AND view_id = ? AND image_id = ?")
        try forEachView(in: "embedding", "vector, norm", of: other, encoderID: encoderID.theirs) { row, view, viewID, imageID in
            let vector: Data = try row.value("vector"), norm: Double? = try row.value("norm")
            let digest: Data = try row.value("sha256")
            guard vector.sha256(withNorm: norm) == digest else {
                throw StoreError.badValue("its features are not those that were written")
            }
            let place = (encoderID: encoderID.mine, viewID: viewID, imageID: imageID)
            let arguments: StatementArguments = [place.encoderID, place.viewID, place.imageID]
            guard let mine = try Row.fetchOne(known, arguments: arguments) else {
                return try insertion.execute(arguments: arguments + [vector, digest, norm])
            }
            if try mine.value("sha256") == digest { return }
            if replacing { return try replacement.execute(arguments: [vector, digest, norm] + arguments) }
            let image = ImageView(image: try row.digest("image"), view: view)
            let mineHasNorm = try mine.value("norm") as Double? != nil
            if let norm, !mineHasNorm {
                _ = try fillNorm(Float(norm), of: vector, at: place, of: image, within: tolerance)
            } else if try norm != nil || mine.value("vector") != vector {
                throw try StoreError.otherVector(image: path(of: image.image), view: view, encoder: encoder)
            }
        }
    }

    private func mergeStatistics(
        from other: Database, encoderID: (theirs: Int64, mine: Int64), replacing: Bool
    ) throws {
        let known = try makeStatement(
            sql: "SELECT sha256 FROM block_statistic WHERE encoder_id = ? AND view_id = ? AND image_id = ?")
        let insertion = try makeStatement(
            sql: "INSERT INTO block_statistic (encoder_id, view_id, image_id, numbers, sha256) VALUES (?, ?, ?, ?, ?)")
        let replacement = try makeStatement(
            sql: "UPDATE block_statistic SET numbers = ?, sha256 = ? WHERE encoder_id = ? AND view_id = ? AND image_id = ?")
        try forEachView(in: "block_statistic", "numbers", of: other, encoderID: encoderID.theirs) {
            row, view, viewID, imageID in
            let numbers: Data = try row.value("numbers"), digest: Data = try row.value("sha256")
            guard numbers.sha256 == digest else {
                throw StoreError.badValue("its block statistics are not those that were written")
            }
            let place: StatementArguments = [encoderID.mine, viewID, imageID]
            guard let mine = try Data.fetchOne(known, arguments: place) else {
                return try insertion.execute(arguments: place + [numbers, digest])
            }
            if replacing { return try replacement.execute(arguments: [numbers, digest] + place) }
            guard mine == digest else {
                throw try StoreError.badValue(
                    "the store has other block statistics of “\(path(of: row.digest("image")))” (view \(view))")
            }
        }
    }

    /// Steps through the rows of a table with a row for each image and view of an encoder, in another store.
    /// - Parameter body: gets the row, its view, and the numbers that its view and image have here.
    private func forEachView(
        in table: String, _ columns: String, of other: Database, encoderID: Int64,
        _ body: (_ row: Row, _ view: String, _ viewID: Int64, _ imageID: Int64) throws -> Void
    ) throws {
        let rows = try Row.fetchCursor(
            other,
            sql: """
                SELECT \(columns), theirs.sha256, image_view.name AS view, image.sha256 AS image FROM \(table) AS theirs
                JOIN image_view ON image_view.id = view_id JOIN image ON image.id = image_id
                WHERE encoder_id = ? ORDER BY theirs.id
                """, arguments: [encoderID])
        var viewIDs: [String: Int64] = [:]
        while let row = try rows.next() {
            let view: String = try row.value("view")
            let viewID = try viewIDs[view] ?? viewID(view)
            viewIDs[view] = viewID
            guard let imageID = try imageID(row.digest("image"), adding: true) else { continue }
            try body(row, view, viewID, imageID)
        }
    }
}

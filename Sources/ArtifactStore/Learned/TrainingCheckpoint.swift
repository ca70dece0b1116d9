import Datasets
import Foundation
import GRDB

/// The state of a training that is under way.
public struct TrainingCheckpoint: Hashable, Sendable {
    /// How far it is, such as `{"epoch": 12}`, for people and for `spg status`.
    public var progress: JSONValue
    /// Whatever the training needs to go on.
    public var payload: Data

    public init(progress: JSONValue, payload: Data) {
        self.progress = progress
        self.payload = payload
    }
}

extension ArtifactStore {
    /// Keeps the state of the training that will make an artifact, in place of an earlier one. Writing the artifact
    /// deletes it.
    /// - Throws: `StoreError.badValue` for one that is larger than SQLite takes.
    public func save(_ checkpoint: TrainingCheckpoint, for key: ArtifactKey) throws {
        guard checkpoint.payload.count <= StoredFile.largestSize else {
            throw StoreError.badValue("a training's state of \(checkpoint.payload.count) bytes is larger than a store takes")
        }
        try writing { database in
            try database.execute(
                sql: "INSERT OR REPLACE INTO checkpoint (key, progress, sha256, payload) VALUES (?, ?, ?, ?)",
                arguments: [
                    key.description, checkpoint.progress.canonicalText, checkpoint.payload.sha256, checkpoint.payload,
                ])
        }
    }

    /// The state from which the training that will make an artifact can go on, or nil where there is none.
    /// - Throws: `StoreError.badValue` where it is not the one that was kept.
    public func checkpoint(for key: ArtifactKey) throws -> TrainingCheckpoint? {
        try reading { database in
            try Row.fetchOne(
                database, sql: "SELECT progress, sha256, payload FROM checkpoint WHERE key = ?",
                arguments: [key.description]
            ).map {
                try TrainingCheckpoint(
                    progress: JSONValue(parsing: $0.value("progress")),
                    payload: $0.wholeBlob("payload", "the kept state of \(key.short)"))
            }
        }
    }

    /// Forgets the state of a training, which then begins anew.
    /// - Throws: `StoreError` where the store cannot be written: it is full, busy, or open for reading only.
    public func discardCheckpoint(for key: ArtifactKey) throws {
        try writing { try $0.execute(sql: "DELETE FROM checkpoint WHERE key = ?", arguments: [key.description]) }
    }

    /// How far the training that will make an artifact is, or nil where no checkpoint of it is kept.
    /// - Throws: `StoreError` where the store cannot be read, or a value in it is damaged.
    public func progress(of key: ArtifactKey) throws -> JSONValue? {
        try reading { database in
            try String.fetchOne(
                database.cachedStatement(sql: "SELECT progress FROM checkpoint WHERE key = ?"), arguments: [key.description]
            ).map { try JSONValue(parsing: $0) }
        }
    }
}

import Datasets
import GRDB

/// Why an artifact could not be made when it was last tried.
public struct Failure: Hashable, Sendable {
    /// ISO 8601, UTC.
    public let failed: String
    public let message: String
}

extension ArtifactStore {
    /// Notes why an artifact could not be made, in place of an earlier note. Writing the artifact deletes it.
    /// - Throws: `StoreError` where the store cannot be written: it is full, busy, or open for reading only.
    public func recordFailure(_ message: String, of key: ArtifactKey) throws {
        try writing { database in
            try database.execute(
                sql: "INSERT OR REPLACE INTO failure (key, message) VALUES (?, ?)",
                arguments: [key.description, message])
        }
    }

    /// The last failure to make an artifact that is still not there, or nil.
    /// - Throws: `StoreError` where the store cannot be read, or a value in it is damaged.
    public func failure(of key: ArtifactKey) throws -> Failure? {
        try reading { database in
            try Row.fetchOne(
                database.cachedStatement(sql: "SELECT failed, message FROM failure WHERE key = ?"),
                arguments: [key.description]
            ).map { try Failure(failed: $0.value("failed"), message: $0.value("message")) }
        }
    }
}

import Datasets
import GRDB

/// Where an artifact that a pipeline asks for stands.
public struct Standing: Sendable {
    public let key: ArtifactKey
    /// When it was made, as ISO 8601 in UTC, and how long that took; nil where it is not there.
    public let made: (created: String, seconds: Double)?
    /// Why it could not be made when it was last tried.
    public let failure: String?
    /// When the state of its training was kept last, and how far that is; nil where none is.
    public let checkpoint: (saved: String, progress: JSONValue)?
}

extension ArtifactStore {
    /// Where everything stands that a pipeline's latest plan asks for, in the plan's order. Nothing large is read.
    /// - Throws: `StoreError`.
    public func standings(ofPipeline name: String) throws -> [Standing] {
        try reading { database in
            try Row.fetchAll(
                database.cachedStatement(
                    sql: """
                        SELECT pipeline_instance.key, artifact.created, artifact.seconds, failure.message, checkpoint.saved,
                               checkpoint.progress
                        FROM pipeline_instance
                        LEFT JOIN artifact ON artifact.key = pipeline_instance.key
                        LEFT JOIN failure ON failure.key = pipeline_instance.key
                        LEFT JOIN checkpoint ON checkpoint.key = pipeline_instance.key
                        WHERE pipeline = ? ORDER BY position
                        """), arguments: [name]
            ).map { row in
                let created: String? = try row.value("created"), saved: String? = try row.value("saved")
                return try Standing(
                    key: row.digest("key"),
                    made: created.map { ($0, try row.value("seconds", in: Limits.seconds)) },
                    failure: row.value("message"),
                    checkpoint: saved.map { ($0, try JSONValue(parsing: row.value("progress"))) })
            }
        }
    }

    /// What was asked for last of a pipeline; nil for one that was never run.
    /// - Throws: `StoreError`.
    public func lastRequest(ofPipeline name: String) throws -> PastRequest? {
        try reading { database in
            try Row.fetchOne(
                database.cachedStatement(
                    sql: """
                        SELECT pipeline, file, edits, asked FROM request WHERE pipeline = ? ORDER BY asked DESC, id DESC LIMIT 1
                        """), arguments: [name]
            ).map { try $0.pastRequest() }
        }
    }
}

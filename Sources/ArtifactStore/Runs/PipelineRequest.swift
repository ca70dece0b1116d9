import Datasets
import Foundation
import GRDB

/// What a run asked for: a pipeline, as a file described it, with the values that the command line gave in place of the file's.
public struct PipelineRequest: Hashable, Sendable {
    public var pipeline: String
    /// The file's path; nil where it is not known.
    public var file: String?
    /// Such as `stages.prompts.with.epochs=5`, in the order of the command line.
    public var edits: [String]

    public init(pipeline: String, file: String?, edits: [String]) {
        self.pipeline = pipeline
        self.file = file
        self.edits = edits
    }
}

/// A request, and when it was made last.
public struct PastRequest: Hashable, Sendable {
    public let request: PipelineRequest
    /// ISO 8601, UTC.
    public let asked: String

    public init(request: PipelineRequest, asked: String) {
        self.request = request
        self.asked = asked
    }
}

extension ArtifactStore {
    /// Remembers what a run asks for, so that nothing of it is taken for garbage: each plan of a pipeline once, with the time
    /// at which it was asked for last.
    /// - Throws: `StoreError` where the store cannot be written: it is full, busy, or open for reading only.
    public func record(_ request: PipelineRequest, for keys: [ArtifactKey]) throws {
        let keys = Set(keys.map(\.description)).sorted()
        let plan = Digest(of: Data(keys.joined(separator: "\n").utf8))
        try writing { database in
            let id = try Int64.fetchOne(
                database,
                sql: """
                    INSERT INTO request (pipeline, file, edits, plan) VALUES (?, ?, ?, ?)
                    ON CONFLICT (pipeline, edits, plan) DO UPDATE SET file = excluded.file, asked = excluded.asked
                    RETURNING id
                    """,
                arguments: [
                    request.pipeline, request.file, JSONValue.array(request.edits.map(JSONValue.string)).canonicalText,
                    Data(plan.bytes),
                ])
            let isKnown = try Bool.fetchOne(
                database, sql: "SELECT EXISTS (SELECT 1 FROM request_key WHERE request_id = ?)", arguments: [id])
            guard isKnown != true else { return }
            let statement = try database.cachedStatement(sql: "INSERT INTO request_key (key, request_id) VALUES (?, ?)")
            for key in keys { try statement.execute(arguments: [key, id]) }
        }
    }
}

extension Database {
    /// The last request for each of some artifacts that were asked for.
    func lastRequests(for artifacts: [Int64]) throws -> [ArtifactKey: PastRequest] {
        // Of a group with one max(), SQLite takes the other columns from the row that has it.
        let rows = try Row.fetchAll(
            self,
            sql: """
                SELECT artifact.key, pipeline, file, edits, max(asked) AS asked
                FROM artifact JOIN request_key USING (key) JOIN request ON request.id = request_id
                WHERE artifact.id IN (SELECT value FROM json_each(?)) GROUP BY artifact.id
                """, arguments: [artifacts.json])
        return try Dictionary(
            uniqueKeysWithValues: rows.map { row in
                (try row.digest("key"), try row.pastRequest())
            })
    }
}

extension Row {
    /// A request of the columns `pipeline`, `file`, `edits` and `asked`.
    func pastRequest() throws -> PastRequest {
        let request = PipelineRequest(
            pipeline: try value("pipeline"), file: try value("file"),
            edits: try JSONValue(parsing: value("edits")).decoded(as: [String].self))
        return PastRequest(request: request, asked: try value("asked"))
    }
}

import Datasets
import Foundation
import GRDB

/// What is to be kept of a store.
public struct NeededPipelines: Hashable, Sendable {
    /// Pipelines by name: all that they have ever asked for is needed.
    public var names: [String]
    /// Artifacts that they ask for as their files are now, by the pipelines' names.
    public var planned: [String: [ArtifactKey]]
    /// If not nil, of what they have asked for, only what they did since then, what each asked for last, and what it did last
    /// without other values than its file's. ISO 8601, UTC; a date alone will do.
    public var since: String?

    public init(names: [String], planned: [String: [ArtifactKey]] = [:], since: String? = nil) {
        self.names = names
        self.planned = planned
        self.since = since
    }

    /// The names of all.
    var all: [String] { Set(names + planned.keys).sorted() }
}

/// What a store holds that no named pipeline needs.
public struct Garbage: Hashable, Sendable {
    /// Artifacts that the pipelines neither ask for nor make theirs from, oldest first.
    public let artifacts: [RemovedArtifact]
    /// Who asked for them last, of those that a run has ever asked for.
    public let requests: [ArtifactKey: PastRequest]
    /// Features that only those artifacts cover, or that an abandoned extraction left.
    public let embeddings: Int
    public let embeddingBytes: Int
    /// Block statistics, likewise.
    public let statistics: Int
    public let statisticsBytes: Int
    /// Trainings that were stopped, and failures, of artifacts that the pipelines do not ask for.
    public let checkpoints: Int
    public let failures: Int
    /// Files whose digests are remembered and that are not there any more.
    public let files: Int
    /// Pipelines that are not named: what they consisted of is forgotten.
    public let pipelines: [String]

    public var isEmpty: Bool {
        artifacts.isEmpty && embeddings == 0 && statistics == 0 && checkpoints == 0 && failures == 0 && files == 0
            && pipelines.isEmpty
    }
}

extension ArtifactStore {
    /// Finds what no named pipeline needs, and deletes it if asked to, in one transaction.
    ///
    /// A pipeline needs all that runs of it have ever asked for (or since some time), with whatever values, all that this was
    /// made from, and its checkpoints and failures. While some of what it asked for last is still to be made, the latest images
    /// of every domain and the features that an extraction has made so far are kept too.
    /// - Throws: `StoreError.unknownPipeline`, and nothing is deleted.
    @discardableResult
    public func collectGarbage(keeping needed: NeededPipelines, deleting: Bool) throws -> Garbage {
        let body = { (database: Database) in
            let plan = try GarbagePlan(keeping: needed, in: database)
            if deleting { try plan.delete(from: database) }
            return plan.garbage
        }
        return deleting ? try writing(body) : try reading(body)
    }

    /// Gives the space of deleted rows back to the disk. Until then new rows use it.
    /// - Throws: `StoreError.readOnly`; `.diskFull` where there is no room for a copy of what stays; `.busy`.
    public func compact() throws {
        guard !isReadOnly else { throw StoreError.readOnly(path: path) }
        try StoreError.translating(at: path) {
            try database.vacuum()
            try database.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        }
    }
}

/// What is to go, found before anything does.
private struct GarbagePlan {
    let garbage: Garbage
    private let artifacts: [Int64]
    private let embeddings: [Int64], statistics: [Int64]
    private let files: [String]
    private let keptPipelines: String
    /// The keys that are asked for, as JSON.
    private let asked: String

    init(keeping needed: NeededPipelines, in database: Database) throws {
        let known = try String.fetchAll(
            database,
            sql: """
                SELECT pipeline FROM pipeline_instance UNION SELECT pipeline FROM request ORDER BY 1
                """)
        for name in needed.names where !known.contains(name) {
            throw StoreError.unknownPipeline(name, known: known)
        }
        let pipelines = needed.all
        let named = JSONValue.array(pipelines.map(JSONValue.string)).canonicalText
        let (asked, last) = try database.asked(by: named, needed)
        self.asked = asked
        let kept = try Int64.fetchAll(
            database,
            sql: """
                WITH RECURSIVE
                    use (artifact_id, input_id) AS (\(Database.uses)),
                    kept (id) AS (
                        SELECT id FROM artifact WHERE key IN (SELECT value FROM json_each(?))
                        UNION SELECT artifact_id FROM (
                            SELECT artifact_id, row_number() OVER (PARTITION BY dataset, domain ORDER BY recorded DESC) AS age
                            FROM manifest)
                        WHERE age = 1 AND EXISTS (
                            SELECT 1 FROM json_each(?) WHERE value NOT IN (SELECT key FROM artifact))
                        UNION SELECT use.input_id FROM kept JOIN use ON use.artifact_id = kept.id)
                SELECT id FROM kept
                """, arguments: [asked, last]
        ).json
        artifacts = try Int64.fetchAll(
            database, sql: "SELECT id FROM artifact WHERE id NOT IN (SELECT value FROM json_each(?)) ORDER BY id",
            arguments: [kept])
        /// Rows of a table with a row for each image, encoder and view that no artifact to be kept covers.
        func unneeded(_ table: String, _ column: String, sets condition: String) throws -> [Row] {
            try Row.fetchAll(
                database,
                sql: """
                    WITH kept (id) AS (SELECT value FROM json_each(?)),
                        covered (row_id, set_id) AS (
                            SELECT entry.id, embedding_set.artifact_id
                            FROM embedding_set
                            JOIN embedding_set_view ON embedding_set_id = embedding_set.artifact_id
                            JOIN manifest_image ON manifest_image.manifest_id = embedding_set.manifest_id
                            JOIN \(table) AS entry ON entry.encoder_id = embedding_set.encoder_id
                                AND entry.view_id = embedding_set_view.view_id AND entry.image_id = manifest_image.image_id
                            WHERE \(condition))
                    SELECT id, length(\(column)) AS bytes FROM \(table)
                    WHERE id NOT IN (SELECT row_id FROM covered WHERE set_id IN (SELECT id FROM kept))
                        AND (id IN (SELECT row_id FROM covered)
                            OR image_id NOT IN (SELECT image_id FROM manifest_image WHERE manifest_id IN (SELECT id FROM kept)))
                    """, arguments: [kept])
        }
        let rows = try unneeded("embedding", "vector", sets: "true")
        let statisticRows = try unneeded("block_statistic", "numbers", sets: "embedding_set.has_statistics")
        embeddings = rows.map { $0["id"] }
        statistics = statisticRows.map { $0["id"] }
        files = try String.fetchAll(database, sql: "SELECT path FROM file_digest")
            .filter { !FileManager.default.fileExists(atPath: $0) }
        func count(_ table: String, _ condition: String) throws -> Int {
            try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table) WHERE \(condition)", arguments: [asked]) ?? 0
        }
        keptPipelines = named
        garbage = Garbage(
            artifacts: try database.removedArtifacts(artifacts), requests: try database.lastRequests(for: artifacts),
            embeddings: rows.count,
            embeddingBytes: rows.reduce(0) { $0 + $1["bytes"] }, statistics: statisticRows.count,
            statisticsBytes: statisticRows.reduce(0) { $0 + $1["bytes"] }, checkpoints: try count("checkpoint", Self.isOver),
            failures: try count("failure", Self.isUnasked), files: files.count,
            pipelines: known.filter { !pipelines.contains($0) })
    }

    private static let isUnasked = "key NOT IN (SELECT value FROM json_each(?))"
    /// Of a training: nobody asks for it, or what it was to make again is there, by a run that was killed.
    private static let isOver = "(\(isUnasked) OR key IN (SELECT key FROM artifact))"

    /// Of a job: it is over, and nobody asks for anything that it was to make.
    private static let isForgotten =
        "ended IS NOT NULL AND id NOT IN (SELECT job_id FROM job_key WHERE key IN (SELECT value FROM json_each(?)))"

    func delete(from database: Database) throws {
        try database.deleteArtifacts(artifacts)
        try database.execute(
            sql: "DELETE FROM embedding WHERE id IN (SELECT value FROM json_each(?))", arguments: [embeddings.json])
        try database.execute(
            sql: "DELETE FROM block_statistic WHERE id IN (SELECT value FROM json_each(?))", arguments: [statistics.json])
        for (table, condition) in [
            ("checkpoint", Self.isOver), ("failure", Self.isUnasked),
            ("attempt", "key NOT IN (SELECT key FROM artifact) AND \(Self.isUnasked)"),
            ("job", Self.isForgotten),
        ] {
            try database.execute(sql: "DELETE FROM \(table) WHERE \(condition)", arguments: [asked])
        }
        for table in ["pipeline_instance", "pipeline_history", "request"] {
            try database.execute(
                sql: "DELETE FROM \(table) WHERE pipeline NOT IN (SELECT value FROM json_each(?))",
                arguments: [keptPipelines])
        }
        let statement = try database.cachedStatement(sql: "DELETE FROM file_digest WHERE path = ?")
        for path in files { try statement.execute(arguments: [path]) }
        for path in try String.fetchAll(database, sql: "SELECT DISTINCT path FROM seen_domain")
        where !FileManager.default.fileExists(atPath: path) {
            try database.execute(sql: "DELETE FROM seen_domain WHERE path = ?", arguments: [path])
        }
        // What nothing refers to any more.
        try database.execute(
            sql: """
                DELETE FROM image WHERE id NOT IN (SELECT image_id FROM manifest_image)
                    AND id NOT IN (SELECT image_id FROM embedding) AND id NOT IN (SELECT image_id FROM block_statistic);
                DELETE FROM encoder WHERE id NOT IN (SELECT encoder_id FROM embedding)
                    AND id NOT IN (SELECT encoder_id FROM block_statistic)
                    AND id NOT IN (SELECT encoder_id FROM embedding_set);
                DELETE FROM image_view WHERE id NOT IN (SELECT view_id FROM embedding)
                    AND id NOT IN (SELECT view_id FROM block_statistic)
                    AND id NOT IN (SELECT view_id FROM embedding_set_view);
                """)
    }
}

extension Database {
    /// The keys of what is needed by itself, as JSON: all of them, and those that a pipeline asked for last.
    /// - Parameter named: the pipelines' names as JSON.
    fileprivate func asked(by named: String, _ needed: NeededPipelines) throws -> (all: String, last: String) {
        func keys(_ sql: SQL) throws -> Set<String> { try SQLRequest<String>(literal: sql).fetchSet(self) }
        func json(_ keys: Set<String>) -> String { JSONValue.array(keys.sorted().map(JSONValue.string)).canonicalText }
        let last = try keys("SELECT key FROM pipeline_instance WHERE pipeline IN (SELECT value FROM json_each(\(named)))")
            .union(needed.planned.values.joined().map(\.description))
        guard let since = needed.since else {
            return (
                json(
                    last.union(
                        try keys(
                            """
                            SELECT key FROM pipeline_history WHERE pipeline IN (SELECT value FROM json_each(\(named)))
                            UNION SELECT key FROM request JOIN request_key ON request_id = request.id
                                WHERE pipeline IN (SELECT value FROM json_each(\(named)))
                            """))), json(last)
            )
        }
        return (
            json(
                last.union(
                    try keys(
                        """
                        SELECT key FROM request JOIN request_key ON request_id = request.id
                        WHERE pipeline IN (SELECT value FROM json_each(\(named))) AND (asked >= \(since)
                            OR edits = '[]' AND asked = (
                                SELECT max(asked) FROM request AS other WHERE other.pipeline = request.pipeline AND other.edits = '[]'))
                        """))), json(last)
        )
    }
}

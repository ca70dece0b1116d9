import Datasets
import Foundation
import GRDB

/// What a merge has brought into a store.
public struct MergeOutcome: Hashable, Sendable {
    /// New artifacts by kind.
    public internal(set) var artifacts: [String: Int] = [:]
    /// New features.
    public internal(set) var embeddings = 0
    /// Norms of features that were here without.
    public internal(set) var norms = 0
    /// New rows of block statistics.
    public internal(set) var statistics = 0
    /// Pipelines that were unknown here.
    public internal(set) var pipelines: [String] = []
    /// Pipelines that consist of something else here, and stay as they are.
    public internal(set) var keptPipelines: [String] = []
}

extension ArtifactStore {
    /// Copies everything that another store has made and this one lacks: artifacts by key, features by image, encoder and
    /// view, pipelines by name. All of it, in one transaction, or nothing.
    ///
    /// Remembered digests of files, unfinished trainings and failures belong to the machine and stay where they are. Of a
    /// domain that both have seen, what was seen here stays the latest.
    /// - Throws: `StoreError.conflicts`, naming them, where the other store has other contents under an identity that this
    ///   one has too; `.noStore`; `.damaged` where the other store is damaged.
    public func merge(storeAt path: String) throws -> MergeOutcome {
        let other = try ArtifactStore(path: path, readOnly: true)
        if let damage = try other.verify().damages.first {
            throw StoreError.damaged(path: path, reason: "\(damage.subject): \(damage.problem)")
        }
        guard !isReadOnly else { throw StoreError.readOnly(path: self.path) }
        return try StoreError.translating(at: self.path) {
            try database.writeWithoutTransaction { database in
                try database.execute(sql: "ATTACH ? AS other", arguments: [other.uriForReading])
                defer { try? database.execute(sql: "DETACH other") }
                var outcome = MergeOutcome()
                try database.inTransaction(.immediate) {
                    let conflicts = try database.mergeConflicts()
                    guard conflicts.isEmpty else { throw StoreError.conflicts(path: path, conflicts) }
                    outcome = try database.mergeAttached()
                    return .commit
                }
                return outcome
            }
        }
    }
}

extension Database {
    /// Copies from the attached store `other`.
    fileprivate func mergeAttached() throws -> MergeOutcome {
        var outcome = MergeOutcome()
        for row in try Row.fetchAll(
            self,
            sql: """
                SELECT kind, count(*) FROM other.artifact WHERE key NOT IN (SELECT key FROM main.artifact) GROUP BY kind
                """)
        { try outcome.artifacts[row.value(0)] = row.value(1) }
        outcome.pipelines = try String.fetchAll(
            self,
            sql: """
                SELECT DISTINCT pipeline FROM other.pipeline_instance
                WHERE pipeline NOT IN (SELECT pipeline FROM main.pipeline_instance) ORDER BY pipeline
                """)
        outcome.keptPipelines = try String.fetchAll(
            self,
            sql: """
                SELECT DISTINCT pipeline FROM main.pipeline_instance
                WHERE pipeline IN (SELECT pipeline FROM other.pipeline_instance) AND pipeline IN (
                    SELECT pipeline FROM (SELECT * FROM main.pipeline_instance EXCEPT SELECT * FROM other.pipeline_instance)
                    UNION SELECT pipeline FROM (SELECT * FROM other.pipeline_instance EXCEPT SELECT * FROM main.pipeline_instance))
                ORDER BY pipeline
                """)
        let pipelines = JSONValue.array(outcome.pipelines.map(JSONValue.string)).canonicalText
        try execute(sql: Self.newRows, arguments: [pipelines, pipelines])
        let before = totalChangesCount
        try execute(sql: Self.newEmbeddings)
        outcome.embeddings = totalChangesCount - before
        try execute(sql: Self.newNorms)
        outcome.norms = totalChangesCount - before - outcome.embeddings
        try execute(sql: Self.newStatistics)
        outcome.statistics = totalChangesCount - before - outcome.embeddings - outcome.norms
        try execute(sql: Self.newContents)
        return outcome
    }

    /// Rows of the other store get new numbers; `new_artifact` holds the old ones of artifacts that were not here.
    private static let newRows = """
        DROP TABLE IF EXISTS temp.new_artifact;
        CREATE TEMP TABLE new_artifact AS
            SELECT id AS other_id, key FROM other.artifact WHERE key NOT IN (SELECT key FROM main.artifact);
        INSERT OR IGNORE INTO main.image (sha256) SELECT sha256 FROM other.image;
        INSERT OR IGNORE INTO main.image_view (name) SELECT name FROM other.image_view ORDER BY id;
        INSERT OR IGNORE INTO main.encoder (key, name, dimension, parameters, sha256)
            SELECT key, name, dimension, parameters, sha256 FROM other.encoder ORDER BY id;
        CREATE TEMP TABLE without_blocks AS
            SELECT id FROM main.encoder
            WHERE id NOT IN (SELECT encoder_id FROM main.encoder_block) AND sha256 = \(RowDigest.encoder);
        INSERT OR IGNORE INTO main.encoder_block (encoder_id, block, first, width)
            SELECT encoder.id, theirs.block, theirs.first, theirs.width FROM other.encoder_block AS theirs
            \(theirEncoder);
        UPDATE main.encoder SET sha256 = \(RowDigest.encoder) WHERE id IN (SELECT id FROM temp.without_blocks);
        DROP TABLE temp.without_blocks;
        INSERT INTO main.artifact (key, kind, algorithm_version, parameters, created, seconds, bytes)
            SELECT key, kind, algorithm_version, parameters, created, seconds, bytes FROM other.artifact
            WHERE id IN (SELECT other_id FROM new_artifact) ORDER BY id;
        INSERT INTO main.pipeline_instance
            SELECT * FROM other.pipeline_instance WHERE pipeline IN (SELECT value FROM json_each(?));
        INSERT OR IGNORE INTO main.pipeline_history
            SELECT * FROM other.pipeline_history WHERE pipeline IN (SELECT value FROM json_each(?));
        INSERT OR IGNORE INTO main.request (pipeline, file, edits, plan, asked)
            SELECT pipeline, file, edits, plan, asked FROM other.request ORDER BY id;
        INSERT OR IGNORE INTO main.request_key (key, request_id)
            SELECT theirs.key, request.id FROM other.request_key AS theirs
            JOIN other.request AS their_request ON their_request.id = theirs.request_id
            JOIN main.request ON request.pipeline = their_request.pipeline AND request.edits = their_request.edits
                AND request.plan = their_request.plan;
        INSERT OR REPLACE INTO main.attempt SELECT * FROM other.attempt WHERE key IN (SELECT key FROM new_artifact);
        """

    /// Leads from a row of the other store to this store's encoder, view or image.
    static let theirEncoder = """
        JOIN other.encoder AS their_encoder ON their_encoder.id = theirs.encoder_id
        JOIN main.encoder ON encoder.key = their_encoder.key
        """
    static let theirView = """
        JOIN other.image_view AS their_view ON their_view.id = theirs.view_id
        JOIN main.image_view ON image_view.name = their_view.name
        """
    static let theirImage = """
        JOIN other.image AS their_image ON their_image.id = theirs.image_id
        JOIN main.image ON image.sha256 = their_image.sha256
        """

    private static let newEmbeddings = copies(of: "embedding", ["vector", "norm"])
    private static let newStatistics = copies(of: "block_statistic", ["numbers"])
    /// Of features that both have, whose vectors are the same.
    private static let newNorms = """
        UPDATE main.embedding SET norm = theirs.norm, sha256 = theirs.sha256
            FROM other.embedding AS theirs
            \(theirEncoder)
            \(theirView)
            \(theirImage)
            WHERE embedding.encoder_id = encoder.id AND embedding.view_id = image_view.id AND embedding.image_id = image.id
                AND embedding.norm IS NULL AND theirs.norm IS NOT NULL
        """

    /// Copies what is new of a table with a row for each image, encoder and view.
    private static func copies(of table: String, _ columns: [String]) -> String {
        """
        INSERT OR IGNORE INTO main.\(table) (encoder_id, view_id, image_id, \(columns.joined(separator: ", ")), sha256)
            SELECT encoder.id, image_view.id, image.id, \(columns.map { "theirs." + $0 }.joined(separator: ", ")), theirs.sha256
            FROM other.\(table) AS theirs
            \(theirEncoder)
            \(theirView)
            \(theirImage)
            ORDER BY theirs.id
        """
    }

    /// `mine` of an artifact's row there is its row here.
    private static let newContents: String = {
        /// Copies the rows that belong to new artifacts.
        func copy(_ table: String, _ owner: String, _ columns: String, from values: String, _ joins: String = "") -> String {
            """
            INSERT INTO main.\(table) (\(owner), \(columns))
                SELECT mine.id, \(values) FROM other.\(table) AS theirs
                JOIN new_artifact ON new_artifact.other_id = theirs.\(owner)
                JOIN main.artifact AS mine ON mine.key = new_artifact.key
                \(joins);

            """
        }
        func same(_ columns: String) -> String {
            columns.split(separator: ", ").map { "theirs.\($0)" }.joined(separator: ", ")
        }
        func alike(_ table: String, _ owner: String, _ columns: String) -> String {
            copy(table, owner, columns, from: same(columns))
        }
        let theirManifest = """
            JOIN other.artifact AS their_manifest ON their_manifest.id = theirs.manifest_id
            JOIN main.artifact AS manifest ON manifest.key = their_manifest.key
            """
        let theirInput = """
            JOIN other.artifact AS their_input ON their_input.id = theirs.input_id
            JOIN main.artifact AS input ON input.key = their_input.key
            """
        // Seen before all that was seen here, in their own order.
        let recorded = """
            theirs.recorded - (SELECT max(recorded) FROM other.manifest)
                + (SELECT coalesce(min(recorded), 1) FROM main.manifest) - 1
            """
        return copy(
            "artifact_input", "artifact_id", "position, role, input_id",
            from: "theirs.position, theirs.role, input.id", theirInput)
            // Of all at once: the least number here must not change meanwhile.
            + "CREATE TEMP TABLE new_manifest AS SELECT theirs.artifact_id, \(recorded) AS recorded FROM other.manifest AS theirs;\n"
            + copy(
                "manifest", "artifact_id", "dataset, domain, recorded",
                from: "theirs.dataset, theirs.domain, new_manifest.recorded",
                "JOIN new_manifest ON new_manifest.artifact_id = theirs.artifact_id")
            + "DROP TABLE temp.new_manifest;\n"
            + alike("manifest_class", "manifest_id", "label, name")
            + copy(
                "manifest_image", "manifest_id", "position, image_id, label, path",
                from: "theirs.position, image.id, theirs.label, theirs.path", theirImage)
            + copy(
                "embedding_set", "artifact_id", "manifest_id, encoder_id, has_statistics",
                from: "manifest.id, encoder.id, theirs.has_statistics", theirManifest + "\n" + theirEncoder)
            + copy(
                "embedding_set_view", "embedding_set_id", "position, view_id", from: "theirs.position, image_view.id",
                theirView)
            + alike(
                "prompt", "artifact_id",
                "method, domain, seed, context_length, width, vectors, sha256, validation_accuracy")
            + alike("generator", "artifact_id", "method, domain, seed, validation_accuracy")
            + alike("tensor", "artifact_id", "name, shape, sha256, vector")
            + alike("metric", "artifact_id", "epoch, name, value")
            + alike("file", "artifact_id", "name, file_name, sha256, content")
            + copy(
                "evaluation", "artifact_id", "manifest_id, method, seed, images, accuracy",
                from: "manifest.id, theirs.method, theirs.seed, theirs.images, theirs.accuracy", theirManifest)
            + alike("prediction", "evaluation_id", "position, predicted, probability, spread")
            + alike("artifact_digest", "artifact_id", "sha256")
                + """
                DELETE FROM main.checkpoint WHERE key IN (SELECT key FROM new_artifact);
                DELETE FROM main.failure WHERE key IN (SELECT key FROM new_artifact);
                DROP TABLE temp.new_artifact;
                """
    }()
}

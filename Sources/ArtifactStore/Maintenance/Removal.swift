import Datasets
import Foundation
import GRDB

extension Database {
    /// Which artifact is made from which: the inputs of recipes, and the manifests that embeddings and evaluations are about,
    /// which are others than their input where unreadable images were left out.
    static let uses = """
        SELECT artifact_id, input_id FROM artifact_input
        UNION ALL SELECT artifact_id, manifest_id FROM embedding_set
        UNION ALL SELECT artifact_id, manifest_id FROM evaluation
        """

    /// The artifacts that damage spoils, and everything made from them: it may have been made from the damage.
    func artifactsToRemove(_ damages: [StoreDamage]) throws -> [Int64] {
        var rows: [Int64] = [], features: [Int64] = [], statistics: [Int64] = []
        for damage in damages {
            switch damage.place {
            case .artifact(let id): rows.append(id)
            case .embedding(let id): features.append(id)
            case .blockStatistic(let id): statistics.append(id)
            case .encoder(let id):
                rows += try Int64.fetchAll(
                    self, sql: "SELECT artifact_id FROM embedding_set WHERE encoder_id = ?", arguments: [id])
            case .checkpoint, .remembered, .file: break
            }
        }
        rows += try sets(covering: features, of: "embedding")
        rows += try sets(covering: statistics, of: "block_statistic").filter { id in
            try Bool.fetchOne(
                self, sql: "SELECT has_statistics FROM embedding_set WHERE artifact_id = ?", arguments: [id]) ?? false
        }
        return try Int64.fetchAll(
            self,
            sql: """
                WITH RECURSIVE use (artifact_id, input_id) AS (\(Self.uses)), lost (id) AS (
                    SELECT value FROM json_each(?)
                    UNION SELECT use.artifact_id FROM lost JOIN use ON use.input_id = lost.id
                )
                SELECT id FROM lost ORDER BY id
                """, arguments: [rows.json])
    }

    /// The embeddings artifacts that cover some rows of a table with a row for each image, encoder and view.
    private func sets(covering rows: [Int64], of table: String) throws -> [Int64] {
        try Int64.fetchAll(
            self,
            sql: """
                SELECT DISTINCT embedding_set.artifact_id FROM json_each(?) AS damaged
                JOIN \(table) AS entry ON entry.id = damaged.value
                JOIN manifest_image ON manifest_image.image_id = entry.image_id
                JOIN embedding_set ON embedding_set.manifest_id = manifest_image.manifest_id
                    AND embedding_set.encoder_id = entry.encoder_id
                JOIN embedding_set_view ON embedding_set_id = embedding_set.artifact_id
                    AND embedding_set_view.view_id = entry.view_id
                """, arguments: [rows.json])
    }

    /// Deletes artifacts with all their rows. What was made from them must be among them.
    func deleteArtifacts(_ rows: [Int64]) throws {
        // Inputs may go before what was made from them, as long as all are gone in the end.
        try execute(sql: "PRAGMA defer_foreign_keys = ON")
        try execute(sql: "DELETE FROM artifact WHERE id IN (SELECT value FROM json_each(?))", arguments: [rows.json])
    }

    /// Deletes an encoder that no artifact is of any more, with its features: under which identity they belong is not known.
    func deleteEncoder(_ id: Int64) throws {
        for table in ["embedding", "block_statistic"] {
            try execute(sql: "DELETE FROM \(table) WHERE encoder_id = ?", arguments: [id])
        }
        try execute(sql: "DELETE FROM encoder WHERE id = ?", arguments: [id])
    }

    /// What is known of some artifacts, in the order in which they were made.
    func removedArtifacts(_ rows: [Int64]) throws -> [RemovedArtifact] {
        try Row.fetchAll(
            self,
            sql: """
                SELECT key, kind, seconds, bytes, (
                    SELECT json_group_array(name) FROM (
                        SELECT pipeline || '/' || stage || coalesce((
                            SELECT group_concat('/' || axis.key || '=' || axis.value, '') FROM json_each(cell) AS axis), '') AS name
                        FROM pipeline_history WHERE pipeline_history.key = artifact.key ORDER BY name)) AS names
                FROM artifact WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id
                """, arguments: [rows.json]
        ).map {
            // Its figures may be what is damaged.
            try RemovedArtifact(
                key: $0.digest("key"), kind: ArtifactKind(rawValue: $0.value("kind")) ?? .images,
                names: JSONValue(parsing: $0.value("names")).decoded(as: [String].self),
                seconds: (try? $0.value("seconds", in: Limits.seconds)) ?? 0,
                bytes: (try? $0.value("bytes", in: Limits.bytes)) ?? 0)
        }
    }
}

extension [Int64] {
    /// As an argument for `json_each`, which has no limit as lists of parameters have.
    var json: String { "[" + map(String.init).joined(separator: ",") + "]" }
}

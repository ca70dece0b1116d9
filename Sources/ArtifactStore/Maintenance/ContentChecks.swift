import Datasets
import Foundation
import GRDB

extension Database {
    /// Computes anew whatever an artifact's rows say about themselves: its key from its recipe, a manifest's digest from its
    /// images, an evaluation's accuracy from its predictions, and whether all features of an embeddings artifact are there.
    func checkArtifacts(_ result: inout StoreVerification) throws {
        for row in try Row.fetchAll(self, sql: "SELECT id, key, kind FROM artifact ORDER BY id") {
            let id: Int64 = row["id"], kind: String = row["kind"], text: String = row["key"]
            result.artifacts += 1
            if let problem = try problem(ofArtifact: id, text, kind: kind) {
                let article = "aeio".contains(kind.prefix(1)) ? "the \(kind) artifact" : "the \(kind)"
                result.add("\(article) \(text.prefix(12))", problem, .artifact(id))
            }
        }
    }

    private func problem(ofArtifact id: Int64, _ text: String, kind: String) throws -> String? {
        guard let key = Digest(text), let artifact = try? artifact(key) else {
            return "its key, its kind or its parameters cannot be read"
        }
        guard artifact.recipe.key == key else { return "its parameters or inputs are not those that its key stands for" }
        switch artifact.recipe.kind {
        case .images:
            guard let manifest = try? manifest(id: id), manifest.recipe.key == key else {
                return "its images are not those that its key stands for"
            }
        case .embeddings: return try missingFeatures(ofSet: id)
        case .prompt:
            guard try hasRow("prompt", id) else { return "it has no contents" }
        case .generator:
            guard try hasRow("generator", id) else { return "it has no contents" }
        case .files: break  // One that only writes metrics has none.
        case .evaluation:
            let agrees = try Bool.fetchOne(self, sql: """
                SELECT images = count(*) AND accuracy = avg(predicted = label)
                FROM evaluation
                JOIN prediction ON evaluation_id = artifact_id
                JOIN manifest_image ON manifest_image.manifest_id = evaluation.manifest_id
                    AND manifest_image.position = prediction.position
                WHERE artifact_id = ?
                """, arguments: [id])
            guard agrees == true else { return "its accuracy is not that of its predictions" }
        }
        return nil
    }

    private func hasRow(_ table: String, _ id: Int64) throws -> Bool {
        try Bool.fetchOne(self, sql: "SELECT 1 FROM \(table) WHERE artifact_id = ?", arguments: [id]) ?? false
    }

    private func missingFeatures(ofSet id: Int64) throws -> String? {
        guard let hasStatistics = try Bool.fetchOne(
            self, sql: "SELECT has_statistics FROM embedding_set WHERE artifact_id = ?", arguments: [id])
        else { return "it has no contents" }
        if let problem = try missing("features", in: "embedding", ofSet: id) { return problem }
        return hasStatistics ? try missing("block statistics", in: "block_statistic", ofSet: id) : nil
    }

    private func missing(_ noun: String, in table: String, ofSet id: Int64) throws -> String? {
        let missing = try Row.fetchOne(self, sql: """
            SELECT count(*) AS images, min(path) AS path
            FROM embedding_set
            JOIN embedding_set_view ON embedding_set_id = artifact_id
            JOIN manifest_image ON manifest_image.manifest_id = embedding_set.manifest_id
            LEFT JOIN \(table) AS entry ON entry.encoder_id = embedding_set.encoder_id
                AND entry.view_id = embedding_set_view.view_id AND entry.image_id = manifest_image.image_id
            WHERE artifact_id = ? AND entry.id IS NULL
            """, arguments: [id])
        guard let missing, missing["images"] > 0 else { return nil }
        return "\(noun) of \(missing["images"] as Int) images are missing, the first being “\(missing["path"] as String)”"
    }
}

import Datasets
import Foundation
import GRDB

extension Database {
    /// Computes anew whatever an artifact's rows say about themselves: its key from its recipe, a manifest's digest from its
    /// images, an evaluation's accuracy from its predictions, whether all features of an embeddings artifact are there, and
    /// the digest over all of them.
    func checkArtifacts(_ result: inout StoreVerification) throws {
        for row in try Row.fetchAll(self, sql: "SELECT id, key, kind FROM artifact ORDER BY id") {
            let id: Int64 = try row.value("id"), kind = row.text("kind"), text = row.text("key")
            result.artifacts += 1
            if let problem = try readableProblem(ofArtifact: id, text, kind: kind) {
                let article = "aeio".contains(kind.prefix(1)) ? "the \(kind) artifact" : "the \(kind)"
                result.add("\(article) \(text.prefix(12))", problem, .artifact(id))
            }
        }
    }

    /// Computes the digests of encoders anew.
    func checkEncoders(_ result: inout StoreVerification) throws {
        for row in try Row.fetchAll(self, sql: "SELECT *, sha256 IS \(RowDigest.encoder) AS is_sealed FROM encoder") {
            let isKeyed = try? EncoderIdentity(row).key == row.digest("key")
            guard try isKeyed != true || !row.value("is_sealed") else { continue }
            result.add(
                "the encoder \(row.text("name"))@\(row.text("key").prefix(12))",
                "its name, dimension or parameters are not those that were written", .encoder(try row.value("id")))
        }
    }

    /// Computes the digests of what is remembered of files anew.
    func checkRememberedFiles(_ result: inout StoreVerification) throws {
        for (table, digest, noun) in [
            ("file_digest", RowDigest.file, "file"), ("seen_domain", RowDigest.domain, "folder"),
        ] {
            let paths = try String.fetchAll(self, sql: "SELECT path FROM \(table) WHERE row_sha256 IS NOT \(digest)")
            for path in paths {
                result.add(
                    "the record of the \(noun) \(path)", "it differs from what was written",
                    .remembered(table: table, path: path))
            }
        }
    }

    /// What is wrong with an artifact, be it that it cannot be read.
    func readableProblem(ofArtifact id: Int64, _ text: String, kind: String) throws -> String? {
        do {
            return try problem(ofArtifact: id, text, kind: kind)
        } catch is RowDecodingError {
            return "a value of its rows cannot be read"
        } catch StoreError.badValue(let problem) {
            return problem
        }
    }

    private func problem(ofArtifact id: Int64, _ text: String, kind: String) throws -> String? {
        guard let key = Digest(text), let artifact = try? artifact(key) else {
            return "its key, its kind or its parameters cannot be read"
        }
        guard artifact.recipe.key == key else { return "its parameters or inputs do not match its key" }
        switch artifact.recipe.kind {
        case .images:
            guard let manifest = try? manifest(id: id), manifest.recipe.key == key else {
                return "its images do not match its key"
            }
        case .embeddings:
            if let problem = try missingFeatures(ofSet: id) { return problem }
        case .prompt:
            guard try hasRow("prompt", id) else { return "it has no contents" }
        case .generator:
            guard try hasRow("generator", id) else { return "it has no contents" }
        case .files:  // One that only writes metrics has none.
            let names = try String.fetchAll(self, sql: "SELECT file_name FROM file WHERE artifact_id = ?", arguments: [id])
            if let name = names.first(where: { !StoredFile.isPlain($0) }) {
                return "“\(name)” is not a plain file name"
            }
        case .evaluation:
            let agrees = try Bool.fetchOne(
                self,
                sql: """
                    SELECT images = count(*) AND accuracy = avg(predicted = label)
                    FROM evaluation
                    JOIN prediction ON evaluation_id = artifact_id
                    JOIN manifest_image ON manifest_image.manifest_id = evaluation.manifest_id
                        AND manifest_image.position = prediction.position
                    WHERE artifact_id = ?
                    """, arguments: [id])
            guard agrees == true else { return "its accuracy is not that of its predictions" }
        }
        return try isAsSealed(id) ? nil : "its rows are not those that were written"
    }

    private func hasRow(_ table: String, _ id: Int64) throws -> Bool {
        try Bool.fetchOne(self, sql: "SELECT 1 FROM \(table) WHERE artifact_id = ?", arguments: [id]) ?? false
    }

    private func missingFeatures(ofSet id: Int64) throws -> String? {
        guard
            let hasStatistics = try Bool.fetchOne(
                self, sql: "SELECT has_statistics FROM embedding_set WHERE artifact_id = ?", arguments: [id])
        else { return "it has no contents" }
        if let problem = try missing("features", in: "embedding", ofSet: id) { return problem }
        return hasStatistics ? try missing("block statistics", in: "block_statistic", ofSet: id) : nil
    }

    private func missing(_ noun: String, in table: String, ofSet id: Int64) throws -> String? {
        let missing = try Row.fetchOne(
            self,
            sql: """
                SELECT count(*) AS images, min(path) AS path
                FROM embedding_set
                JOIN embedding_set_view ON embedding_set_id = artifact_id
                JOIN manifest_image ON manifest_image.manifest_id = embedding_set.manifest_id
                LEFT JOIN \(table) AS entry ON entry.encoder_id = embedding_set.encoder_id
                    AND entry.view_id = embedding_set_view.view_id AND entry.image_id = manifest_image.image_id
                WHERE artifact_id = ? AND entry.id IS NULL
                """, arguments: [id])
        guard let missing, try missing.value("images") > 0 else { return nil }
        return
            "\(noun) of \(try missing.value("images") as Int) images are missing, the first being “\(try missing.value("path") as String)”"
    }
}

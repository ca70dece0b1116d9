import Datasets
import GRDB

/// One row of the view `results`: the accuracy of one method on one target domain.
public struct ResultRow: Hashable, Sendable {
    public let method: String
    public let target: String
    public let seed: Int?
    /// In 0...1.
    public let accuracy: Double
    public let images: Int
    public let evaluation: ArtifactKey
}

extension ArtifactStore {
    /// The evaluations of a pipeline that are done, in the pipeline's order.
    /// - Throws: `StoreError` where the store cannot be read, or a value in it is damaged.
    public func results(ofPipeline name: String) throws -> [ResultRow] {
        try reading { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT coalesce(title, stage) AS method, domain, coalesce(cell ->> '$.seed', seed) AS seed,
                           accuracy, images, artifact.key
                    FROM pipeline_instance
                    JOIN artifact ON artifact.key = pipeline_instance.key
                    JOIN evaluation ON evaluation.artifact_id = artifact.id
                    JOIN manifest ON manifest.artifact_id = evaluation.manifest_id
                    WHERE pipeline = ? ORDER BY position
                    """, arguments: [name]
            ).map {
                try ResultRow(
                    method: $0.value("method"), target: $0.value("domain"), seed: $0.value("seed"),
                    accuracy: $0.value("accuracy"), images: $0.value("images"), evaluation: $0.digest("key"))
            }
        }
    }
}

extension ArtifactStore {
    /// The accuracy on validation images of some prompts and generators, in 0...1, as far as they have been made; nil of those
    /// that were learned without such images, or elsewhere.
    /// - Throws: `StoreError` where the store cannot be read, or a value in it is damaged.
    public func validationAccuracies(of keys: some Sequence<ArtifactKey>) throws -> [ArtifactKey: Double?] {
        try reading { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT artifact.key, coalesce(prompt.validation_accuracy, generator.validation_accuracy) AS accuracy
                    FROM artifact
                    LEFT JOIN prompt ON prompt.artifact_id = artifact.id
                    LEFT JOIN generator ON generator.artifact_id = artifact.id
                    WHERE artifact.kind IN ('prompt', 'generator') AND artifact.key IN (SELECT value FROM json_each(?))
                    """,
                arguments: [JSONValue.array(keys.map { .string($0.description) }).canonicalText])
            return try Dictionary(uniqueKeysWithValues: rows.map { try ($0.digest("key"), $0.value("accuracy")) })
        }
    }
}

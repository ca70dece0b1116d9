import Datasets
import GRDB

/// An evaluation that has been made, with what tells which table it belongs to.
public struct EvaluationRecord: Hashable, Sendable {
    /// The encoder of the features that were classified.
    public struct Encoder: Hashable, Sendable {
        public let key: Digest
        public let name: String
        public let dimension: Int
        /// Such as `float32`; nil for features that were imported.
        public let precision: String?
        /// How images were prepared, in words; nil for features that were imported.
        public let preprocessing: String?
    }

    /// In 0...1.
    public let accuracy: Double
    public let images: Int
    /// Of the target.
    public let dataSet: String
    public let target: String
    /// Nil where the images themselves were classified, not features of them.
    public let encoder: Encoder?
    /// The data sets that what was evaluated has been learned from; none where nothing has.
    public let learnedFrom: Set<String>
    /// Whether images of the target took part in learning, as those of unsupervised adaptation do.
    public let sawTarget: Bool
}

extension ArtifactStore {
    /// The evaluations with these keys, as far as they have been made.
    /// - Parameters:
    ///   - keys: of evaluations, made or not.
    ///   - dataSets: what a pipeline calls the data sets of features, by their keys; the others have the name under which
    ///     their images were seen last.
    /// - Throws: `StoreError` where the store cannot be read, or a value in it is damaged.
    public func evaluationRecords(
        of keys: some Sequence<ArtifactKey>, dataSets: [ArtifactKey: String] = [:]
    ) throws -> [ArtifactKey: EvaluationRecord] {
        try reading { database in
            var records: [ArtifactKey: EvaluationRecord] = [:]
            for key in keys where records[key] == nil { records[key] = try database.evaluationRecord(key, dataSets) }
            return records
        }
    }

    /// The names of all pipelines that have been run, in their alphabet's order.
    /// - Throws: `StoreError` where the store cannot be read, or a value in it is damaged.
    public func pipelineNames() throws -> [String] {
        try reading { try String.fetchAll($0, sql: "SELECT DISTINCT pipeline FROM pipeline_instance ORDER BY pipeline") }
    }

    /// How many images of each class an evaluation is about, and how many it has right; classes by their numbers.
    /// - Throws: `StoreError.noArtifact`.
    public func classAccuracies(of evaluation: ArtifactKey) throws -> [(label: String, images: Int, correct: Int)] {
        try reading { database in
            try Row.fetchAll(
                database.cachedStatement(
                    sql: """
                        SELECT manifest_class.name, count(*), sum(predicted = manifest_image.label) FROM evaluation
                        JOIN prediction ON prediction.evaluation_id = evaluation.artifact_id
                        JOIN manifest_image ON manifest_image.manifest_id = evaluation.manifest_id
                            AND manifest_image.position = prediction.position
                        JOIN manifest_class ON manifest_class.manifest_id = evaluation.manifest_id
                            AND manifest_class.label = manifest_image.label
                        WHERE evaluation.artifact_id = ? GROUP BY manifest_image.label ORDER BY manifest_image.label
                        """),
                arguments: [try database.artifactID(evaluation, .evaluation)]
            ).map { try (label: $0.value(0), images: $0.value(1), correct: $0.value(2)) }
        }
    }
}

extension Database {
    fileprivate func evaluationRecord(_ key: ArtifactKey, _ dataSets: [ArtifactKey: String]) throws -> EvaluationRecord? {
        let row = try Row.fetchOne(
            cachedStatement(
                sql: """
                    SELECT artifact.id, evaluation.images, accuracy, dataset, domain, (
                        SELECT features.key FROM artifact_input
                        JOIN embedding_set ON embedding_set.artifact_id = artifact_input.input_id
                            AND embedding_set.manifest_id = evaluation.manifest_id
                        JOIN artifact AS features ON features.id = embedding_set.artifact_id
                        WHERE artifact_input.artifact_id = artifact.id ORDER BY artifact_input.position LIMIT 1) AS features
                    FROM artifact
                    JOIN evaluation ON evaluation.artifact_id = artifact.id
                    JOIN manifest ON manifest.artifact_id = evaluation.manifest_id
                    WHERE artifact.key = ?
                    """),
            arguments: [key.description])
        guard let row else { return nil }
        let encoder = try Row.fetchOne(
            cachedStatement(
                sql: """
                    SELECT encoder.key, encoder.name, encoder.dimension, encoder.parameters ->> '$.precision' AS precision,
                        encoder.parameters ->> '$.preprocessing' AS preprocessing
                    FROM artifact_input
                    JOIN embedding_set ON embedding_set.artifact_id = artifact_input.input_id
                    JOIN encoder ON encoder.id = embedding_set.encoder_id
                    JOIN evaluation ON evaluation.artifact_id = artifact_input.artifact_id
                    WHERE artifact_input.artifact_id = ?
                    ORDER BY embedding_set.manifest_id <> evaluation.manifest_id, artifact_input.position LIMIT 1
                    """),
            arguments: [row.value("id") as Int64]
        ).map {
            try EvaluationRecord.Encoder(
                key: $0.digest("key"), name: $0.value("name"), dimension: $0.value("dimension", in: Limits.width),
                precision: $0.value("precision"), preprocessing: $0.value("preprocessing"))
        }
        // The features that an evaluation takes are those that it classifies, or what those are compared with. Of a command's
        // (`CommandParameters.Evaluated`), all but the ones that it predicts have been learned from.
        let learned = try Row.fetchAll(
            cachedStatement(
                sql: """
                    WITH RECURSIVE origin (id) AS (
                        VALUES (?)
                        UNION SELECT input.id FROM origin
                            JOIN artifact AS made ON made.id = origin.id
                            JOIN artifact_input ON artifact_input.artifact_id = origin.id
                            JOIN artifact AS input ON input.id = artifact_input.input_id
                            WHERE made.kind <> 'evaluation' OR input.kind <> 'embeddings'
                                OR artifact_input.role <> made.parameters ->> '$.evaluates.images'
                    )
                    SELECT artifact.key AS features, manifest.dataset, manifest.domain FROM origin
                    JOIN artifact ON artifact.id = origin.id
                    JOIN embedding_set ON embedding_set.artifact_id = origin.id
                    JOIN manifest ON manifest.artifact_id = embedding_set.manifest_id
                    """),
            arguments: [row.value("id") as Int64])
        func dataSet(_ row: Row) throws -> String {
            let features: String? = try row.value("features")
            return try features.flatMap { Digest($0) }.flatMap { dataSets[$0] } ?? row.value("dataset")
        }
        let target: String = try row.value("domain")
        return try EvaluationRecord(
            accuracy: row.value("accuracy"), images: row.value("images"), dataSet: dataSet(row), target: target,
            encoder: encoder,
            learnedFrom: Set(learned.map(dataSet)),
            sawTarget: learned.contains {
                try (Name(dataSet($0)), $0.value("domain") as Name) == (Name(dataSet(row)), Name(target))
            })
    }
}

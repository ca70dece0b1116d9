import Datasets
import GRDB

/// What a method said about the images of one domain.
public struct Evaluation: Hashable, Sendable {
    /// What was said about one image.
    public struct Prediction: Hashable, Sendable {
        /// The image's place in the manifest.
        public var position: Int
        /// The true class.
        public var label: Int
        /// The class that was thought likeliest.
        public var predicted: Int
        /// That class's probability.
        public var probability: Double
        /// How far that class's probability varies from draw to draw: a standard deviation; nil where there was one draw.
        public var spread: Double?

        public init(position: Int, label: Int, predicted: Int, probability: Double, spread: Double? = nil) {
            self.position = position
            self.label = label
            self.predicted = predicted
            self.probability = probability
            self.spread = spread
        }
    }

    /// Such as "zero-shot".
    public var method: String
    public var seed: Int?
    /// The `images` artifact of the target domain.
    public var manifest: ArtifactKey
    public var predictions: [Prediction]

    public init(method: String, seed: Int?, manifest: ArtifactKey, predictions: [Prediction]) {
        self.method = method
        self.seed = seed
        self.manifest = manifest
        self.predictions = predictions
    }

    /// The share of images whose class was predicted, in 0...1; NaN where there are no predictions.
    public var accuracy: Double {
        Double(predictions.count { $0.label == $0.predicted }) / Double(predictions.count)
    }
}

extension ArtifactStore {
    /// The evaluation with a key, its predictions by position.
    /// - Throws: `StoreError.noArtifact`.
    public func evaluation(_ key: ArtifactKey) throws -> Evaluation {
        try reading { database in
            let id = try database.artifactID(key, .evaluation)
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT method, seed, artifact.key AS manifest FROM evaluation JOIN artifact ON artifact.id = manifest_id
                    WHERE artifact_id = ?
                    """, arguments: [id])
            guard let row else { throw StoreError.badValue("the evaluation \(key.short) of the store has no contents") }
            let predictions = try Row.fetchAll(
                database,
                sql: """
                    SELECT prediction.position, label, predicted, probability, spread FROM evaluation
                    JOIN prediction ON prediction.evaluation_id = evaluation.artifact_id
                    JOIN manifest_image ON manifest_image.manifest_id = evaluation.manifest_id
                        AND manifest_image.position = prediction.position
                    WHERE evaluation.artifact_id = ? ORDER BY prediction.position
                    """, arguments: [id])
            return try Evaluation(
                method: row.value("method"), seed: row.value("seed"), manifest: row.digest("manifest"),
                predictions: predictions.map {
                    try Evaluation.Prediction(
                        position: $0.value("position"), label: $0.value("label"), predicted: $0.value("predicted"),
                        probability: $0.value("probability"), spread: $0.value("spread"))
                })
        }
    }
}

extension Database {
    func insert(_ evaluation: Evaluation, id: Int64) throws {
        let manifestID = try artifactID(evaluation.manifest, .images)
        let labels = try Int.fetchAll(
            self, sql: "SELECT label FROM manifest_image WHERE manifest_id = ? ORDER BY position",
            arguments: [manifestID])
        let classes =
            try Int.fetchOne(
                self, sql: "SELECT count(*) FROM manifest_class WHERE manifest_id = ?", arguments: [manifestID]) ?? 0
        guard !evaluation.predictions.isEmpty else { throw StoreError.badValue("an evaluation without predictions") }
        try execute(
            sql: """
                INSERT INTO evaluation (artifact_id, manifest_id, method, seed, images, accuracy)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                id, manifestID, evaluation.method, evaluation.seed, evaluation.predictions.count, evaluation.accuracy,
            ])
        let statement = try cachedStatement(
            sql: "INSERT INTO prediction (evaluation_id, position, predicted, probability, spread) VALUES (?, ?, ?, ?, ?)")
        var positions: Set<Int> = []
        for prediction in evaluation.predictions {
            guard labels.indices.contains(prediction.position), labels[prediction.position] == prediction.label,
                (0..<classes).contains(prediction.predicted), (0...1).contains(prediction.probability),
                (0...1).contains(prediction.spread ?? 0),
                positions.insert(prediction.position).inserted
            else { throw StoreError.badValue("the prediction \(prediction) does not fit the images it is about") }
            try statement.execute(
                arguments: [id, prediction.position, prediction.predicted, prediction.probability, prediction.spread])
        }
    }
}

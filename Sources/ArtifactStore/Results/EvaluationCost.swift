import Datasets
import GRDB

/// What it took to come to an evaluation, features aside: those are made once for all methods.
public struct EvaluationCost: Hashable, Sendable {
    /// How many numbers have been learned that the evaluation reads: of its prompts, or of its generator without buffers such
    /// as the running statistics of BatchNorm. What is needed for learning only, such as a discriminator, or the prompts that a
    /// generator has learned from, is not counted.
    public let parameters: Int
    /// Everything learned that it was made from, however far back, with the seconds that took.
    public let learning: [ArtifactKey: Double]
    /// Of the evaluation itself.
    public let evaluationSeconds: Double
    /// The most memory that the making of anything learned took; nil where nothing was learned, or none was measured.
    public let learningPeakBytes: Int?
    /// The same of the evaluation.
    public let evaluationPeakBytes: Int?

    public init(
        parameters: Int, learning: [ArtifactKey: Double], evaluationSeconds: Double, learningPeakBytes: Int? = nil,
        evaluationPeakBytes: Int? = nil
    ) {
        (self.parameters, self.learning, self.evaluationSeconds) = (parameters, learning, evaluationSeconds)
        (self.learningPeakBytes, self.evaluationPeakBytes) = (learningPeakBytes, evaluationPeakBytes)
    }

    /// The most memory that any of it took.
    public var peakBytes: Int? { [learningPeakBytes, evaluationPeakBytes].compactMap(\.self).max() }

    /// Seconds of everything learned.
    public var learningSeconds: Double { learning.values.reduce(0, +) }
}

extension ArtifactStore {
    /// What evaluations have cost, as far as they have been made.
    /// - Throws: `StoreError` where the store cannot be read, or a value in it is damaged.
    public func costs(of evaluations: some Sequence<ArtifactKey>) throws -> [ArtifactKey: EvaluationCost] {
        try reading { database in
            var costs: [ArtifactKey: EvaluationCost] = [:]
            for key in evaluations where costs[key] == nil { costs[key] = try database.cost(of: key) }
            return costs
        }
    }
}

extension Database {
    fileprivate func cost(of key: ArtifactKey) throws -> EvaluationCost? {
        guard let artifact = try artifact(key), artifact.recipe.kind == .evaluation, let id = try artifactID(key) else {
            return nil
        }
        let numbers = try Int.fetchOne(
            cachedStatement(
                sql: """
                    SELECT coalesce(sum(numbers), 0) FROM artifact_input JOIN (
                        SELECT artifact_id AS learned_id, context_length * width AS numbers FROM prompt
                        UNION ALL SELECT artifact_id, length(vector) / 4 FROM tensor
                            WHERE name NOT GLOB '*running_*' AND name NOT GLOB '*num_batches_tracked'
                    ) ON learned_id = artifact_input.input_id
                    WHERE artifact_input.artifact_id = ?
                    """),
            arguments: [id])
        let learned = try Row.fetchAll(
            cachedStatement(
                sql: """
                    WITH RECURSIVE origin (id) AS (
                        SELECT input_id FROM artifact_input WHERE artifact_id = ?
                        UNION SELECT input_id FROM artifact_input JOIN origin ON artifact_input.artifact_id = origin.id
                    )
                    SELECT artifact.key, artifact.seconds, peak_bytes FROM origin JOIN artifact USING (id)
                        LEFT JOIN attempt ON attempt.key = artifact.key
                    WHERE kind IN ('prompt', 'generator')
                    """),
            arguments: [id])
        return EvaluationCost(
            parameters: numbers ?? 0,
            learning: Dictionary(
                uniqueKeysWithValues: try learned.map {
                    try ($0.digest("key"), $0.value("seconds", in: Limits.seconds))
                }),
            evaluationSeconds: artifact.seconds,
            learningPeakBytes: try learned.compactMap { try $0.peakBytes() }.max(),
            evaluationPeakBytes: try Row.fetchOne(
                cachedStatement(sql: "SELECT peak_bytes FROM attempt WHERE key = ?"), arguments: [key.description]
            )?.peakBytes())
    }
}

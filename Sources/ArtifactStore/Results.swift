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
    public func results(ofPipeline name: String) throws -> [ResultRow] {
        try reading { database in
            try Row.fetchAll(database, sql: """
                SELECT results.* FROM pipeline_instance
                JOIN results ON results.pipeline = pipeline_instance.pipeline
                    AND results.evaluation_key = pipeline_instance.key
                    AND results.method = coalesce(pipeline_instance.title, pipeline_instance.stage)
                WHERE pipeline_instance.pipeline = ?
                GROUP BY position ORDER BY position
                """, arguments: [name]
            ).map {
                ResultRow(
                    method: $0["method"], target: $0["target"], seed: $0["seed"], accuracy: $0["accuracy"],
                    images: $0["images"], evaluation: try $0.digest("evaluation_key"))
            }
        }
    }
}

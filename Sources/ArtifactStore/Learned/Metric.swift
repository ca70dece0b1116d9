import Datasets
import GRDB

/// A figure of one epoch of a training, such as its loss.
public struct Metric: Hashable, Sendable {
    public var epoch: Int
    public var name: String
    public var value: Double

    public init(epoch: Int, name: String, value: Double) {
        self.epoch = epoch
        self.name = name
        self.value = value
    }
}

extension ArtifactStore {
    /// The history of an artifact's training, by epoch and name; empty where it has none.
    /// - Throws: `StoreError.noArtifact`.
    public func metrics(of key: ArtifactKey) throws -> [Metric] {
        try reading { database in
            guard let id = try database.artifactID(key) else { throw StoreError.noArtifact(key, nil) }
            let rows = try Row.fetchAll(
                database, sql: "SELECT epoch, name, value FROM metric WHERE artifact_id = ? ORDER BY epoch, name",
                arguments: [id])
            return try rows.map { try Metric(epoch: $0.value("epoch"), name: $0.value("name"), value: $0.value("value")) }
        }
    }
}

extension Database {
    func insert(_ metrics: [Metric], id: Int64) throws {
        let statement = try cachedStatement(
            sql: "INSERT INTO metric (artifact_id, epoch, name, value) VALUES (?, ?, ?, ?)")
        for metric in metrics {
            guard metric.value.isFinite else {
                throw StoreError.badValue(
                    "“\(metric.name)” of epoch \(metric.epoch) is \(metric.value): the training diverged")
            }
            try statement.execute(arguments: [id, metric.epoch, metric.name, metric.value])
        }
    }
}

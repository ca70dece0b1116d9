import Foundation
import GRDB

/// How much of what a store holds.
public struct StoreStatistics: Encodable, Hashable, Sendable {
    /// The artifacts of one kind.
    public struct Kind: Encodable, Hashable, Sendable {
        public let kind: String
        public let artifacts: Int
        /// Of their contents, features counted once for each artifact that covers them.
        public let bytes: Int
        /// What they took to make.
        public let seconds: Double
    }

    /// The features of one encoder and view.
    public struct Features: Encodable, Hashable, Sendable {
        /// As in the view `encoders`.
        public let encoder: String
        public let view: String
        public let images: Int
        public let bytes: Int
        /// Those of the images whose features have norms.
        public let imagesWithNorms: Int
        /// Those of the images that have block statistics, and the bytes of these.
        public let imagesWithStatistics: Int
        public let statisticsBytes: Int
    }

    /// What a pipeline asks for, and how much of it there is.
    public struct Pipeline: Encodable, Hashable, Sendable {
        public let name: String
        public let instances: Int
        public let done: Int

        package init(name: String, instances: Int, done: Int) {
            (self.name, self.instances, self.done) = (name, instances, done)
        }
    }

    /// The store's path.
    public let store: String
    public let kinds: [Kind]
    public let features: [Features]
    public let pipelines: [Pipeline]
    /// Different images, by their bytes.
    public let images: Int
    /// Files whose digests are remembered.
    public let files: Int
    /// Trainings that were stopped.
    public let checkpoints: Int
    /// The version of the tables.
    public let version: Int
    /// Of the file.
    public let fileBytes: Int
    /// Of the file: pages that deleted rows have left.
    public let freeBytes: Int
    /// Of the write-ahead log beside it.
    public let logBytes: Int
}

extension ArtifactStore {
    /// Counts what there is.
    /// - Throws: `StoreError` where the store cannot be read, or a value in it is damaged.
    public func statistics() throws -> StoreStatistics {
        try reading { database in
            func number(_ sql: String) throws -> Int { try Int.fetchOne(database, sql: sql) ?? 0 }
            let log = try? FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int
            return try StoreStatistics(
                store: path,
                kinds: Row.fetchAll(
                    database,
                    sql: """
                        SELECT kind, count(*), CAST(total(bytes) AS INTEGER), total(seconds) FROM artifact GROUP BY kind ORDER BY min(id)
                        """
                ).map { try .init(kind: $0.value(0), artifacts: $0.value(1), bytes: $0.value(2), seconds: $0.value(3)) },
                features: Row.fetchAll(
                    database,
                    sql: """
                        SELECT encoder.name || '@' || substr(encoder.key, 1, 12), image_view.name, images,
                               CAST(images * 4.0 * dimension AS INTEGER), images - coalesce(without_norm, 0),
                               coalesce(with_statistics, 0), CAST(coalesce(with_statistics, 0) * 4 * (
                                   SELECT total(width) FROM encoder_block WHERE encoder_id = features.encoder_id) AS INTEGER)
                        FROM (
                            SELECT encoder_id, view_id, count(*) AS images FROM embedding GROUP BY encoder_id, view_id
                        ) AS features
                        LEFT JOIN (
                            SELECT encoder_id, view_id, count(*) AS without_norm FROM embedding WHERE norm IS NULL
                            GROUP BY encoder_id, view_id
                        ) USING (encoder_id, view_id)
                        LEFT JOIN (
                            SELECT encoder_id, view_id, count(*) AS with_statistics FROM block_statistic
                            GROUP BY encoder_id, view_id
                        ) USING (encoder_id, view_id)
                        JOIN encoder ON encoder.id = encoder_id
                        JOIN image_view ON image_view.id = view_id
                        ORDER BY encoder.id, view_id
                        """
                ).map {
                    try .init(
                        encoder: $0.value(0), view: $0.value(1), images: $0.value(2), bytes: $0.value(3),
                        imagesWithNorms: $0.value(4), imagesWithStatistics: $0.value(5), statisticsBytes: $0.value(6))
                },
                pipelines: Row.fetchAll(
                    database,
                    sql: """
                        SELECT pipeline, count(*), count(artifact.key) FROM pipeline_instance
                        LEFT JOIN artifact USING (key) GROUP BY pipeline ORDER BY pipeline
                        """
                ).map { try .init(name: $0.value(0), instances: $0.value(1), done: $0.value(2)) },
                images: number("SELECT count(*) FROM image"), files: number("SELECT count(*) FROM file_digest"),
                checkpoints: number("SELECT count(*) FROM checkpoint"), version: number("PRAGMA user_version"),
                fileBytes: number("PRAGMA page_count") * number("PRAGMA page_size"),
                freeBytes: number("PRAGMA freelist_count") * number("PRAGMA page_size"), logBytes: log ?? 0)
        }
    }
}

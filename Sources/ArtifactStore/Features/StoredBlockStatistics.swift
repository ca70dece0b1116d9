import Datasets
import Foundation
import GRDB
import Tensors

/// What the blocks of an encoder make of some images: the mean and deviation over the tokens of each, in half precision.
public struct StoredBlockStatistics: Sendable, Equatable {
    /// The width of each block, first block first.
    public let widths: [Int]
    /// `[images, 2 · Σ widths]`: of block after block its means, then its deviations.
    public let numbers: HalfMatrix

    /// - Precondition: the widths fit the numbers.
    public init(widths: [Int], numbers: HalfMatrix) {
        precondition(numbers.columns == 2 * widths.reduce(0, +), "\(numbers.columns) numbers for blocks of \(widths)")
        self.widths = widths
        self.numbers = numbers
    }
}

extension ArtifactStore {
    /// Reads the block statistics of one view, in the manifest's order.
    /// - Throws: `StoreError.noArtifact`, `.noView`, `.noStatistics`, or `.missingStatistics` and `.badStatistics` naming the
    ///   image, where rows were deleted or changed by another program.
    public func blockStatistics(_ key: ArtifactKey, view: String) throws -> StoredBlockStatistics {
        try reading { database in
            let (set, manifestID, encoderID) = try database.embeddingSet(id: database.artifactID(key, .embeddings))
            guard set.hasStatistics else { throw StoreError.noStatistics(key) }
            guard set.views.contains(view) else { throw StoreError.noView(view, available: set.views) }
            let manifest = try database.manifest(id: manifestID), widths = try database.blockWidths(encoderID: encoderID)
            let numbers = try database.blockStatistics(
                of: manifest, id: manifestID, encoderID: encoderID, view: view, count: 2 * widths.reduce(0, +))
            if let row = numbers.firstRowNotFinite {
                throw StoreError.badStatistics(image: manifest.images[row].path.text, view: view)
            }
            return StoredBlockStatistics(widths: widths, numbers: numbers)
        }
    }
}

extension Database {
    /// Inserts the statistics of some rows, beside their features and under the same rules.
    func insert(
        _ statistics: StoredBlockStatistics, for rows: [ImageView], encoderID: Int64, replacing: Bool
    ) throws {
        precondition(statistics.numbers.rows == rows.count, "statistics for each row")
        if let row = statistics.numbers.firstRowNotFinite {
            throw StoreError.badStatistics(image: try path(of: rows[row].image), view: rows[row].view)
        }
        try record(widths: statistics.widths, encoderID: encoderID)
        let statement = try cachedStatement(
            sql: """
                INSERT INTO block_statistic (encoder_id, view_id, image_id, numbers, sha256) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (encoder_id, view_id, image_id)
                DO \(replacing ? "UPDATE SET numbers = excluded.numbers, sha256 = excluded.sha256" : "NOTHING")
                """)
        let columns = statistics.numbers.columns
        for (view, indices) in Dictionary(grouping: rows.indices, by: { rows[$0].view }).sorted(by: { $0.key < $1.key }) {
            let viewID = try viewID(view)
            for index in indices {
                let numbers = statistics.numbers.bits[index * columns..<(index + 1) * columns].withUnsafeBytes { Data($0) }
                let imageID = try imageID(rows[index].image, adding: true)
                try statement.execute(arguments: [encoderID, viewID, imageID, numbers, numbers.sha256])
            }
        }
    }

    /// The widths of an encoder's blocks; empty where none of its statistics were ever kept.
    func blockWidths(encoderID: Int64) throws -> [Int] {
        try Row.fetchAll(
            self, sql: "SELECT width FROM encoder_block WHERE encoder_id = ? ORDER BY block", arguments: [encoderID]
        ).map { try $0.value("width", in: Limits.width) }
    }

    /// Keeps the widths of an encoder's blocks; the same as those that are kept, where some are.
    func record(widths: [Int], encoderID: Int64) throws {
        let known = try blockWidths(encoderID: encoderID)
        guard known.isEmpty else {
            if known == widths { return }
            throw StoreError.badValue("block statistics of widths \(widths) do not go with those in the store, of \(known)")
        }
        var first = 0
        for (block, width) in widths.enumerated() {
            try execute(
                sql: "INSERT INTO encoder_block (encoder_id, block, first, width) VALUES (?, ?, ?, ?)",
                arguments: [encoderID, block, first, width])
            first += 2 * width
        }
        try sealEncoder(encoderID)
    }

    fileprivate func blockStatistics(
        of manifest: DomainManifest, id: Int64, encoderID: Int64, view: String, count: Int
    ) throws -> HalfMatrix {
        guard count > 0, !manifest.images.isEmpty else {
            throw StoreError.badValue("the encoder of these embeddings has no blocks in the store")
        }
        var bits = [UInt16](repeating: 0, count: manifest.images.count * count)
        let missing = try bits.withUnsafeMutableBytes { bits in
            guard let base = bits.baseAddress else { return [Int]() }
            return try copyBlobs(
                "numbers", of: "block_statistic", manifest: id, encoderID: encoderID, view: view, size: 2 * count, to: base
            ) { position, _ in .badStatistics(image: manifest.images[position].path.text, view: view) }
        }
        guard let first = missing.first else { return HalfMatrix(columns: count, bits: bits) }
        throw StoreError.missingStatistics(count: missing.count, view: view, first: manifest.images[first].path.text)
    }
}

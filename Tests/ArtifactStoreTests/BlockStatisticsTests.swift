import ArtifactStore
import Datasets
import Foundation
import GRDB
import Tensors
import Testing

/// Block statistics beside features.
@Suite struct BlockStatisticsTests {
    private let manifest = Sample.manifest("tango")

    private func rows(_ view: String) -> [ImageView] {
        manifest.images.map { ImageView(image: $0.digest, view: view) }
    }

    @Test func theyAreReadAsTheyWereWritten() throws {
        try withStore { store in
            let key = try Sample.extractStatistics(manifest, into: store)
            for view in Sample.views {
                #expect(try store.blockStatistics(key, view: view) == Sample.statistics(rows(view)))
                #expect(
                    try store.embeddings(key, view: view).vectors.rows(2..<3).values
                        == Sample.vector(manifest.images[2].digest, view))
            }
            #expect(try store.verify().damages.isEmpty)
            #expect(throws: StoreError.noView("crop:9", available: Sample.views)) {
                try store.blockStatistics(key, view: "crop:9")
            }
        }
    }

    @Test func featuresWithoutThemAreMissingOnlyWhereTheyAreAskedFor() throws {
        try withStore { store in
            let plain = try Sample.extract(manifest, into: store)
            #expect(throws: StoreError.noStatistics(plain)) { try store.blockStatistics(plain, view: "center") }
            #expect(try store.missing(views: Sample.views, of: manifest.key, encoder: Sample.encoder.key).isEmpty)
            let row = rows("center")[1]
            try store.insert(
                Tensor([1, 8], Sample.vector(row.image, row.view)), Sample.statistics([row]), for: [row],
                encoder: Sample.encoder.key)
            let missing = try store.missing(
                views: Sample.views, of: manifest.key, encoder: Sample.encoder.key, withStatistics: true)
            #expect(missing.map(\.views.count) == [2, 1, 2, 2, 2, 2])
            // An artifact that promises them is not written before all are there.
            let set = EmbeddingSet(
                manifest: manifest.key, encoder: Sample.encoder.key, views: ["center"], hasStatistics: true)
            #expect(throws: StoreError.missingStatistics(count: 5, view: "center", first: manifest.images[0].path.text)) {
                try store.write(Sample.statisticsRecipe(manifest), .embeddings(set), seconds: 1)
            }
            #expect(try store.texts("SELECT key FROM artifacts WHERE kind = 'embeddings'") == [plain.description])
        }
    }

    @Test func numbersThatHalfPrecisionDoesNotHoldAreRefusedByTheImagesName() throws {
        try withStore { store in
            try store.record(manifest)
            try store.record(Sample.encoder)
            var numbers = Tensor([6, 10], repeating: 1)
            numbers[3, 7] = 70_000
            let vectors = Tensor([6, 8], rows("center").flatMap { Sample.vector($0.image, $0.view) })
            let statistics = StoredBlockStatistics(widths: Sample.widths, numbers: HalfMatrix(rounding: numbers))
            #expect(throws: StoreError.badStatistics(image: manifest.images[3].path.text, view: "center")) {
                try store.insert(vectors, statistics, for: rows("center"), encoder: Sample.encoder.key)
            }
            #expect(try store.rowCounts()["embedding"] == 0 && store.rowCounts()["block_statistic"] == 0)
        }
    }

    @Test("Rows that another program has deleted or changed are named by their image")
    func rowsThatAreOthers() throws {
        try withStore { store in
            let key = try Sample.extractStatistics(manifest, into: store)
            func set(_ numbers: String, of image: Int) throws {
                try store.database.write {
                    try $0.execute(
                        sql: """
                            UPDATE block_statistic SET numbers = \(numbers) WHERE image_id =
                                (SELECT id FROM image WHERE sha256 = ?)
                            """, arguments: [Data(manifest.images[image].digest.bytes)])
                }
            }
            func bad(_ image: Int) -> StoreError {
                .badStatistics(image: manifest.images[image].path.text, view: "center")
            }
            // Infinity in half precision, as many bytes.
            try set("CAST(x'007c' || zeroblob(18) AS BLOB)", of: 4)
            #expect(throws: bad(4)) { try store.blockStatistics(key, view: "center") }
            try set("zeroblob(6)", of: 1)
            #expect(throws: bad(1)) { try store.blockStatistics(key, view: "center") }
            try set("zeroblob(20)", of: 1)
            try store.database.write { database in
                for image in [2, 5] {
                    try database.execute(
                        sql: "DELETE FROM block_statistic WHERE image_id = (SELECT id FROM image WHERE sha256 = ?)",
                        arguments: [Data(manifest.images[image].digest.bytes)])
                }
            }
            let first = manifest.images[2].path.text
            #expect(throws: StoreError.missingStatistics(count: 2, view: "center", first: first)) {
                try store.blockStatistics(key, view: "center")
            }
        }
    }

    @Test func theViewHasARowForEachBlock() throws {
        try withStore { store in
            try Sample.extractStatistics(manifest, into: store)
            let result = try store.query(
                """
                SELECT block, width, mean, deviation FROM block_statistics
                WHERE view = 'center' AND image_path = '\(manifest.images[0].path.text)' ORDER BY block
                """)
            let bits = Sample.statistics([rows("center")[0]]).numbers.bits
            func blob(_ range: Range<Int>) -> QueryResult.Value {
                .blob(bits[range].withUnsafeBytes { Data($0) })
            }
            #expect(
                result.rows == [
                    [.integer(0), .integer(2), blob(0..<2), blob(2..<4)],
                    [.integer(1), .integer(3), blob(4..<7), blob(7..<10)],
                ])
        }
    }

    @Test func damageIsFoundAndTakesOnlyWhatReadsThem() throws {
        try withStore { store in
            let plain = try Sample.extract(manifest, into: store)
            let key = try Sample.extractStatistics(manifest, into: store)
            try DatabaseQueue(path: store.path).write {
                try $0.execute(sql: "UPDATE block_statistic SET numbers = zeroblob(20) WHERE id = 3")
            }
            let found = try store.verify()
            #expect(found.damages.count == 1 && found.damages[0].subject.hasPrefix("the block statistics of /data/tango/"))
            #expect(found.toMake.map(\.key) == [key])
            try store.remove(found.damages)
            #expect(try store.verify().damages.isEmpty)
            #expect(try store.contains(plain) && !store.contains(key))
            #expect(try store.rowCounts()["block_statistic"] == 11 && store.rowCounts()["embedding"] == 12)
        }
    }

    @Test func aSetWithoutItsRowsIsDamaged() throws {
        try withStore { store in
            let key = try Sample.extractStatistics(manifest, into: store)
            try DatabaseQueue(path: store.path).write { try $0.execute(sql: "DELETE FROM block_statistic WHERE id = 3") }
            #expect(
                try store.verify().damages.map(\.problem).contains { $0.hasPrefix("block statistics of 1 images are missing") })
            #expect(throws: StoreError.self) {
                for view in Sample.views { _ = try store.blockStatistics(key, view: view) }
            }
        }
    }

    @Test func whatNoPipelineNeedsGoesAndTheFeaturesStay() throws {
        try withStore { store in
            let plain = try Sample.extract(manifest, into: store)
            try Sample.extractStatistics(manifest, into: store)
            try store.setPipeline("plain", to: [.init(stage: "features", cell: ["domain": "tango"], key: plain)])
            let garbage = try store.collectGarbage(keeping: .init(names: ["plain"]), deleting: true)
            #expect(garbage.statistics == 12 && garbage.statisticsBytes == 240 && garbage.embeddings == 0)
            #expect(try store.rowCounts()["block_statistic"] == 0 && store.rowCounts()["embedding"] == 12)
            #expect(try store.embeddings(plain, view: "center").vectors.rows == 6)
            #expect(try store.collectGarbage(keeping: .init(names: ["plain"]), deleting: true).isEmpty)
        }
    }

    @Test func mergingBringsThemAndTellsOthersApart() throws {
        try withFolder { folder in
            let other = try ArtifactStore(path: folder + "/other.sqlite")
            let key = try Sample.extractStatistics(manifest, into: other)
            let store = try ArtifactStore(path: folder + "/mine.sqlite")
            try Sample.extract(manifest, into: store)
            let outcome = try store.merge(storeAt: other.path)
            #expect(outcome.statistics == 12 && outcome.embeddings == 0)
            #expect(try store.blockStatistics(key, view: "center") == other.blockStatistics(key, view: "center"))
            #expect(try store.statistics().features.map(\.statisticsBytes) == [120, 120])
            #expect(try store.verify().damages.isEmpty)
            try DatabaseQueue(path: other.path).write { database in
                try database.execute(
                    sql: "UPDATE block_statistic SET numbers = zeroblob(20), sha256 = ? WHERE id = 1",
                    arguments: [Data(Digest(of: Data(count: 20)).bytes)])
            }
            let error = #expect(throws: StoreError.self) { try store.merge(storeAt: other.path) }
            #expect(error?.description.contains("the block statistics of /data/tango/") == true)
        }
    }
}

import ArtifactStore
import Datasets
import Foundation
import Tensors
import Testing

/// What is asked of a store that holds more than one experiment: two data sets with domains of one name, two encoders, two
/// pipelines, and results that are no longer asked for.
@Suite struct SeveralExperimentsTests {
    @Test func imagesAreCountedOnceInEachDataSet() throws {
        try withStore { store in
            try Experiments.make(in: store)
            let sql = """
                SELECT dataset, label, count(*) FROM images WHERE is_current AND domain = 'tango'
                GROUP BY dataset, domain, label ORDER BY dataset, label
                """
            typealias Row = [QueryResult.Value]
            let icons: [Row] = ["folder", "printer", "trash"].map { [.text("DesktopIcons"), .text($0), .integer(2)] }
            let sketches: [Row] = [("folder", 3), ("printer", 3), ("trash", 2)].map {
                [.text("Sketches"), .text($0.0), .integer($0.1)]
            }
            let rows = try store.query(sql).rows
            #expect(rows == icons + sketches)
            #expect(
                try store.query(
                    """
                    SELECT count(*) FROM embeddings WHERE dataset = 'DesktopIcons' AND domain = 'tango' AND view = 'center'
                        AND encoder LIKE 'gpu@%'
                    """
                ).rows == [[.integer(6)]])
        }
    }

    @Test func averagesAreOfOnePipelineAndOfWhatItAsksForNow() throws {
        try withStore { store in
            try Experiments.make(in: store)
            let average = "SELECT avg(accuracy) FROM results WHERE pipeline = 'desktop-icons' AND method = 'SPG'"
            #expect(try store.query(average).rows == [[.real(0.5)]])
            func row(_ dataSet: String, _ accuracy: Double, _ isCurrent: Int64) -> [QueryResult.Value] {
                [.text(dataSet), .real(accuracy), .integer(isCurrent)]
            }
            let all = "SELECT dataset, accuracy, is_current FROM results WHERE target = 'tango' ORDER BY 1, 2, 3"
            let expected = [
                row("DesktopIcons", 3.0 / 6, 1), row("DesktopIcons", 5.0 / 6, 0), row("DesktopIcons", 5.0 / 6, 1),
                row("Sketches", 7.0 / 8, 1),
            ]
            #expect(try store.query(all).rows == expected)
        }
    }

    @Test func aCellHasAllResultsThatItEverHad() throws {
        try withStore { store in
            try Experiments.make(in: store)
            let rows = try store.query(
                """
                SELECT version, accuracy FROM versions JOIN evaluations USING (key)
                WHERE versions.pipeline = 'desktop-icons' AND stage = 'spg' ORDER BY version
                """
            ).rows
            let first: [QueryResult.Value] = [.integer(1), .real(5.0 / 6)],
                second: [QueryResult.Value] = [.integer(2), .real(0.5)]
            #expect(rows == [first, second])
        }
    }

    @Test func predictionsArePairedImageByImage() throws {
        try withStore { store in
            try Experiments.make(in: store)
            let pairs = try store.query(
                """
                SELECT image_path, predicted = label, other_predicted = label
                FROM results AS spg
                JOIN results AS zero ON zero.pipeline = spg.pipeline AND zero.target = spg.target AND zero.method = 'Zero-shot CLIP'
                JOIN prediction_pairs ON prediction_pairs.evaluation_key = spg.evaluation_key AND other_key = zero.evaluation_key
                WHERE spg.pipeline = 'desktop-icons' AND spg.method = 'SPG' ORDER BY image_path
                """
            ).rows
            let images = Sample.manifest("tango").images.enumerated().map { place, image -> [QueryResult.Value] in
                let isRight: Int64 = place < 2 || place == 5 ? 0 : 1, otherIsRight: Int64 = place == 5 ? 0 : 1
                return [.text(image.path.text), .integer(isRight), .integer(otherIsRight)]
            }
            #expect(Set(pairs) == Set(images) && pairs.count == 6)
        }
    }

    @Test func whatIsRememberedOfFilesIsComparedToo() throws {
        try withStore { store in
            let folder = URL(fileURLWithPath: store.path).deletingLastPathComponent()
            let file = folder.appendingPathComponent("a").path
            try Data("a".utf8).write(to: URL(fileURLWithPath: file))
            Thread.sleep(forTimeInterval: 0.1)
            let digest = try store.digest(ofFile: file)
            #expect(try store.texts("SELECT path FROM file_digest") == [file])
            #expect(try store.verify().damages.isEmpty)
            try store.database.write { try $0.execute(sql: "UPDATE file_digest SET sha256 = zeroblob(32)") }
            let damages = try store.verify().damages
            #expect(damages.map(\.subject) == ["the record of the file \(file)"])
            try store.remove(damages)
            #expect(try store.digest(ofFile: file) == digest && store.verify().damages.isEmpty)
        }
    }
}

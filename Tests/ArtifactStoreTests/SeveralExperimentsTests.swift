import ArtifactStore
import Datasets
import Foundation
import Tensors
import Testing

/// What is asked of a store that holds more than one experiment: two data sets with domains of one name, two encoders, two
/// pipelines, and results that are no longer asked for.
@Suite struct SeveralExperimentsTests {
    private static let other = EncoderIdentity(name: "gpu", dimension: 8, parameters: ["imported": "gpu"])

    /// Of the data set Sketches: a domain tango, too, with eight images.
    private static let sketches = DomainManifest(
        dataset: "Sketches", domain: "tango", classes: Sample.manifest("tango").classes,
        images: (0..<8).map {
            LabelledImage(path: "/sketches/tango/\($0).jpg", digest: Digest(of: Data("sketch \($0)".utf8)), label: $0 % 3)
        })

    private func make(in store: ArtifactStore) throws {
        try Sample.runPipeline(in: store)
        let key = try Sample.extract(Self.sketches, into: store)
        // The same images by another encoder.
        try store.record(Self.other)
        let tango = Sample.manifest("tango")
        let rows = tango.images.map { ImageView(image: $0.digest, view: "center") }
        try store.insert(
            Tensor([rows.count, 8], rows.flatMap { Sample.vector($0.image, "other") }), for: rows, encoder: Self.other.key)
        try store.write(
            Recipe(kind: .embeddings, algorithmVersion: 1, parameters: ["encoder": "gpu"], inputs: [.init("images", tango.key)]),
            .embeddings(EmbeddingSet(manifest: tango.key, encoder: Self.other.key, views: ["center"])), seconds: 1)
        // A pipeline of another data set, whose method has the title of the first one's.
        let zeroShot = Sample.evaluationRecipe([.init("embeddings", key)], seed: nil)
        try store.write(
            zeroShot, .evaluation(Sample.evaluation(of: Self.sketches, method: "zero-shot", seed: nil)), seconds: 1)
        try store.setPipeline("sketches", to: [
            .init(stage: "zero-shot", cell: ["target": "tango"], key: zeroShot.key, title: "Zero-shot CLIP")
        ])
        // The first pipeline asks for another SPG now.
        var instances = try store.pipeline("desktop-icons")
        for index in instances.indices where instances[index].stage == "spg" && instances[index].cell["seed"] == 1 {
            let recipe = Sample.evaluationRecipe([.init("embeddings", Sample.extractionRecipe(tango).key)], seed: 17)
            var evaluation = Sample.evaluation(of: tango, method: "spg", seed: 1)
            for place in evaluation.predictions.indices where place < 2 {
                evaluation.predictions[place].predicted = (evaluation.predictions[place].label + 1) % 3
            }
            try store.write(recipe, .evaluation(evaluation), seconds: 1)
            instances[index].key = recipe.key
        }
        try store.setPipeline("desktop-icons", to: instances)
    }

    @Test func imagesAreCountedOnceInEachDataSet() throws {
        try withStore { store in
            try make(in: store)
            let sql = """
                SELECT dataset, label, count(*) FROM images WHERE is_current AND domain = 'tango'
                GROUP BY dataset, domain, label ORDER BY dataset, label
                """
            typealias Row = [QueryResult.Value]
            let icons: [Row] = ["folder", "printer", "trash"].map { [.text("DesktopIcons"), .text($0), .integer(2)] }
            let sketches: [Row] = [("folder", 3), ("printer", 3), ("trash", 2)].map { [.text("Sketches"), .text($0.0), .integer($0.1)] }
            let rows = try store.query(sql).rows
            #expect(rows == icons + sketches)
            #expect(try store.query("""
                SELECT count(*) FROM embeddings WHERE dataset = 'DesktopIcons' AND domain = 'tango' AND view = 'center'
                    AND encoder LIKE 'gpu@%'
                """).rows == [[.integer(6)]])
        }
    }

    @Test func averagesAreOfOnePipelineAndOfWhatItAsksForNow() throws {
        try withStore { store in
            try make(in: store)
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
            try make(in: store)
            let rows = try store.query("""
                SELECT version, accuracy FROM versions JOIN evaluations USING (key)
                WHERE versions.pipeline = 'desktop-icons' AND stage = 'spg' ORDER BY version
                """).rows
            let first: [QueryResult.Value] = [.integer(1), .real(5.0 / 6)], second: [QueryResult.Value] = [.integer(2), .real(0.5)]
            #expect(rows == [first, second])
        }
    }

    @Test func predictionsArePairedImageByImage() throws {
        try withStore { store in
            try make(in: store)
            let pairs = try store.query("""
                SELECT image_path, predicted = label, other_predicted = label
                FROM results AS spg
                JOIN results AS zero ON zero.pipeline = spg.pipeline AND zero.target = spg.target AND zero.method = 'Zero-shot CLIP'
                JOIN prediction_pairs ON prediction_pairs.evaluation_key = spg.evaluation_key AND other_key = zero.evaluation_key
                WHERE spg.pipeline = 'desktop-icons' AND spg.method = 'SPG' ORDER BY image_path
                """).rows
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
            #expect(damages.map(\.subject) == ["what is remembered of the file \(file)"])
            try store.remove(damages)
            #expect(try store.digest(ofFile: file) == digest && store.verify().damages.isEmpty)
        }
    }
}

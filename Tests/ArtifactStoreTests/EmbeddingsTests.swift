import ArtifactStore
import Datasets
import Foundation
import GRDB
import Tensors
import Testing

@Suite struct EmbeddingsTests {
    private let manifest = Sample.manifest("tango")

    @Test func comeBackInTheManifestsOrder() throws {
        try withStore { store in
            let key = try Sample.extract(manifest, into: store)
            for view in Sample.views {
                let embeddings = try store.embeddings(key, view: view)
                #expect(embeddings.manifest == manifest)
                let expected = manifest.images.flatMap { Sample.vector($0.digest, view) }
                #expect(embeddings.vectors == Tensor([6, 8], expected))
            }
            #expect(
                try store.embeddingSet(key)
                    == EmbeddingSet(manifest: manifest.key, encoder: Sample.encoder.key, views: Sample.views))
            #expect(try store.encoder(Sample.encoder.key) == Sample.encoder)
            #expect(throws: StoreError.noView("left", available: Sample.views)) {
                try store.embeddings(key, view: "left")
            }
        }
    }

    @Test func oneMoreImageIsOneMoreRow() throws {
        try withStore { store in
            try Sample.extract(manifest, into: store)
            let larger = Sample.manifest("tango", extra: 1)
            try store.record(larger)
            let missing = try store.missing(views: Sample.views, of: larger.key, encoder: Sample.encoder.key)
            #expect(missing.map(\.image.path) == ["/data/tango/folder/6.jpg"])
            #expect(missing.map(\.views) == [Sample.views])
            let key = try Sample.extract(larger, into: store)
            #expect(try store.embeddings(key, view: "center").vectors.rows == 7)
            #expect(try store.rowCounts()["embedding"] == 14)
            // The view shows the domain as it was seen last, each image once per view.
            #expect(try store.query("SELECT image_path FROM embeddings").rows.count == 14)
            try Sample.extract(manifest, into: store)
            #expect(try store.query("SELECT image_path FROM embeddings").rows.count == 12)
        }
    }

    @Test func copiesOfOneImageShareTheirFeatures() throws {
        try withStore { store in
            let copies = manifest.images.map {
                LabelledImage(path: "\($0.path).copy.jpg", digest: $0.digest, label: $0.label)
            }
            let doubled = DomainManifest(
                dataset: "DesktopIcons", domain: "tango", classes: manifest.classes, images: manifest.images + copies)
            try store.record(doubled)
            try store.record(Sample.encoder)
            #expect(try store.missing(views: ["center"], of: doubled.key, encoder: Sample.encoder.key).count == 6)
            let key = try Sample.extract(doubled, into: store)
            #expect(try store.rowCounts()["embedding"] == 12)
            #expect(try store.embeddings(key, view: "center").vectors.rows == 12)
        }
    }

    @Test func batchesSurviveButAreNotShownBeforeAllAreThere() throws {
        try withStore { store in
            try store.record(manifest)
            try store.record(Sample.encoder)
            let first = manifest.images[0].digest
            try store.insert(
                Tensor([1, 8], Sample.vector(first, "center")), for: [ImageView(image: first, view: "center")],
                encoder: Sample.encoder.key)
            #expect(try store.query("SELECT * FROM embeddings").rows.isEmpty)
            let missing = try store.missing(views: Sample.views, of: manifest.key, encoder: Sample.encoder.key)
            #expect(missing.map(\.views) == [["crop-flip:1"]] + Array(repeating: Sample.views, count: 5))

            let set = EmbeddingSet(manifest: manifest.key, encoder: Sample.encoder.key, views: ["center"])
            let recipe = Sample.extractionRecipe(manifest, views: ["center"])
            let before = try store.rowCounts()
            #expect(throws: StoreError.missingEmbeddings(count: 5, view: "center", first: manifest.images[1].path.text)) {
                try store.write(recipe, .embeddings(set), seconds: 1)
            }
            #expect(try store.rowCounts() == before)
        }
    }

    @Test(arguments: [Float.nan, .infinity, 3, 0])
    func badFeaturesAreRefusedByImagePath(value: Float) throws {
        try withStore { store in
            try store.record(manifest)
            try store.record(Sample.encoder)
            let rows = manifest.images.map { ImageView(image: $0.digest, view: "center") }
            var vectors = Tensor([6, 8], rows.flatMap { Sample.vector($0.image, "center") })
            for column in 0..<8 { vectors[4, column] = column == 2 ? value : 0 }
            let problem = value.isFinite ? StoreError.VectorProblem.notUnitLength(value) : .notFinite
            #expect(throws: StoreError.badVector(image: manifest.images[4].path.text, view: "center", problem: problem)) {
                try store.insert(vectors, for: rows, encoder: Sample.encoder.key)
            }
            #expect(try store.rowCounts()["embedding"] == 0)
        }
    }

    @Test func vectorsOfAnotherSizeAreRefused() throws {
        try withStore { store in
            try store.record(manifest)
            try store.record(Sample.encoder)
            let image = manifest.images[0]
            let problem = StoreError.VectorProblem.wrongDimension(1, expected: 8)
            #expect(throws: StoreError.badVector(image: image.path.text, view: "center", problem: problem)) {
                try store.insert(
                    Tensor([1, 1], [1]), for: [ImageView(image: image.digest, view: "center")],
                    encoder: Sample.encoder.key)
            }
            let unknown = Digest(of: Data("?".utf8))
            #expect(throws: StoreError.unknownEncoder(unknown)) {
                try store.insert(Tensor([0, 8]), for: [], encoder: unknown)
            }
        }
    }

    /// Rows that another program has spoilt since.
    @Test func spoiltRowsAreRefusedByImagePath() throws {
        try withStore { store in
            let key = try Sample.extract(manifest, into: store)
            let image = manifest.images[2]
            func spoil(_ change: String) throws {
                try store.database.write {
                    try $0.execute(
                        sql: """
                            \(change) WHERE image_id = (SELECT id FROM image WHERE sha256 = ?)
                                AND view_id = (SELECT id FROM image_view WHERE name = 'center')
                            """, arguments: [Data(image.digest.bytes)])
                }
            }
            func problem() -> StoreError? {
                #expect(throws: StoreError.self) { try store.embeddings(key, view: "center") }
            }
            try spoil("UPDATE embedding SET vector = zeroblob(32)")
            #expect(problem() == .badVector(image: image.path.text, view: "center", problem: .notUnitLength(0)))
            try spoil("UPDATE embedding SET vector = CAST(x'0000c07f' || zeroblob(28) AS BLOB)")
            #expect(problem() == .badVector(image: image.path.text, view: "center", problem: .notFinite))
            try spoil("UPDATE embedding SET vector = zeroblob(12)")
            #expect(
                problem() == .badVector(image: image.path.text, view: "center", problem: .wrongDimension(3, expected: 8)))
            try spoil("DELETE FROM embedding")
            #expect(problem() == .missingEmbeddings(count: 1, view: "center", first: image.path.text))
            #expect(try store.embeddings(key, view: "crop-flip:1").vectors.rows == 6)
        }
    }
}

import ArtifactStore
import Datasets
import Foundation
import GRDB
import Tensors
import Testing

/// How long features were as the encoder put them out: kept beside them, filled in where they were kept without, and carried
/// to other stores.
@Suite struct NormTests {
    private let manifest = Sample.manifest("tango")

    private func count(_ store: ArtifactStore, _ condition: String) throws -> Int {
        try store.database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM embedding WHERE \(condition)") ?? -1 }
    }

    /// One feature of the sample, moved a little.
    private func moved(_ row: ImageView, by distance: Float) -> Tensor {
        var vector = Tensor([1, 8], Sample.vector(row.image, row.view))
        vector[0, 0] += distance
        return vector.normalizedRows()
    }

    @Test func comeBackInTheManifestsOrder() throws {
        try withStore { store in
            let key = try Sample.extract(manifest, into: store, withNorms: true)
            #expect(try store.featuresWithoutNorm(key) == 0)
            for view in Sample.views {
                let expected = manifest.images.map { Sample.norm($0.digest, view) }
                #expect(try store.norms(key, view: view) == expected)
                let digests = manifest.images.map(\.digest).reversed()
                #expect(try store.norms(of: Array(digests), view: view, encoder: Sample.encoder.key) == expected.reversed())
            }
            #expect(throws: StoreError.noView("left", available: Sample.views)) { try store.norms(key, view: "left") }
            let shown = try store.query("SELECT DISTINCT norm FROM embeddings WHERE view = 'center' ORDER BY norm").rows
            #expect(shown == Set(manifest.images.map { Sample.norm($0.digest, "center") }).sorted().map { [.real(Double($0))] })
            #expect(try store.statistics().features.map(\.imagesWithNorms) == [6, 6])
            #expect(try store.verify().damages.isEmpty)
        }
    }

    @Test func featuresWithoutThemAreNamed() throws {
        try withStore { store in
            let key = try Sample.extract(manifest, into: store), encoder = Sample.encoder.key
            #expect(try store.featuresWithoutNorm(key) == 12)
            #expect(try store.statistics().features.map(\.imagesWithNorms) == [0, 0])
            let error = StoreError.missingNorms(count: 6, view: "center", first: manifest.images[0].path.text, imported: nil)
            #expect(throws: error) { try store.norms(key, view: "center") }
            #expect(error.description.contains("spg-extract --norms"))
            #expect(
                throws: StoreError.missingNorms(
                    count: 1, view: "center", first: manifest.images[1].path.text, imported: nil)
            ) { try store.norms(of: [manifest.images[1].digest], view: "center", encoder: encoder) }
            // They lack nothing but for who asks for norms.
            #expect(try store.missing(views: Sample.views, of: manifest.key, encoder: encoder).isEmpty)
            let missing = try store.missing(views: Sample.views, of: manifest.key, encoder: encoder, withNorms: true)
            #expect(missing.map(\.image) == manifest.images && missing.allSatisfy { $0.views == Sample.views })
            #expect(try store.images(having: "center", encoder: encoder).count == 6)
            #expect(try store.images(having: "center", encoder: encoder, withNorms: true).isEmpty)
        }
    }

    @Test func areFilledInAndTheFeaturesStay() throws {
        try withStore { store in
            let key = try Sample.extract(manifest, into: store)
            let before = try Sample.views.map { try store.embeddings(key, view: $0).vectors }
            // Another machine's sums have another order.
            let row = ImageView(image: manifest.images[3].digest, view: "center")
            #expect(try store.insert(moved(row, by: 3e-4), norms: [9.5], for: [row], encoder: Sample.encoder.key) == 1)
            #expect(try store.featuresWithoutNorm(key) == 11)
            #expect(try store.insert(moved(row, by: 0.5), norms: [7], for: [row], encoder: Sample.encoder.key) == 0)
            try Sample.extract(manifest, into: store, withNorms: true)
            #expect(try store.featuresWithoutNorm(key) == 0)
            #expect(try Sample.views.map { try store.embeddings(key, view: $0).vectors } == before)
            var expected = manifest.images.map { Sample.norm($0.digest, "center") }
            expected[3] = 9.5
            #expect(try store.norms(key, view: "center") == expected)
            #expect(try store.verify().damages.isEmpty)
        }
    }

    @Test func aFeatureThatIsAnotherNowGetsNone() throws {
        try withStore { store in
            let key = try Sample.extract(manifest, into: store)
            let rows = manifest.images.map { ImageView(image: $0.digest, view: "center") }
            var vectors = Tensor([6, 8], rows.flatMap { Sample.vector($0.image, $0.view) })
            vectors.setRow(4, to: moved(rows[4], by: 0.1))
            let error = #expect(throws: StoreError.self) {
                try store.insert(vectors, norms: [1, 2, 3, 4, 5, 6], for: rows, encoder: Sample.encoder.key)
            }
            guard case .strayedVector(manifest.images[4].path.text, "center", let distance)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(distance > 0.05 && distance < 0.15)
            #expect(try store.featuresWithoutNorm(key) == 12)
            // What rounding in bfloat16 does is farther.
            #expect(
                try store.insert(
                    vectors, norms: [1, 2, 3, 4, 5, 6], for: rows, encoder: Sample.encoder.key, within: 0.2) == 6)
            // Made again, it takes the place of the one that was there, with its norm.
            try store.insert(
                vectors.rows(4..<5), norms: [11], for: [rows[4]], encoder: Sample.encoder.key, replacing: true)
            #expect(try store.embeddings(key, view: "center").vectors.rows(4..<5) == vectors.rows(4..<5))
            #expect(try store.norms(key, view: "center") == [1, 2, 3, 4, 11, 6])
            #expect(try store.verify().damages.isEmpty)
        }
    }

    @Test(arguments: [Float.nan, .infinity, 0, -1]) func whatIsNoLengthIsRefused(norm: Float) throws {
        try withStore { store in
            try store.record(manifest)
            try store.record(Sample.encoder)
            let row = ImageView(image: manifest.images[0].digest, view: "center")
            let error = #expect(throws: StoreError.self) {
                try store.insert(moved(row, by: 0), norms: [norm], for: [row], encoder: Sample.encoder.key)
            }
            #expect(error?.description.contains("which is not a length") == true)
            #expect(try count(store, "true") == 0)
        }
    }

    @Test func vectorsAreComparedWhetherOrNotNormsAreKnown() throws {
        try withStore { store in
            try Sample.extract(manifest, into: store, withNorms: true)
            let row = ImageView(image: manifest.images[0].digest, view: "center"), norm = Sample.norm(row.image, "center")
            func check(_ vector: Tensor, _ norms: [Float]?) throws {
                try store.checkNoOthers(vector, norms: norms, for: [row], encoder: Sample.encoder.key)
            }
            let vector = Tensor([1, 8], Sample.vector(row.image, "center"))
            try check(vector, nil)
            try check(vector, [norm])
            #expect(throws: StoreError.self) { try check(vector, [norm + 1]) }
            #expect(throws: StoreError.self) { try check(moved(row, by: 0.01), nil) }
        }
    }

    @Test func aMergeFillsThemInBothWays() throws {
        try withFolder { folder in
            let mine = try ArtifactStore(path: folder + "/mine.sqlite"),
                other = try ArtifactStore(path: folder + "/other.sqlite")
            let tango = try Sample.extract(manifest, into: mine), ink = Sample.manifest("ink")
            try Sample.extract(ink, into: mine, withNorms: true)
            try Sample.extract(manifest, into: other, withNorms: true)
            let breeze = try Sample.extract(Sample.manifest("breeze"), into: other, withNorms: true)
            try Sample.extract(ink, into: other)
            let outcome = try mine.merge(storeAt: other.path)
            #expect(outcome.embeddings == 12 && outcome.norms == 12)
            for (key, domain) in [
                (tango, manifest), (breeze, Sample.manifest("breeze")), (Sample.extractionRecipe(ink).key, ink),
            ] {
                #expect(try mine.norms(key, view: "center") == domain.images.map { Sample.norm($0.digest, "center") })
            }
            #expect(try count(mine, "norm IS NULL") == 0)
            #expect(try mine.verify().damages.isEmpty)
            #expect(try mine.merge(storeAt: other.path).norms == 0)
        }
    }

    @Test func otherNormsAreAConflictAndSoAreOtherFeatures() throws {
        try withFolder { folder in
            let mine = try ArtifactStore(path: folder + "/mine.sqlite")
            try Sample.extract(manifest, into: mine, withNorms: true)
            let row = ImageView(image: manifest.images[1].digest, view: "center")
            for (number, (vector, norm)) in [
                (Tensor([1, 8], Sample.vector(row.image, "center")), Float(99) as Float?), (moved(row, by: 0.1), nil),
            ].enumerated() {
                let other = try ArtifactStore(path: "\(folder)/\(number).sqlite")
                try Sample.extract(manifest, into: other, withNorms: true)
                try other.insert(vector, norms: norm.map { [$0] }, for: [row], encoder: Sample.encoder.key, replacing: true)
                let error = #expect(throws: StoreError.self) { try mine.merge(storeAt: other.path) }
                #expect(error?.description.contains("the features of \(manifest.images[1].path)") == true)
            }
        }
    }

    @Test func aBackupHasThem() throws {
        try withStore { store in
            let key = try Sample.extract(manifest, into: store, withNorms: true)
            try store.backUp(to: store.path + ".copy")
            let copy = try ArtifactStore(path: store.path + ".copy", readOnly: true)
            #expect(try copy.norms(key, view: "center") == store.norms(key, view: "center"))
        }
    }
}

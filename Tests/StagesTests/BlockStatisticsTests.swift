import ArtifactStore
import CLIP
import Datasets
import Foundation
import Imaging
import Stages
import Tensors
import TestSupport
import Testing

@Suite("Extraction with block statistics")
struct BlockStatisticsTests {
    private func expectSame(_ a: Bench, _ b: Bench, _ key: ArtifactKey, views: Int) throws {
        let set = try a.store.embeddingSet(key)
        #expect(set.views.count == 1 + views && set.hasStatistics)
        for view in set.views {
            #expect(try a.store.blockStatistics(key, view: view) == b.store.blockStatistics(key, view: view))
            #expect(try a.store.embeddings(key, view: view).vectors == b.store.embeddings(key, view: view).vectors)
        }
    }

    @Test("What is cached is what the encoder gives, rounded to half precision")
    func cachedIsFresh() throws {
        let bench = try Bench()
        let key = try bench.extract("ink", views: 0, statistics: true).key
        let encoder = try bench.checkpoint.imageEncoder()
        let preprocessing = bench.checkpoint.preprocessing, side = preprocessing.resolution
        let cached = try bench.store.blockStatistics(key, view: "center")
        #expect(cached.widths == encoder.blockWidths)
        for (index, image) in try bench.manifest("ink").images.enumerated() {
            var pixels = Tensor([1, side, side, 3])
            let view = preprocessing.centerView(of: try RGBImage(contentsOf: URL(filePath: image.path.text)))
            pixels.withUnsafeMutablePointer { preprocessing.normalize(view, into: $0) }
            let fresh = encoder.encodeWithStatistics(pixels).statistics.flatMap { [$0.mean, $0.deviation] }
            let own = cached.numbers.gatheringRows([index]), exact = Tensor(besideEachOther: fresh)
            // A place in a group may change a last bit, which rounding hides but for ties.
            for (half, number) in zip(own.values, exact.values) {
                #expect(abs(half - number) <= max(abs(number) * 0x1p-11, 0x1p-25) * 1.001)
            }
        }
    }

    @Test("Features are the same with and without, and only what lacks statistics is encoded again")
    func onlyWhatIsMissing() throws {
        let bench = try Bench(), fresh = try bench.withFreshStore()
        let plain = try bench.extract("ink", views: 1)
        #expect(plain.encoded == 24)
        let before = try bench.store.embeddings(plain.key, view: "center").vectors
        let with = try bench.extract("ink", views: 1, statistics: true)
        #expect(with.key != plain.key && with.encoded == 24)
        #expect(try bench.store.embeddings(with.key, view: "center").vectors == before)
        #expect(try fresh.extract("ink", views: 1, statistics: true).key == with.key)
        try expectSame(bench, fresh, with.key, views: 1)
        // A view more: that view is encoded, and no more is made where all is there.
        let more = try bench.extract("ink", views: 2, statistics: true)
        #expect(more.encoded == 24)
        #expect(try bench.extract("ink", views: 1).encoded == 0)
        #expect(try bench.extract("ink", views: 1, statistics: true).encoded == 0)
        // What has statistics has features: an extraction without them finds all.
        #expect(try fresh.extract("ink", views: 1).encoded == 0)
    }

    @Test("An extraction that was stopped goes on to the same rows; one image more costs one image")
    func goesOn() throws {
        let bench = try Bench(), other = try bench.withFreshStore()
        let key = try bench.extract("oil", views: 0, statistics: true).key
        // Ten of its images were done when it was stopped: part with statistics, part with features alone.
        var part = try other.manifest("oil")
        part = DomainManifest(
            dataset: part.dataset, domain: part.domain, classes: part.classes, images: Array(part.images[..<10]))
        var parameters = ExtractStage.Parameters()
        parameters.statistics = true
        _ = try ExtractStage(parameters).run(manifest: part, checkpoint: other.checkpoint, store: other.store)
        let rest = try other.extract("oil", views: 0, statistics: true)
        #expect(rest.key == key && rest.encoded == 14 && rest.found == 10)
        try expectSame(bench, other, key, views: 0)
    }

    @Test("At its default the parameter is in no recipe")
    func oldKeysStay() throws {
        #expect(ExtractStage.kind.recipe(ExtractStage.kind.defaults, inputs: []).parameters["statistics"] == nil)
        let with = ExtractStage.kind.defaults.changed(["statistics": true])
        #expect(ExtractStage.kind.recipe(with, inputs: []).parameters["statistics"] == true)
    }
}

import ArtifactStore
import CLIP
import Datasets
import Foundation
import GRDB
import Imaging
import PromptLearning
import Stages
import Tensors
import TestSupport
import Testing

/// How long features were as CLIP put them out: kept by extraction, filled in for older stores, read by DPL, carried by import
/// and export.
@Suite("Norms of features") struct NormTests {
    /// Makes a store's features as they were before there were norms.
    private func forget(_ bench: Bench, _ condition: String = "true") throws {
        try bench.store.database.write {
            try $0.execute(sql: "UPDATE embedding SET norm = NULL, sha256 = sha256(vector) WHERE \(condition)")
        }
    }

    private func norms(_ bench: Bench, _ key: ArtifactKey) throws -> [[Float]] {
        try bench.store.embeddingSet(key).views.map { try bench.store.norms(key, view: $0) }
    }

    private func vectors(_ bench: Bench, _ key: ArtifactKey) throws -> [Tensor] {
        try bench.store.embeddingSet(key).views.map { try bench.store.embeddings(key, view: $0).vectors }
    }

    private func dpl(_ sources: [ArtifactKey], _ changes: [String: JSONValue] = [:]) throws -> LearningStage<DPL> {
        try LearningStage(
            DPL.kind.defaults.changed([
                "batchSize": 8, "contextLength": 2, "hiddenWidth": 16, "steps": 6, "validateEvery": 3,
            ]).changed(changes), inputs: ["embeddings": sources])
    }

    @Test("A unit vector times its norm is what the encoder put out") func extraction() throws {
        let bench = try Bench()
        let key = try bench.extract("ink", views: 0).key
        let encoder = try bench.checkpoint.imageEncoder(precision: .float32)
        let preprocessing = bench.checkpoint.preprocessing, side = preprocessing.resolution
        let images = try bench.manifest("ink").images
        var pixels = Tensor([images.count, side, side, 3])
        for (row, image) in images.enumerated() {
            let picture = try Picture(contentsOf: URL(filePath: image.path.text))
            pixels.withUnsafeMutablePointer {
                preprocessing.normalize(preprocessing.centerView(of: picture), into: $0 + row * side * side * 3)
            }
        }
        let raw = encoder.encode(pixels), norms = try norms(bench, key)[0]
        let rebuilt = try vectors(bench, key)[0].scalingRows(by: norms)
        #expect(norms.allSatisfy { abs($0 - 1) > 0.1 }, "\(norms)")
        for (a, b) in zip(rebuilt.values, raw.values) { #expect(abs(a - b) < 1e-5 * max(1, norms.max() ?? 1)) }
        #expect(try bench.store.verify().damages.isEmpty)
    }

    @Test("Features without them are encoded again where that is asked for: they stay, and nothing else is touched")
    func filling() throws {
        let bench = try Bench()
        let key = try bench.extract("ink").key, oil = try bench.extract("oil").key
        let before = (norms: try norms(bench, key), vectors: try vectors(bench, key))
        let artifacts = try bench.artifacts()
        try forget(bench)
        #expect(try bench.store.featuresWithoutNorm(key) == 72)
        // As a plain extraction leaves them.
        #expect(try bench.extract("ink").encoded == 0 && bench.store.featuresWithoutNorm(key) == 72)

        let outcome = try bench.extract("ink", norms: true)
        #expect(outcome.key == key && outcome.encoded == 24 && outcome.normed == 72)
        #expect(try norms(bench, key) == before.norms && vectors(bench, key) == before.vectors)
        #expect(try bench.artifacts() == artifacts && bench.store.featuresWithoutNorm(oil) == 72)
        #expect(try bench.store.verify().damages.isEmpty)
        #expect(try bench.extract("ink", norms: true).encoded == 0)

        // Where some have theirs, the others are encoded.
        try forget(bench, "id % 7 = 0 AND view_id = (SELECT id FROM image_view WHERE name = 'center')")
        let lacking = try bench.store.featuresWithoutNorm(key)
        let rest = try bench.extract("ink", norms: true)
        #expect(lacking > 0 && rest.encoded == lacking && rest.normed == lacking)
        #expect(try norms(bench, key) == before.norms)
    }

    @Test("A new image in an older store: it is encoded whole, the others for their norms, once each") func newImage() throws {
        let bench = try Bench()
        try bench.extract("ink", views: 1)
        try forget(bench)
        try PictureTree.picture(domain: 1, label: 0, number: 77).png().write(to: bench.data.appending(path: "ink/bars/new.png"))
        let outcome = try bench.extract("ink", views: 1, norms: true)
        #expect(outcome.encoded == 25 && outcome.normed == 48)
        #expect(try bench.store.featuresWithoutNorm(outcome.key) == 0)
    }

    @Test("Features that the encoder makes otherwise now get no norm, by the image's name") func strayed() throws {
        let bench = try Bench()
        let key = try bench.extract("ink", views: 0).key
        let image = try bench.manifest("ink").images[5]
        var other = Tensor([1, 32])
        other[0, 3] = 1
        let encoder = try bench.store.embeddingSet(key).encoder
        try bench.store.insert(
            other, for: [ImageView(image: image.digest, view: "center")], encoder: encoder, replacing: true)
        #expect(try bench.store.featuresWithoutNorm(key) == 1)
        let error = #expect(throws: StoreError.self) { try bench.extract("ink", views: 0, norms: true) }
        #expect(error?.description.contains("the stored features of “\(image.path)” (view center)") == true)
        #expect(error?.description.contains("--force") == true)
        #expect(try bench.store.featuresWithoutNorm(key) == 1)
    }

    @Test("An image that was left out as unreadable needs none; one that cannot be read any more ends the stage")
    func unreadable() throws {
        let bench = try Bench()
        let broken = bench.data.appending(path: "ink/bars/broken.png")
        try Data("no picture".utf8).write(to: broken)
        let key = try bench.extract("ink", views: 0, onBadImage: .skip).key
        try forget(bench)
        let outcome = try bench.extract("ink", views: 0, onBadImage: .skip, norms: true)
        #expect(outcome.key == key && outcome.normed == 24 && outcome.leftOut == 1)
    }

    @Test("DPL refuses features without norms, in training and in evaluation, and names the first") func refusals() throws {
        let bench = try Bench()
        let target = try bench.extract("chalk").key, sources = try ["ink", "oil"].map { try bench.extract($0).key }
        let network = try dpl(sources).run(checkpoint: bench.checkpoint, store: bench.store)
        try forget(bench)
        func refused(_ body: () throws -> ArtifactKey) {
            let error = #expect(throws: StoreError.self) { _ = try body() }
            guard case .missingNorms(24, "center", let first, nil)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(first.hasPrefix(bench.data.path))
        }
        let evaluation = try bench.evaluation(DPLEvaluation.self, ["generator": [network]], on: target)
        refused { try evaluation.run(checkpoint: bench.checkpoint, store: bench.store) }
        refused { try dpl(sources, ["seed": 2]).run(checkpoint: bench.checkpoint, store: bench.store) }
        #expect(try bench.artifacts(.evaluation).isEmpty && bench.artifacts(.generator).count == 1)
        // A method that reads none goes on.
        _ = try bench.fit(sources[0]).run(checkpoint: bench.checkpoint, store: bench.store)
        for domain in ["chalk", "ink", "oil"] { try bench.extract(domain, norms: true) }
        _ = try evaluation.run(checkpoint: bench.checkpoint, store: bench.store)
        _ = try dpl(sources, ["seed": 2]).run(checkpoint: bench.checkpoint, store: bench.store)
    }

    @Test("What DPL learns depends on the norms, and what is filled in gives the same bits") func learning() throws {
        let bench = try Bench(), other = try bench.withFreshStore(), third = try bench.withFreshStore()
        func tensors(_ bench: Bench, _ change: () throws -> Void = {}) throws -> [String: Tensor] {
            let sources = try ["ink", "oil"].map { try bench.extract($0).key }
            try change()
            let key = try dpl(sources).run(checkpoint: bench.checkpoint, store: bench.store)
            return try bench.store.weights(key).tensors
        }
        let expected = try tensors(bench)
        #expect(
            try tensors(other) {
                try forget(other)
                for domain in ["ink", "oil"] { try other.extract(domain, norms: true) }
            } == expected)
        #expect(
            try tensors(third) { try third.store.database.write { try $0.execute(sql: "UPDATE embedding SET norm = 1") } }
                != expected)
    }

    @Test("Views that are fresh in every epoch come with norms, and are encoded again where they lack them") func freshViews()
        throws
    {
        let bench = try Bench(), other = try bench.withFreshStore()
        func run(_ bench: Bench) throws -> ArtifactKey {
            let sources = try ["ink", "oil"].map { try bench.extract($0, counting: .everyEpoch).key }
            return try dpl(sources).run(checkpoint: bench.checkpoint, store: bench.store)
        }
        let expected = try run(bench)
        // Another method has made the same crops in an older store.
        for domain in ["ink", "oil"] {
            _ = try other.fit(other.extract(domain, counting: .everyEpoch).key, with: ["epochs": 2])
                .run(checkpoint: other.checkpoint, store: other.store)
        }
        try forget(other, "view_id IN (SELECT id FROM image_view WHERE name LIKE 'augmented:%')")
        #expect(try run(other) == expected)
        #expect(try other.store.weights(expected).tensors == bench.store.weights(expected).tensors)
    }

    @Test("A network that was learned from features of length 1 is refused") func olderNetworks() throws {
        let bench = try Bench()
        let target = try bench.extract("chalk").key, source = try bench.extract("ink").key
        let network = try dpl([source]).run(checkpoint: bench.checkpoint, store: bench.store)
        let recipe = try #require(try bench.store.artifact(network)).recipe
        let older = Recipe(
            kind: recipe.kind, algorithmVersion: 1, parameters: recipe.parameters, inputs: recipe.inputs)
        try bench.store.write(older, .weights(bench.store.weights(network)), seconds: 1)
        let error = #expect(throws: StageInputError.self) {
            try bench.evaluated(DPLEvaluation.self, ["generator": [older.key]], on: target)
        }
        #expect(error?.description.contains("by an earlier version") == true)
    }

    // MARK: Import

    private func importing(
        _ bench: Bench, _ tensors: [String: Tensor], as encoder: String, table: URL? = nil, normalize: Bool = false
    ) throws -> ArtifactKey {
        let file = bench.folder.url.appending(path: "\(encoder).safetensors")
        try Safetensors.encode(tensors).write(to: file)
        let source = try FeatureFile(contentsOf: file)
        return try FeatureImport(
            encoder: encoder, folder: ImageFolder(root: bench.data), domains: ["ink"],
            order: table.map { .listed($0) } ?? .ofDataSet, isNormalizing: normalize
        ).run(
            source.tensor(), norms: source.norms(), source: source.source, checkpoint: bench.checkpoint, store: bench.store
        )[0].key
    }

    @Test("They come in as an array, as columns of the table, or as the lengths of rows that are scaled") func imports() throws
    {
        let bench = try Bench()
        let key = try bench.extract("ink", views: 1).key
        let export = try Export(features: [key], in: bench.store)
        let written = try export.write(to: bench.folder.url.appending(path: "f.npy"))
        let features = try #require(export.tensors["features"]), table = try #require(export.rowTable)
        #expect(table.columns.suffix(2) == ["norm", "norm1"])
        let both = try norms(bench, key), flat = (0..<24).flatMap { [both[0][$0], both[1][$0]] }
        let plain = bench.folder.url.appending(path: "plain.csv")
        let lines = ([table.columns] + table.rows).map { $0.prefix(2).joined(separator: ",") }
        try Data(lines.joined(separator: "\n").utf8).write(to: plain)
        let array = try importing(bench, ["features": features, "norms": Tensor([24, 2], flat)], as: "array", table: plain)
        let listed = try importing(bench, ["features": features], as: "listed", table: written[1])
        let raw = features.reshaped([48, 32]).scalingRows(by: flat).reshaped([24, 2, 32])
        let scaled = try importing(bench, ["features": raw], as: "scaled", table: plain, normalize: true)
        #expect(try norms(bench, array) == both && norms(bench, listed) == both)
        for (a, b) in zip(try norms(bench, scaled).joined(), both.joined()) { #expect(abs(a - b) < 1e-5 * b) }
        _ = try dpl([scaled]).run(checkpoint: bench.checkpoint, store: bench.store)

        // Unit vectors in half precision say nothing of their length, and DPL says what to do.
        let half = Tensor(features.shape, features.values.map { Float(Float16($0)) })
        let units = try importing(bench, ["features": half], as: "units", table: plain, normalize: true)
        let error = #expect(throws: StoreError.self) {
            try dpl([units]).run(checkpoint: bench.checkpoint, store: bench.store)
        }
        #expect(error?.description.contains("imported as “units” without; import them again with their norms") == true)
        // The same features with norms fill them in; others are refused.
        let same = half.reshaped([48, 32]).normalizedRows().reshaped([24, 2, 32])
        let known = Tensor([24, 2], flat)
        #expect(try importing(bench, ["features": same, "norms": known], as: "units", table: plain) == units)
        #expect(try norms(bench, units) == both)
        #expect(throws: StoreError.self) {
            try importing(bench, ["features": features, "norms": Tensor([24, 2], repeating: 3)], as: "array", table: plain)
        }
        #expect(try norms(bench, array) == both && bench.store.verify().damages.isEmpty)
    }

    @Test("Norms that do not fit are refused, and nothing is written") func faultyImports() throws {
        let bench = try Bench()
        let key = try bench.extract("ink", views: 1).key
        let export = try Export(features: [key], in: bench.store)
        let written = try export.write(to: bench.folder.url.appending(path: "f.npy"))
        let features = try #require(export.tensors["features"]), before = try bench.artifacts()
        func says(_ norms: Tensor?, table: URL? = nil) -> String {
            var tensors = ["features": features]
            tensors["norms"] = norms
            do {
                return try "\(importing(bench, tensors, as: "gpu", table: table))"
            } catch {
                return "\(error)"
            }
        }
        #expect(says(Tensor([24], repeating: 9)).contains("have the shape [24]; expected is [24, 2]"))
        #expect(says(Tensor([2, 24], repeating: 9)).contains("have the shape [2, 24]"))
        var bad = Tensor([24, 2], repeating: 9)
        bad[7, 1] = .nan
        #expect(says(bad).contains("is nan, which is not the length of a feature"))
        #expect(says(Tensor([24, 2], repeating: 9), table: written[1]).contains("leave one of them out"))
        let text = try String(contentsOf: written[1], encoding: .utf8)
        let short = bench.folder.url.appending(path: "short.csv")
        try Data(text.replacing("norm1", with: "other").utf8).write(to: short)
        #expect(says(nil, table: short).contains("no column “norm1”"))
        #expect(try bench.artifacts() == before)
        #expect(try bench.store.query("SELECT * FROM encoders").rows.count == 1)
    }
}

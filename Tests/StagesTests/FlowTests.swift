import ArtifactStore
import CLIP
import Datasets
import Foundation
import Imaging
import PromptLearning
import Stages
import Tensors
import TestSupport
import Testing

@Suite("From images to evaluations")
struct FlowTests {
    @Test("Every stage makes its artifact once; a second run makes nothing and returns the same keys")
    func idempotent() throws {
        let bench = try Bench()
        let flow = try bench.run()
        let kinds: [(ArtifactKey, ArtifactKind)] =
            flow.embeddings.map { ($0, .embeddings) } + flow.prompts.map { ($0, .prompt) }
            + [(flow.generator, .generator)] + flow.evaluations.map { ($0, .evaluation) }
        for (key, kind) in kinds { #expect(try bench.store.artifact(key)?.recipe.kind == kind) }
        let made = try bench.artifacts()
        #expect(made.count == 12)  // three times images and embeddings, two prompts, a generator, three evaluations
        #expect(try bench.run() == flow)
        #expect(try bench.artifacts() == made)
        #expect(try bench.store.query("SELECT count(*) FROM checkpoint").rows == [[.integer(0)]])
    }

    @Test("What the artifacts say is what was asked for")
    func contents() throws {
        let bench = try Bench()
        let flow = try bench.run(seed: 3)
        let prompt = try bench.store.prompt(flow.prompts[0])
        #expect(prompt.domain == "ink" && prompt.method == "coop" && prompt.seed == 3)
        #expect(prompt.vectors.shape == [2, 64])
        let generator = try bench.store.weights(flow.generator)
        #expect(generator.domain == "ink+oil" && generator.seed == 3)
        for (key, method) in zip(flow.evaluations, ["zero-shot", "coop", "spg"]) {
            let evaluation = try bench.store.evaluation(key)
            #expect(evaluation.method == method && evaluation.predictions.count == 24)
            #expect(evaluation.predictions.map(\.label) == (0..<24).map { $0 / 8 })
        }
        let losses = try bench.store.metrics(of: flow.prompts[0]).filter { $0.name == "loss" }
        #expect(losses.map(\.epoch) == Array(1...Bench.epochs))
        #expect(try #require(losses.last).value < losses[0].value)
    }

    @Test("Two fresh stores hold the same bits for the same seed, and others for another seed")
    func reproducible() throws {
        let bench = try Bench(), other = try bench.withFreshStore()
        let (first, second) = (try bench.run(), try other.run())
        #expect(first == second)
        for key in first.prompts { #expect(try bench.store.prompt(key) == other.store.prompt(key)) }
        #expect(
            try bench.store.weights(first.generator).tensors == other.store.weights(first.generator).tensors)
        for key in first.evaluations { #expect(try bench.store.evaluation(key) == other.store.evaluation(key)) }
        for key in first.prompts + [first.generator] {
            #expect(try bench.store.metrics(of: key) == other.store.metrics(of: key))
        }
        let third = try other.run(seed: 2)
        #expect(third.embeddings == first.embeddings && third.evaluations[0] == first.evaluations[0])
        #expect(
            try other.store.prompt(third.prompts[0]).vectors != other.store.prompt(first.prompts[0]).vectors)
        #expect(
            try other.store.weights(third.generator).tensors != other.store.weights(first.generator).tensors)
    }

    @Test("Features out of the store equal features encoded anew; predictions equal cosines taken by hand")
    func cachedEqualsFresh() throws {
        let bench = try Bench()
        let key = try bench.extract("ink").key
        let model = try CLIPModel(checkpoint: bench.checkpoint)
        let preprocessing = CLIPPreprocessing(resolution: model.image.resolution)
        let stored = try bench.store.embeddings(key, view: "center")
        let images = stored.manifest.images
        var pixels = Tensor([images.count, 32, 32, 3])
        for (index, image) in images.enumerated() {
            let view = preprocessing.centerView(of: try RGBImage(contentsOf: URL(filePath: image.path.text)))
            pixels.withUnsafeMutablePointer { preprocessing.normalize(view, into: $0 + index * 32 * 32 * 3) }
        }
        let fresh = model.image.encode(pixels).normalizedRows()
        #expect(zip(fresh.values, stored.vectors.values).allSatisfy { abs($0 - $1) < 1e-6 })

        let evaluation = try bench.store.evaluation(
            bench.evaluation(ZeroShot.self, on: key).run(checkpoint: bench.checkpoint, store: bench.store))
        let words = try ClassPrompts(
            classNames: stored.manifest.classes.map(\.text), template: "a photo of a {}.", model: model.text)
        let text = words.textFeatures(model: model.text)
        for (row, prediction) in evaluation.predictions.enumerated() {
            let cosines = (0..<3).map { label in
                (0..<32).reduce(Float(0)) { $0 + fresh[row, $1] * text[label, $1] }
            }
            let likeliest = try #require(cosines.indices.max { cosines[$0] < cosines[$1] })
            let shares = cosines.map { exp(Double(model.text.logitScale * ($0 - cosines[likeliest]))) }
            #expect(prediction.predicted == likeliest)
            #expect(abs(prediction.probability - 1 / shares.reduce(0, +)) < 1e-4)
        }
    }

    @Test("Random crops differ from the center view and from one another, and come out the same in pieces as at once")
    func views() throws {
        let bench = try Bench(), pieces = try bench.withFreshStore()
        let key = try bench.extract("oil", views: 2).key
        // First without crops, then with one, then with two: only what is missing is encoded.
        for views in 0...2 { #expect(try pieces.extract("oil", views: views).encoded == 24) }
        let names = try bench.store.embeddingSet(key).views
        #expect(names.count == 3)
        for name in names {
            let whole = try bench.store.embeddings(key, view: name).vectors
            let inPieces = try pieces.store.embeddings(key, view: name).vectors
            #expect(zip(whole.values, inPieces.values).allSatisfy { abs($0 - $1) < 1e-6 })
            for other in names where other != name {
                #expect(try bench.store.embeddings(key, view: other).vectors != whole)
            }
        }
    }

    @Test("Several domains are fitted as one where they are pooled")
    func pooled() throws {
        let bench = try Bench()
        let keys = try ["ink", "oil"].map { try bench.extract($0).key }
        let pooled = try bench.fit(keys[0], keys[1]).run(checkpoint: bench.checkpoint, store: bench.store)
        let prompt = try bench.store.prompt(pooled)
        #expect(prompt.domain == "ink+oil")
        let alone = try bench.fit(keys[0]).run(checkpoint: bench.checkpoint, store: bench.store)
        #expect(try bench.store.prompt(alone).vectors != prompt.vectors)
    }
}

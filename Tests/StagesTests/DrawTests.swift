import ArtifactStore
import CLIP
import Datasets
import Foundation
import PromptLearning
import Stages
import Tensors
import Testing

@Suite("Several prompts drawn for each image")
struct DrawTests {
    /// A generator over tiny images, one evaluation per set of parameters, and what it takes to draw by hand.
    private struct Drawing {
        let bench: Bench
        let target: ArtifactKey
        let generator: ArtifactKey

        init() throws {
            let bench = try Bench()
            let sources = try ["ink", "oil"].map { try bench.extract($0).key }
            let prompts = try sources.map { try bench.fit($0).run(checkpoint: bench.checkpoint, store: bench.store) }
            generator = try bench.generator(sources, prompts).run(checkpoint: bench.checkpoint, store: bench.store)
            target = try bench.extract("chalk").key
            self.bench = bench
        }

        func stage(_ parameters: [String: JSONValue]) throws -> EvaluateStage<GeneratorEvaluation> {
            try bench.evaluation(GeneratorEvaluation.self, ["generator": [generator]], on: target, with: parameters)
        }

        func predictions(_ parameters: [String: JSONValue]) throws -> [Evaluation.Prediction] {
            try bench.store.evaluation(stage(parameters).run(checkpoint: bench.checkpoint, store: bench.store)).predictions
        }

        /// Text features of one image's classes for each draw, from the prompts' definition.
        func texts(draws: Int, seed: UInt64) throws -> (images: Tensor, texts: [[Tensor]], scale: Float) {
            let stored = try bench.store.embeddings(target, view: "center")
            let model = try CLIPText(checkpoint: bench.checkpoint), width = model.transformer.width
            let network = try #require(
                Generator(
                    tensors: bench.store.weights(generator).tensors, featureDimension: 32, width: width))
            let classes = try ClassPrompts(classNames: stored.manifest.classes.map(\.text), contextLength: 2, model: model)
            let texts = stored.manifest.images.enumerated().map { row, image in
                (0..<draws).map { draw in
                    let words = (0..<3).map { part in
                        image.digest.bytes[4 * part..<4 * part + 4].reduce(0) { $0 << 8 | Int($1) }
                    }
                    let purpose = draw == 0 ? "evaluation noise" : "evaluation noise \(draw)"
                    let noise = latentNoise(1, dimension: network.latentDimension) { _ in
                        RandomStream(seed: seed, purpose: purpose, words[0], words[1], words[2])
                    }
                    let prompt = network.prompts(noise: noise, features: stored.vectors.rows(row..<row + 1))
                    return classes.textFeatures(Variable(prompt.reshaped([2, width])), model: model).value
                }
            }
            return (stored.vectors, texts, model.logitScale)
        }
    }

    /// softmax(scale · cosines) in double precision.
    private func probabilities(_ image: Tensor, _ text: [[Double]], _ scale: Float) -> [Double] {
        let feature = image.values.map(Double.init)
        let logits = text.map { row in Double(scale) * zip(row, feature).reduce(0) { $0 + $1.0 * $1.1 } }
        let most = logits.max() ?? 0, shares = logits.map { exp($0 - most) }
        return shares.map { $0 / shares.reduce(0, +) }
    }

    private func rows(_ tensor: Tensor) -> [[Double]] {
        (0..<tensor.rows).map { tensor.rows($0..<$0 + 1).values.map(Double.init) }
    }

    @Test("One draw is what it was before there were several: the same recipe, the same bits, no spread")
    func one() throws {
        let drawing = try Drawing()
        let plain = try drawing.stage([:])
        let before = Recipe(
            kind: .evaluation, algorithmVersion: 2, parameters: ["seed": 1],
            inputs: [.init("embeddings", drawing.target), .init("generator", drawing.generator)])
        #expect(plain.recipe == before)
        #expect(try drawing.stage(["draws": 1, "average": "features"]).recipe == before)
        #expect(try drawing.stage(["draws": 2]).recipe.key != before.key)
        #expect(
            try drawing.stage(["draws": 2]).recipe.key != drawing.stage(["draws": 2, "average": "probabilities"]).recipe.key)
        let found = try drawing.predictions([:])
        #expect(found.allSatisfy { $0.spread == nil })
        #expect(try drawing.bench.store.query("SELECT * FROM uncertainties").rows.isEmpty)
        let (images, texts, scale) = try drawing.texts(draws: 1, seed: 1)
        for (row, prediction) in found.enumerated() {
            let shares = probabilities(images.rows(row..<row + 1), rows(texts[row][0]), scale)
            #expect(abs(prediction.probability - shares[prediction.predicted]) < 1e-5)
            #expect(prediction.predicted == shares.indices.max { shares[$0] < shares[$1] })
        }
    }

    @Test("Several are averaged as told, and their spread is a standard deviation", arguments: ["features", "probabilities"])
    func several(average: String) throws {
        let drawing = try Drawing(), count = 4
        let found = try drawing.predictions(["draws": 4, "average": .string(average), "seed": 3])
        let (images, texts, scale) = try drawing.texts(draws: count, seed: 3)
        for (row, prediction) in found.enumerated() {
            let image = images.rows(row..<row + 1), draws = texts[row].map { rows($0) }
            let single = draws.map { probabilities(image, $0, scale) }
            var expected = (0..<3).map { label in single.reduce(0) { $0 + $1[label] } / Double(count) }
            if average == "features" {
                let mean = (0..<3).map { label in
                    let sum = (0..<32).map { column in draws.reduce(0) { $0 + $1[label][column] } }
                    let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
                    return sum.map { $0 / length }
                }
                expected = probabilities(image, mean, scale)
            }
            #expect(prediction.predicted == expected.indices.max { expected[$0] < expected[$1] })
            #expect(abs(prediction.probability - expected[prediction.predicted]) < 1e-5)
            let own = single.map { $0[prediction.predicted] }, center = own.reduce(0, +) / Double(count)
            let variance = own.reduce(0) { $0 + ($1 - center) * ($1 - center) } / Double(count - 1)
            #expect(abs(try #require(prediction.spread) - variance.squareRoot()) < 1e-5)
        }
        #expect(found.contains { ($0.spread ?? 0) > 0 })
        #expect(try drawing.bench.store.query("SELECT * FROM uncertainties").rows.count == found.count)
    }

    @Test("The same seed draws the same prompts in another store; another seed draws others")
    func determinism() throws {
        let first = try Drawing(), second = try Drawing()
        let parameters: [String: JSONValue] = ["draws": 3, "average": "probabilities"]
        let found = try first.predictions(parameters)
        #expect(try found == second.predictions(parameters))
        #expect(try found != second.predictions(["draws": 3, "average": "probabilities", "seed": 2]))
    }
}

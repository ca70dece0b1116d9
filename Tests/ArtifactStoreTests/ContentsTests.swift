import ArtifactStore
import Datasets
import Foundation
import Tensors
import Testing

@Suite struct ContentsTests {
    @Test func promptsComeBack() throws {
        try withStore { store in
            let embeddings = try Sample.extract(Sample.manifest("tango"), into: store)
            let recipe = Sample.promptRecipe(embeddings, seed: 7), prompt = Sample.prompt("tango", seed: 7)
            let history = [
                Metric(epoch: 1, name: "loss", value: 2), Metric(epoch: 1, name: "validation", value: 0.5),
                Metric(epoch: 2, name: "loss", value: 1.25),
            ]
            let key = try store.write(recipe, .prompt(prompt), metrics: history.reversed(), seconds: 3.5)
            let read = try store.prompt(key)
            #expect(read.vectors == prompt.vectors)
            #expect((read.method, read.domain, read.seed, read.validationAccuracy) == ("coop", "tango", 7, 0.75))
            #expect(try store.metrics(of: key) == history)
            let artifact = try #require(try store.artifact(key))
            #expect(artifact.recipe == recipe && artifact.recipe.key == key)
            #expect(artifact.seconds == 3.5 && artifact.bytes == 24)
            #expect(artifact.created.hasSuffix("Z") && artifact.created.count == 24)
            #expect(throws: StoreError.noArtifact(embeddings, .prompt)) { try store.prompt(embeddings) }
        }
    }

    @Test func vectorsAreLittleEndianFloat32() throws {
        try withStore { store in
            let embeddings = try Sample.extract(Sample.manifest("tango"), into: store)
            try store.write(
                Sample.promptRecipe(embeddings, seed: 1), .prompt(Sample.prompt("tango", seed: 1)), seconds: 1)
            #expect(
                try store.texts("SELECT hex(vectors) FROM prompts")
                    == ["0000803F" + "00000040" + "00004040" + "00008040" + "0000A040" + "0000803F"])
        }
    }

    @Test func generatorsComeBack() throws {
        try withStore { store in
            let recipe = Sample.generatorRecipe([], seed: 2), generator = Sample.generator(seed: 2)
            let key = try store.write(recipe, .weights(generator), seconds: 1)
            let read = try store.weights(key)
            #expect(read.tensors == generator.tensors)
            #expect((read.method, read.domain, read.seed) == ("spg", "oxygen+papirus", 2))
        }
    }

    @Test func numbersThatAreNotFiniteAreRefused() throws {
        try withStore { store throws in
            var generator = Sample.generator(seed: 1)
            generator.tensors["g.bias"] = Tensor([2], [0, .nan])
            let error = #expect(throws: StoreError.self) {
                try store.write(Sample.generatorRecipe([], seed: 1), .weights(generator), seconds: 1)
            }
            #expect(error?.description.contains("“g.bias”") == true)
            #expect(try store.rowCounts().values.allSatisfy { $0 == 0 })
        }
    }

    @Test func evaluationsComeBack() throws {
        try withStore { store in
            let manifest = Sample.manifest("tango")
            let embeddings = try Sample.extract(manifest, into: store)
            let evaluation = Sample.evaluation(of: manifest, method: "zero-shot", seed: nil)
            let recipe = Sample.evaluationRecipe([.init("embeddings", embeddings)], seed: nil)
            let key = try store.write(recipe, .evaluation(evaluation), seconds: 1)
            #expect(try store.evaluation(key) == evaluation)
            #expect(evaluation.accuracy == 5.0 / 6)
            #expect(
                try store.query("SELECT accuracy, images, pipeline FROM results").rows == [
                    [.real(5.0 / 6), .integer(6), .null]
                ])
            #expect(
                try store.query("SELECT label, accuracy FROM class_accuracies ORDER BY label").rows == [
                    [.text("folder"), .real(1)], [.text("printer"), .real(1)], [.text("trash"), .real(0.5)],
                ])
        }
    }

    @Test func predictionsMustFitTheImages() throws {
        try withStore { store in
            let manifest = Sample.manifest("tango")
            let embeddings = try Sample.extract(manifest, into: store)
            let recipe = Sample.evaluationRecipe([.init("embeddings", embeddings)], seed: nil)
            let before = try store.rowCounts()
            let changes: [(inout Evaluation) -> Void] = [
                { $0.predictions[1].label = 2 }, { $0.predictions[1].predicted = 3 },
                { $0.predictions[1].position = 6 }, { $0.predictions[1].probability = .nan },
                { $0.predictions[1] = $0.predictions[0] },
                { $0.predictions = [] }, { $0.predictions[1].spread = -0.1 }, { $0.predictions[1].spread = .nan },
            ]
            for change in changes {
                var evaluation = Sample.evaluation(of: manifest, method: "zero-shot", seed: nil)
                change(&evaluation)
                let error = #expect(throws: StoreError.self) {
                    try store.write(recipe, .evaluation(evaluation), seconds: 1)
                }
                guard case .badValue = error else { Issue.record("\(String(describing: error))"); continue }
            }
            #expect(try store.rowCounts() == before)
        }
    }
}

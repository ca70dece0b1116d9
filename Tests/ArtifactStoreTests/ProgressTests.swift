import ArtifactStore
import Foundation
import Testing

@Suite struct ProgressTests {
    @Test func aCheckpointIsReplacedAndThenDeletedByTheArtifact() throws {
        try withStore { store in
            let recipe = Sample.generatorRecipe([], seed: 1)
            #expect(try store.checkpoint(for: recipe.key) == nil)
            for epoch in 1...3 {
                let checkpoint = TrainingCheckpoint(
                    progress: ["epoch": .number(Double(epoch))], payload: Data(repeating: UInt8(epoch), count: 100))
                try store.save(checkpoint, for: recipe.key)
                #expect(try store.checkpoint(for: recipe.key) == checkpoint)
            }
            #expect(try store.progress(of: recipe.key) == ["epoch": 3])
            try store.recordFailure("interrupted", of: recipe.key)
            #expect(try store.failure(of: recipe.key)?.message == "interrupted")
            try store.write(recipe, .weights(Sample.generator(seed: 1)), seconds: 1)
            #expect(try store.checkpoint(for: recipe.key) == nil)
            #expect(try store.failure(of: recipe.key) == nil)
        }
    }

    @Test func aPipelineIsWhatItWasLastSaidToBe() throws {
        try withStore { store in
            let key = Sample.manifest("tango").key
            let first = [
                PipelineInstance(stage: "b", cell: ["seed": 1], key: key, title: "B"),
                PipelineInstance(stage: "a", cell: [:], key: key),
            ]
            try store.setPipeline("demo", to: first)
            #expect(try store.pipeline("demo") == first)
            try store.setPipeline("other", to: [])
            try store.setPipeline("demo", to: Array(first.dropFirst()))
            #expect(try store.pipeline("demo") == Array(first.dropFirst()))
            #expect(try store.pipeline("none").isEmpty)
        }
    }

    @Test func resultsAreThoseOfThePipelineInItsOrder() throws {
        try withStore { store in
            try Sample.runPipeline(in: store)
            let results = try store.results(ofPipeline: "desktop-icons")
            #expect(results.map(\.method) == ["Zero-shot CLIP", "SPG"])
            #expect(results.map(\.seed) == [nil, 1])
            #expect(results.allSatisfy { $0.target == "tango" && $0.images == 6 && $0.accuracy == 5.0 / 6 })
            #expect(try store.results(ofPipeline: "another").isEmpty)
            let states = try store.texts("SELECT state FROM pipelines WHERE stage = 'spg' ORDER BY cell")
            #expect(states == ["done", "failed"])
        }
    }
}

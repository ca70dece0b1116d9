import ArtifactStore
import Datasets
import Testing

@Suite struct RemakingTests {
    @Test func contentsAreReplacedAndWhatWasMadeFromThemStays() throws {
        try withFolder { folder in
            let path = folder + "/artifacts.sqlite"
            let store = try ArtifactStore(path: path)
            try Sample.runPipeline(in: store)
            let embeddings = try store.resolve("oxygen", kind: .embeddings)
            let recipe = Sample.promptRecipe(embeddings, seed: 1)
            let before = try store.prompt(recipe.key)
            var other = before
            other.validationAccuracy = 0.125
            let history = [Metric(epoch: 1, name: "loss", value: 7)]

            try store.write(recipe, .prompt(other), metrics: history, seconds: 99)
            #expect(try store.prompt(recipe.key) == before)

            let counts = try store.rowCounts()
            try store.write(recipe, .prompt(other), metrics: history, seconds: 99, replacing: true)
            #expect(try store.prompt(recipe.key) == other)
            #expect(try store.metrics(of: recipe.key) == history)
            #expect(try store.artifact(recipe.key)?.seconds == 99)
            // One figure of the history is gone; every other row is there as it was.
            var expected = counts
            expected["metric", default: 0] -= 1
            #expect(try store.rowCounts() == expected)
        }
    }

    @Test func featuresAreAllMissingAndReplaced() throws {
        try withFolder { folder in
            let path = folder + "/artifacts.sqlite"
            let manifest = Sample.manifest("tango")
            let store = try ArtifactStore(path: path), key = try Sample.extract(manifest, into: store)
            let set = try store.embeddingSet(key)
            let missing = try store.missing(
                views: set.views, of: manifest.key, encoder: set.encoder, replacing: true)
            #expect(missing.count == Set(manifest.images.map(\.digest)).count)
            #expect(missing.allSatisfy { $0.views == set.views })
            let before = try store.embeddings(key, view: "center").vectors
            let image = ImageView(image: manifest.images[0].digest, view: "center")
            let other = manifest.images.indices.last { before.rows($0..<$0 + 1) != before.rows(0..<1) }
            let vector = before.rows((other ?? 0)..<(other ?? 0) + 1)
            try store.insert(vector, for: [image], encoder: set.encoder, replacing: true)
            #expect(try store.embeddings(key, view: "center").vectors.rows(0..<1) == vector)
            #expect(vector != before.rows(0..<1))
        }
    }
}

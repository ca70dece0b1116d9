import ArtifactStore
import Datasets
import Testing

@Suite struct ResolutionTests {
    @Test func findsKeysPrefixesAndNames() throws {
        try withStore { store in
            try Sample.runPipeline(in: store)
            let images = Sample.manifest("tango").key
            let embeddings = Sample.extractionRecipe(Sample.manifest("tango")).key
            #expect(try store.resolve(images.description) == images)
            #expect(try store.resolve(images.short.uppercased()) == images)
            #expect(try store.resolve("tango", kind: .images) == images)
            #expect(try store.resolve("tango", kind: .embeddings) == embeddings)
            #expect(try store.resolve("DesktopIcons/tango", kind: .embeddings) == embeddings)
            let oxygen = Sample.extractionRecipe(Sample.manifest("oxygen")).key
            let prompt = Sample.promptRecipe(oxygen, seed: 2).key
            #expect(try store.resolve("coop/oxygen/2") == prompt)
            #expect(try store.resolve("desktop-icons/prompts/domain=oxygen/seed=2") == prompt)
        }
    }

    @Test func saysWhichArtifactsATextMayMean() throws {
        try withStore { store in
            try Sample.runPipeline(in: store)
            let error = #expect(throws: StoreError.self) { try store.resolve("oxygen", kind: .prompt) }
            let prompts = [1, 2].map {
                Sample.promptRecipe(Sample.extractionRecipe(Sample.manifest("oxygen")).key, seed: $0).key
            }
            guard case .ambiguousName("oxygen", let candidates) = error else { throw error ?? .badValue("no error") }
            #expect(candidates.count == 2)
            for prompt in prompts { #expect(candidates.contains { $0.hasPrefix(prompt.short) }) }
            #expect(error?.description.contains("desktop-icons/prompts/domain=oxygen/seed=1") == true)
        }
    }

    @Test func offersTheNearestName() throws {
        try withStore { store in
            try Sample.runPipeline(in: store)
            #expect(throws: StoreError.unknownName("tnago", kind: .embeddings, nearest: "tango")) {
                try store.resolve("tnago", kind: .embeddings)
            }
            // Too few digits to be a key.
            let short = String(Sample.manifest("tango").key.description.prefix(5))
            #expect(throws: StoreError.unknownName(short, kind: nil, nearest: nil)) { try store.resolve(short) }
            let absent = Sample.manifest("absent").key
            #expect(throws: StoreError.noArtifact(absent, nil)) { try store.resolve(absent.description) }
        }
    }
}

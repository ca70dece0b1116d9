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

    @Test("Whatever a value holds, its artifact is found by every name that runs take, and no other with it")
    func anyValues() throws {
        let values = [
            "a, b", "a", "b", "it's", "(x)", ")", "a, seed 2", "a/b=c", "/", "=", "two  words ", "\\\"", "1e-3 ", "a,",
        ]
        try withStore { store in
            let embeddings = try Sample.extract(Sample.manifest("ink"), into: store)
            var instances: [PipelineInstance] = []
            for (number, word) in values.enumerated() {
                for seed in 1...2 {
                    let recipe = Sample.promptRecipe(embeddings, seed: 10 * number + seed)
                    try store.write(recipe, .prompt(Sample.prompt("ink", seed: 10 * number + seed)), seconds: 1)
                    let cell: JSONValue = [
                        "word": .string(word), "seed": .number(Double(seed)), "domain": "ink", "rate": 0.002,
                    ]
                    instances.append(PipelineInstance(stage: "plot", cell: cell, key: recipe.key))
                }
            }
            try store.setPipeline("sketches", to: instances)
            for instance in instances {
                let word = instance.cell["word"]?.plainText ?? "", seed = instance.cell["seed"]?.plainText ?? ""
                for text in [
                    "plot(domain ink, word \(word), seed \(seed), rate 0.002)", "plot(word \(word), rate 2e-3, seed \(seed))",
                    "plot/word=\(word)/seed=\(seed)", "sketches/plot/seed=\(seed)/word=\(word)",
                    "sketches/plot(seed \(seed), word \(word))",
                    "sketches/plot/domain=ink/rate=0.002/seed=\(seed)/word=\(word)",
                ] { #expect(try store.resolve(text, kind: .prompt) == instance.key, "\(text)") }
            }
            #expect(try store.instances(InstanceSelector("plot(word a)")).count == 2)
            #expect(try store.instances(ofPipeline: "sketches").count == instances.count)
            #expect(throws: StoreError.self) { try store.resolve("plot(word c)") }
            #expect(throws: StoreError.self) { try store.resolve("sketch/plot(word a, seed 1)") }
        }
    }

    @Test("What several artifacts are called is an error that names each as it can be asked for")
    func severalPipelines() throws {
        try withStore { store in
            try Sample.runPipeline(in: store)
            let oxygen = Sample.extractionRecipe(Sample.manifest("oxygen")).key
            let other = Sample.promptRecipe(oxygen, seed: 3)
            try store.write(other, .prompt(Sample.prompt("oxygen", seed: 3)), seconds: 1)
            try store.setPipeline(
                "other",
                to: [
                    PipelineInstance(stage: "prompts", cell: ["domain": "oxygen", "seed": 1], key: other.key),
                    PipelineInstance(stage: "features", cell: ["domain": "oxygen"], key: oxygen),
                ])
            let text = "prompts(domain oxygen, seed 1)"
            let error = #expect(throws: StoreError.self) { try store.resolve(text) }
            guard case .ambiguousName(text, let candidates)? = error else { throw error ?? .badValue("no error") }
            let names = candidates.compactMap { $0.split(separator: "  ").last.map(String.init) }
            #expect(names == ["desktop-icons/\(text)", "other/\(text)"])
            #expect(try names.map { try store.resolve($0) } == [Sample.promptRecipe(oxygen, seed: 1).key, other.key])
            // One artifact of two pipelines is one.
            #expect(try store.resolve("features(domain oxygen)") == oxygen)
        }
    }

    @Test("What is asked for and not made yet is told from what is not known")
    func notMade() throws {
        try withStore { store in
            try Sample.runPipeline(in: store)
            let error = #expect(throws: StoreError.self) { try store.resolve("spg(seed 2)") }
            #expect(
                error?.description == "“spg(seed 2)” has not been made yet: run spg(seed 2, target tango) of the pipeline "
                    + "“desktop-icons” first")
            // Of another kind, it is none of those that are meant.
            #expect(throws: StoreError.unknownName("zero-shot(target tango)", kind: .prompt, nearest: nil)) {
                try store.resolve("zero-shot(target tango)", kind: .prompt)
            }
        }
    }
}

import ArtifactStore
import Datasets
import Foundation
import PromptLearning
import Stages
import TestSupport
import Testing

@Suite("Artifacts that do not belong together are refused") struct BelongingTests {
    private let bench: Bench
    private let ink: ArtifactKey, oil: ArtifactKey, inkPrompt: ArtifactKey, oilPrompt: ArtifactKey

    init() throws {
        bench = try Bench()
        (ink, oil) = (try bench.extract("ink", views: 1).key, try bench.extract("oil", views: 1).key)
        (inkPrompt, oilPrompt) = (
            try bench.fit(ink).run(checkpoint: bench.checkpoint, store: bench.store),
            try bench.fit(oil).run(checkpoint: bench.checkpoint, store: bench.store)
        )
    }

    private func refusal(_ body: () throws -> ArtifactKey) -> String {
        let before = try? bench.store.statistics().kinds
        let error = #expect(throws: StageInputError.self) { try body() }
        #expect((try? bench.store.statistics().kinds) == before)
        return error?.description ?? ""
    }

    @Test("Prompts in another order than their domains', or one for all that is one domain's")
    func prompts() throws {
        let swapped = refusal {
            try bench.generator([ink, oil], [oilPrompt, inkPrompt]).run(checkpoint: bench.checkpoint, store: bench.store)
        }
        #expect(swapped.contains("the prompts are for oil, ink, but the embeddings are for ink, oil"), "\(swapped)")
        let one = refusal {
            try bench.generator([ink, oil], [inkPrompt]).run(checkpoint: bench.checkpoint, store: bench.store)
        }
        #expect(one.contains("it was learned from ink"), "\(one)")
        let pooled = try bench.fit(oil, ink).run(checkpoint: bench.checkpoint, store: bench.store)
        for prompts in [[inkPrompt, oilPrompt], [pooled]] {
            _ = try bench.generator([ink, oil], prompts).run(checkpoint: bench.checkpoint, store: bench.store)
        }
    }

    @Test("The same twice")
    func twice() throws {
        let embeddings = refusal { try bench.fit(ink, ink).run(checkpoint: bench.checkpoint, store: bench.store) }
        #expect(embeddings.contains("\(ink.short) is given twice among embeddings"), "\(embeddings)")
        let other = try bench.extract("ink", views: 2).key
        let domain = refusal { try bench.fit(ink, other).run(checkpoint: bench.checkpoint, store: bench.store) }
        #expect(domain.contains("ink is given twice"), "\(domain)")
        let prompts = refusal {
            try bench.evaluation(PromptEvaluation.self, ["prompts": [inkPrompt, inkPrompt]], on: oil)
                .run(checkpoint: bench.checkpoint, store: bench.store)
        }
        #expect(prompts.contains("given twice among prompts"), "\(prompts)")
    }

    @Test("An oracle of another domain; likeness to sources that the prompts are not of")
    func combinations() throws {
        func evaluation(_ combine: String, _ prompts: [ArtifactKey], sources: [ArtifactKey] = []) throws -> ArtifactKey {
            try bench.evaluation(
                PromptEvaluation.self, ["prompts": prompts, "sources": sources], on: ink, with: ["combine": .string(combine)]
            ).run(checkpoint: bench.checkpoint, store: bench.store)
        }
        let oracle = refusal { try evaluation("oracle", [oilPrompt]) }
        #expect(oracle.contains("are for oil, but the embeddings are for ink"), "\(oracle)")
        _ = try evaluation("oracle", [inkPrompt])
        let nearest = refusal { try evaluation("nearest", [inkPrompt, oilPrompt], sources: [oil, ink]) }
        #expect(nearest.contains("give both in the same order"), "\(nearest)")
        _ = try evaluation("nearest", [inkPrompt, oilPrompt], sources: [ink, oil])
    }

    @Test("DAPL: a target that is among the sources, one of other classes, and images that it was not adapted to")
    func adaptation() throws {
        func dapl(_ sources: [ArtifactKey], _ target: ArtifactKey) throws -> ArtifactKey {
            let small: [String: JSONValue] = [
                "context": "", "contextLength": 2, "domainContextLength": 2, "batchSize": 8, "epochs": 1, "domainWords": false,
            ]
            return try LearningStage<DAPL>(
                DAPL.kind.defaults.changed(small), inputs: ["embeddings": sources, "target": [target]]
            ).run(checkpoint: bench.checkpoint, store: bench.store)
        }
        let among = refusal { try dapl([ink, oil], ink) }
        #expect(among.contains("ink is the target and among the sources"), "\(among)")
        // The same domain under other views is the same domain.
        let again = try bench.extract("ink", views: 0).key
        #expect(refusal { try dapl([ink], again) }.contains("ink is the target and among the sources"))

        // Another data set's domain, with a class less.
        var tree = PictureTree()
        (tree.domains, tree.classes) = (["wood"], ["bars", "checks"])
        let root = bench.folder.url.appending(path: "other")
        try tree.write(to: root)
        let manifest = try ImageFolder(root: root).manifest(of: "wood") { try bench.store.digests(ofFiles: $0) }
        let wood = try ExtractStage(ExtractStage.Parameters(), onBadImage: .fail, origin: .computed(.float32, .dassl))
            .run(manifest: manifest, checkpoint: bench.checkpoint, store: bench.store).key
        let classes = refusal { try dapl([ink], wood) }
        #expect(classes.contains("wood and ink have different classes"), "\(classes)")

        let adapted = try dapl([ink], oil)
        _ = try bench.evaluated(DAPLEvaluation.self, ["generator": [adapted]], on: oil)
        let elsewhere = refusal { try bench.evaluated(DAPLEvaluation.self, ["generator": [adapted]], on: ink) }
        #expect(elsewhere.contains("was adapted to oil, not to ink"), "\(elsewhere)")
        let others = refusal { try bench.evaluated(DAPLEvaluation.self, ["generator": [adapted]], on: wood) }
        #expect(others.contains("was learned for other classes than those of wood"), "\(others)")
    }

    @Test("A generator of another precision's features; a prompt reads none, and fits")
    func encoders() throws {
        let generator = try bench.generator([ink, oil], [inkPrompt, oilPrompt])
            .run(checkpoint: bench.checkpoint, store: bench.store)
        // Features as if they came from elsewhere, filed under an encoder of their own.
        let identity = try bench.store.identity(of: bench.checkpoint, origin: .imported("gpu"))
        let encoder = try bench.store.record(identity)
        let set = try bench.store.embeddingSet(ink), vectors = try bench.store.embeddings(ink, view: "center")
        let rows = vectors.manifest.images.map { ImageView(image: $0.digest, view: "center") }
        try bench.store.insert(vectors.vectors, for: rows, encoder: encoder)
        let recipe = ExtractStage.kind.recipe(
            ExtractStage.kind.defaults.changed(["encoder": .string(encoder.description)]),
            inputs: [Recipe.Input("images", set.manifest)])
        try bench.store.write(
            recipe, .embeddings(EmbeddingSet(manifest: set.manifest, encoder: encoder, views: ["center"])), seconds: 0)
        let said = refusal {
            try bench.evaluation(GeneratorEvaluation.self, ["generator": [generator]], on: recipe.key)
                .run(checkpoint: bench.checkpoint, store: bench.store)
        }
        #expect(said.contains("was learned with features of another encoder"), "\(said)")
        _ = try bench.evaluation(PromptEvaluation.self, ["prompts": [inkPrompt]], on: recipe.key)
            .run(checkpoint: bench.checkpoint, store: bench.store)
    }
}

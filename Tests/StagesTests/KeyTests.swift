import ArtifactStore
import Datasets
import Foundation
import PromptLearning
import Stages
import TestSupport
import Testing

@Suite("What a key depends on")
struct KeyTests {
    @Test("An image that is added is encoded, and no other; the domain's artifacts get new keys, the others keep theirs")
    func addedImage() throws {
        let bench = try Bench()
        let before = try bench.run()
        let folder = bench.data.appending(path: "ink/rings")
        try PictureTree.picture(domain: 1, label: 2, number: 99).png().write(to: folder.appending(path: "new.png"))
        let outcome = try bench.extract("ink")
        #expect((outcome.encoded, outcome.found, outcome.copies) == (1, 24, 0))
        let after = try bench.run()
        #expect(after.embeddings[1] == outcome.key && outcome.key != before.embeddings[1])
        #expect(after.embeddings[0] == before.embeddings[0] && after.embeddings[2] == before.embeddings[2])
        #expect(after.prompts[0] != before.prompts[0] && after.prompts[1] == before.prompts[1])
        #expect(after.generator != before.generator && after.evaluations[0] == before.evaluations[0])

        // Taken away again, the old results are back at once.
        try FileManager.default.removeItem(at: folder.appending(path: "new.png"))
        let made = try bench.artifacts()
        #expect(try bench.run() == before)
        #expect(try bench.artifacts() == made)
    }

    @Test("A copy of an image costs nothing and is counted as one")
    func copiedImage() throws {
        let bench = try Bench()
        try bench.extract("ink")
        let folder = bench.data.appending(path: "ink/bars")
        try FileManager.default.copyItem(at: folder.appending(path: "0.png"), to: folder.appending(path: "copy.png"))
        let outcome = try bench.extract("ink")
        #expect((outcome.encoded, outcome.found, outcome.copies) == (0, 24, 1))
    }

    @Test("Renaming files, or the folder they are in, changes nothing; the store knows where they lie now")
    func renamedFiles() throws {
        let bench = try Bench()
        let before = try bench.run()
        let folder = bench.data.appending(path: "ink/bars")
        for (old, new) in [("0.png", "z.PNG"), ("1.jpg", "0.jpeg"), ("2.png", "first of all.png")] {
            try FileManager.default.moveItem(at: folder.appending(path: old), to: folder.appending(path: new))
        }
        #expect(try bench.extract("ink").encoded == 0)
        #expect(try bench.run() == before)
        let paths = try bench.store.query("SELECT image_path FROM embeddings WHERE view = 'center'").rows
        #expect(paths.contains([.text(folder.appending(path: "first of all.png").path)]))
        #expect(!paths.contains([.text(folder.appending(path: "0.png").path)]))
    }

    @Test(
        "Recipes of the first kinds do not name them: what stores have of those keeps its key",
        arguments: [
            ExtractStage.kind, CoOp.kind, ConditionalGAN.kind, PromptImport.kind, GeneratorImport.kind, ZeroShot.kind,
            PromptEvaluation.kind,
            GeneratorEvaluation.kind, .command(roles: []),
        ].map { ($0.name, $0.recipe($0.defaults, inputs: []).parameters) })
    func unnamed(kind: String, parameters: JSONValue) {
        #expect(parameters["stage"] == nil, "\(kind)")
    }

    @Test("Every parameter is in the key; the order in which they are written is not", arguments: StageKind.all.map(\.name))
    func parameters(kind name: String) throws {
        let kind = try #require(StageKind.all.first { $0.name == name })
        guard case .object(let defaults) = kind.defaults else { throw Unexpected() }
        let image = Digest(of: Data("images".utf8))
        func key(_ parameters: JSONValue) -> ArtifactKey {
            Recipe(
                kind: kind.makes, algorithmVersion: kind.algorithmVersion, parameters: parameters,
                inputs: [.init("images", image)]
            ).key
        }
        for (name, value) in defaults {
            let other: JSONValue =
                switch value {
                case .number(let number): .number(number + 1)
                case .bool(let isOn): .bool(!isOn)
                default: "something else"
                }
            #expect(key(kind.defaults.changed([name: other])) != key(kind.defaults), "\(name)")
        }
        let text = defaults.sorted { $0.key > $1.key }.map { "\"\($0.key)\": \($0.value.canonicalText)" }
        #expect(try key(JSONValue(parsing: "{" + text.joined(separator: ", ") + "}")) == key(kind.defaults))
    }

    @Test("A stage's key is that of its parameters and inputs, in order")
    func inputs() throws {
        let bench = try Bench()
        let keys = try ["ink", "oil"].map { try bench.extract($0, views: 0).key }
        let both = try bench.fit(keys[0], keys[1]).recipe.key
        #expect(try both == bench.fit(keys[0], keys[1]).recipe.key)
        #expect(try both != bench.fit(keys[1], keys[0]).recipe.key && both != bench.fit(keys[0]).recipe.key)
        let recipe = try bench.evaluation(ZeroShot.self, on: keys[0]).recipe
        #expect(try recipe.key != bench.evaluation(ZeroShot.self, on: keys[1]).recipe.key)
    }

    private struct Unexpected: Error {}
}

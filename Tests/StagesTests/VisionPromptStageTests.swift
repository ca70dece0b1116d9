import ArtifactStore
import CLIP
import Foundation
import Imaging
import PromptLearning
import Stages
import Tensors
import TestSupport
import Testing

@Suite("Prompts in the image encoder, from store to store")
struct VisionPromptStageTests {
    private func stage<Method: LearnedMethod>(
        _: Method.Type, _ embeddings: [ArtifactKey], epochs: Int = 2, _ changes: [String: JSONValue] = [:]
    ) throws -> LearningStage<Method> {
        try LearningStage(
            Method.kind.defaults.changed([
                "depth": 2, "epochs": .number(Double(epochs)), "warmUpEpochs": 0, "learningRate": 0.01, "batchSize": 8,
            ]).changed(changes), inputs: ["embeddings": embeddings])
    }

    private func expectFlow<Method: LearnedMethod>(_ method: Method.Type, named name: String, tensors: Set<String>) throws {
        let bench = try Bench()
        let target = try bench.extract("chalk", views: 0).key, zeroShot = try bench.evaluated(ZeroShot.self, on: target)
        let sources = try ["ink", "oil"].map { try bench.extract($0, views: 0).key }
        let key = try stage(method, sources).run(checkpoint: bench.checkpoint, store: bench.store)
        let learned = try bench.store.weights(key)
        #expect(learned.method == name && learned.domain == "ink+oil" && learned.seed == 1)
        #expect(Set(learned.tensors.keys) == tensors)
        #expect(try bench.store.metrics(of: key).filter { $0.name == "validation accuracy" }.map(\.epoch) == [1, 2])
        let evaluation = try bench.store.evaluation(
            bench.evaluated(VisionPromptEvaluation.self, ["generator": [key]], on: target))
        #expect(evaluation.method == name && evaluation.predictions.count == 24)
        // Images are encoded with the prompts: other probabilities than without.
        let plain = try bench.store.evaluation(zeroShot).predictions.map(\.probability)
        #expect(zip(plain, evaluation.predictions).allSatisfy { $0 != $1.probability })

        let again = try bench.withFreshStore()
        for domain in ["ink", "oil"] { try again.extract(domain, views: 0) }
        #expect(try stage(method, sources).run(checkpoint: again.checkpoint, store: again.store) == key)
        #expect(try again.store.weights(key).tensors == learned.tensors)
    }

    @Test func vpt() throws {
        try expectFlow(
            VPT.self, named: "vpt",
            tensors: ["image_encoder.VPT", "image_encoder.transformer.resblocks.1.VPT_shallow"])
    }

    @Test func maple() throws {
        let parts = [
            "ctx", "proj.weight", "proj.bias", "compound_prompts_text.0", "compound_prompt_projections.0.weight",
            "compound_prompt_projections.0.bias",
        ]
        try expectFlow(MaPLe.self, named: "maple", tensors: Set(parts.map { "prompt_learner." + $0 }))
    }

    @Test("A training that was stopped goes on to the same bits")
    func resumed() throws {
        struct Stop: Error {}
        let bench = try Bench(), key = try bench.extract("ink", views: 0).key
        let stage = try stage(MaPLe.self, [key], epochs: 4)
        #expect(throws: Stop.self) {
            _ = try stage.run(checkpoint: bench.checkpoint, store: bench.store, savingEvery: .zero) {
                if $0.epoch == 2 { throw Stop() }
            }
        }
        var epochs: [Int] = []
        _ = try stage.run(checkpoint: bench.checkpoint, store: bench.store) { epochs.append($0.epoch) }
        #expect(epochs == [2, 3, 4])
        let whole = try bench.withFreshStore()
        try whole.extract("ink", views: 0)
        _ = try stage.run(checkpoint: whole.checkpoint, store: whole.store)
        let (a, b) = (try bench.store.weights(stage.recipe.key), try whole.store.weights(stage.recipe.key))
        #expect(a.tensors == b.tensors && a.validationAccuracy == b.validationAccuracy)
    }

    @Test("Files that are not what was extracted end it before it begins, and leave nothing")
    func changedFiles() throws {
        let bench = try Bench(), key = try bench.extract("ink", views: 0).key
        let path = try bench.manifest("ink").images[0].path.text
        func message() throws -> String {
            do {
                _ = try stage(VPT.self, [key]).run(checkpoint: bench.checkpoint, store: bench.store)
                return "it was learned"
            } catch { return "\(error)" }
        }
        try PictureTree.picture(domain: 2, label: 2, number: 77).png().write(to: URL(filePath: path))
        #expect(try message().contains("\(path) has changed since its features were extracted"))
        try FileManager.default.removeItem(atPath: path)
        #expect(try message().contains(path))
        #expect(try bench.artifacts(.generator).isEmpty)
    }

    @Test("An image that extraction left out is not missed")
    func badImage() throws {
        let bench = try Bench()
        try Data("no picture".utf8).write(to: bench.data.appending(path: "ink/bars/broken.png"))
        let outcome = try bench.extract("ink", views: 0, onBadImage: .skip)
        #expect(outcome.leftOut == 1)
        _ = try stage(VPT.self, [outcome.key], epochs: 1).run(checkpoint: bench.checkpoint, store: bench.store)
    }

    @Test("A generator of another method is no vision prompt")
    func otherMethod() throws {
        let bench = try Bench(), flow = try bench.run()
        let error = #expect(throws: StageInputError.self) {
            try bench.evaluated(VisionPromptEvaluation.self, ["generator": [flow.generator]], on: flow.embeddings[0])
        }
        #expect(error?.description.contains("fit-vpt") == true)
    }

    @Test func moreLayersThanThereAre() throws {
        let bench = try Bench(), key = try bench.extract("ink", views: 0).key
        let error = #expect(throws: PromptError.self) {
            _ = try stage(VPT.self, [key], ["depth": 12]).run(checkpoint: bench.checkpoint, store: bench.store)
        }
        #expect(error?.description.contains("depth asks for prompts in 12 layers") == true)
    }
}

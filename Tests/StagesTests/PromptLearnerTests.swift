import ArtifactStore
import CLIP
import Foundation
import PromptLearning
import Stages
import Tensors
import Testing

/// Training checkpoints of CoOp's and CoCoOp's code, as Dassl saves them; Tests/Reference/prompt_learners.py made the fixtures.
@Suite("Prompt learners of the authors' code")
struct PromptLearnerTests {
    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../Fixtures/prompt-learners").standardizedFileURL

    /// The shape and the sum of a tensor.
    private struct Summary: Decodable {
        var shape: [Int], sum: Float

        init(from decoder: any Decoder) throws {
            var list = try decoder.unkeyedContainer()
            (shape, sum) = (try list.decode([Int].self), try list.decode(Float.self))
        }
    }

    private let golden: [String: [String: Summary]]

    init() throws {
        golden = try JSONDecoder().decode(
            [String: [String: Summary]].self, from: Data(contentsOf: Self.fixtures.appending(path: "golden.json")))
    }

    private func importing(
        _ subject: ImportStage.Subject, _ file: URL, for embeddings: ArtifactKey, in bench: Bench,
        with changes: [String: JSONValue] = [:]
    ) throws -> ArtifactKey {
        let parameters = subject.kind.defaults.changed(["file": .string(file.path)]).changed(changes)
        return try ImportStage(subject, parameters, embeddings: [embeddings])
            .run(checkpoint: bench.checkpoint, store: bench.store)
    }

    private func fixture(_ name: String) -> URL { Self.fixtures.appending(path: "\(name).pth.tar-10") }

    @Test(
        "A checkpoint of CoOp's becomes a prompt, classifies, goes out as a checkpoint and comes back",
        arguments: [
            ("coop", false, "end"), ("class-specific", true, "middle"),
        ])
    func coOp(name: String, isSpecific: Bool, position: String) throws {
        let bench = try Bench(), embeddings = try bench.extract("ink").key
        let form: [String: JSONValue] = [
            "classSpecificContexts": .bool(isSpecific), "classTokenPosition": .string(position),
        ]
        let key = try importing(.prompt, fixture(name), for: embeddings, in: bench, with: form)
        let expected = try #require(golden[name]?["ctx"]), vectors = try bench.store.prompt(key).vectors
        #expect(vectors.count == expected.shape.reduce(1, *) && vectors.columns == 64)
        #expect(abs(vectors.values.reduce(0, +) - expected.sum) < 1e-3)
        let evaluated = try bench.evaluated(PromptEvaluation.self, ["prompts": [key]], on: embeddings)
        #expect(try bench.store.evaluation(evaluated).predictions.count == 24)

        let file = bench.folder.url.appending(path: "model.pth.tar-7")
        _ = try Export(prompt: key, in: bench.store).write(to: file)
        let tensors = try TorchFile(contentsOf: file)
        #expect(tensors.names == ["state_dict.ctx"] && tensors.entry(named: "state_dict.ctx")?.shape == expected.shape)
        let again = try importing(.prompt, file, for: embeddings, in: bench, with: form)
        #expect(try bench.store.prompt(again).vectors == vectors)
    }

    @Test("A checkpoint of CoCoOp's becomes a generator, classifies, goes out as a checkpoint and comes back")
    func coCoOp() throws {
        let bench = try Bench(), embeddings = try bench.extract("ink").key
        let key = try importing(.generator, fixture("cocoop"), for: embeddings, in: bench)
        let stored = try bench.store.weights(key)
        #expect(stored.tensors.keys.sorted() == ConditionalContext.parameterNames.sorted())
        for (name, tensor) in stored.tensors {
            let expected = try #require(golden["cocoop"]?[name])
            #expect(tensor.shape == expected.shape && abs(tensor.values.reduce(0, +) - expected.sum) < 1e-3, "\(name)")
        }
        let evaluated = try bench.evaluated(GeneratorEvaluation.self, ["generator": [key]], on: embeddings)
        #expect(try bench.store.evaluation(evaluated).predictions.count == 24)

        let file = bench.folder.url.appending(path: "model-best.pth.tar")
        _ = try Export(generator: key, in: bench.store).write(to: file)
        let again = try importing(.generator, file, for: embeddings, in: bench)
        #expect(try bench.store.weights(again).tensors == stored.tensors)
    }

    @Test(
        "A checkpoint of MaPLe's or VPT's encodes images, goes out as a checkpoint and comes back", arguments: ["maple", "vpt"])
    func visionPrompts(name: String) throws {
        let bench = try Bench(), embeddings = try bench.extract("ink", views: 0).key
        let key = try importing(.generator, fixture(name), for: embeddings, in: bench)
        let stored = try bench.store.weights(key)
        let others = ["prompt_learner.token_prefix", "image_encoder.proj"]
        #expect(try Set(stored.tensors.keys) == Set(#require(golden[name]).keys).subtracting(others))
        for (name, tensor) in stored.tensors {
            let expected = try #require(golden.values.compactMap { $0[name] }.first)
            #expect(tensor.shape == expected.shape && abs(tensor.values.reduce(0, +) - expected.sum) < 1e-3, "\(name)")
        }
        let evaluated = try bench.evaluated(VisionPromptEvaluation.self, ["generator": [key]], on: embeddings)
        #expect(try bench.store.evaluation(evaluated).predictions.count == 24)

        let file = bench.folder.url.appending(path: "model.pth.tar-5")
        _ = try Export(generator: key, in: bench.store).write(to: file)
        let again = try importing(.generator, file, for: embeddings, in: bench)
        #expect(again != key)
        #expect(try bench.store.weights(again).tensors == stored.tensors)
        // Other words before the class name, behind MaPLe's two vectors too, are another artifact, and other texts.
        let worded = try importing(.generator, file, for: embeddings, in: bench, with: ["context": "a photo near the"])
        let texts = try bench.evaluated(VisionPromptEvaluation.self, ["generator": [worded]], on: embeddings)
        #expect(try bench.store.evaluation(texts) != bench.store.evaluation(evaluated))
    }

    @Test("What does not fit is named, with what to do, and nothing is written") func faults() throws {
        let bench = try Bench(), embeddings = try bench.extract("ink").key
        func says(
            _ subject: ImportStage.Subject, _ name: String, with changes: [String: JSONValue] = [:]
        ) -> String {
            do {
                _ = try importing(subject, fixture(name), for: embeddings, in: bench, with: changes)
                return "imported"
            } catch {
                return "\(error)"
            }
        }
        #expect(says(.prompt, "class-specific").contains("imported with classSpecificContexts"))
        #expect(says(.prompt, "coop", with: ["classSpecificContexts": true]).contains("without classSpecificContexts"))
        #expect(says(.prompt, "coop", with: ["classTokenPosition": "last"]).contains("“end” or “middle” or “front”"))
        #expect(says(.prompt, "cocoop").contains("import it as a generator"))
        #expect(says(.generator, "coop").contains("0 tensors called “model.11.bias”"))
        let file = bench.folder.url.appending(path: "narrow.safetensors")
        let other = CoCoOpTensors(features: 48, width: 64).tensors
        try Safetensors.encode(other).write(to: file)
        let error = #expect(throws: StageInputError.self) {
            try importing(.generator, file, for: embeddings, in: bench)
        }
        #expect("\(try #require(error))".contains("meta_net.linear1.weight: expected [2, 32], found the shape [3, 48]"))
        let deep = bench.folder.url.appending(path: "deep.safetensors")
        try Safetensors.encode([
            "prompt_learner.ctx": Tensor([2, 64]), "prompt_learner.proj.weight": Tensor([768, 64]),
            "prompt_learner.proj.bias": Tensor([768]), "prompt_learner.compound_prompts_text.0": Tensor([2, 64]),
        ]).write(to: deep)
        let misfit = #expect(throws: StageInputError.self) { try importing(.generator, deep, for: embeddings, in: bench) }
        let lines = "\(try #require(misfit))"
        #expect(lines.contains("prompt_learner.proj.weight: expected [128, 64], found the shape [768, 64]"))
        #expect(lines.contains("compound_prompt_projections.0.weight: expected [128, 64], found nothing"))
        #expect(try bench.artifacts(.generator).isEmpty && bench.artifacts(.prompt).isEmpty)
    }

    /// A state dict of CoCoOp's by its shapes.
    private struct CoCoOpTensors {
        let tensors: [String: Tensor]

        init(features: Int, width: Int) {
            tensors = ConditionalContext.shapes(featureDimension: features, contextLength: 2, width: width)
                .mapValues { Tensor($0) }
        }
    }
}

import ArtifactStore
import CLIP
import Foundation
import PromptLearning
import Stages
import Tensors
import Testing

/// What SPG's authors publish and save, in the place of what stages make; Tests/Reference/authors_artifacts.py made the
/// fixtures.
@Suite("Prompts and generators that were learned elsewhere")
struct ImportTests {
    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../Fixtures/authors").standardizedFileURL

    // As in the script.
    private let features = 32, latent = 8, width = 64, seed: UInt64 = 5

    private func importing(
        _ subject: ImportStage.Subject, _ file: URL, for embeddings: [ArtifactKey], in bench: Bench
    ) throws -> ArtifactKey {
        try ImportStage(subject, subject.kind.defaults.changed(["file": .string(file.path)]), embeddings: embeddings)
            .run(checkpoint: bench.checkpoint, store: bench.store)
    }

    private func uniform(_ purpose: String, _ shape: [Int], at coordinate: Int = 0) -> Tensor {
        var stream = RandomStream(seed: seed, purpose: purpose, coordinate)
        return stream.uniform(shape)
    }

    /// The state dict of the script's generator.
    private var stateDict: [String: Tensor] {
        var tensors = Generator(
            featureDimension: features, latentDimension: latent, contextLength: 2, width: width, seed: seed
        ).tensors
        for (layer, (name, size)) in [("model.3", 256), ("model.6", 512), ("model.9", 1024)].enumerated() {
            let values = uniform("norms", [4, size], at: layer)
            for (row, part) in ["weight", "bias", "running_mean", "running_var"].enumerated() {
                let shift: Float = row == 0 || row == 3 ? 0.5 : -0.5
                tensors["\(name).\(part)"] = values.rows(row..<row + 1).reshaped([size]).mapped { $0 + shift }
            }
        }
        return tensors
    }

    @Test("A float16 view on another device becomes a prompt, bit by bit, and stands in for stage I")
    func promptLabels() throws {
        let bench = try Bench()
        let embeddings = try ["ink", "oil"].map { try bench.extract($0).key }
        let file = Self.fixtures.appending(path: "prompt_label.pt")
        let prompts = try embeddings.map { try importing(.prompt, file, for: [$0], in: bench) }
        let prompt = try bench.store.prompt(prompts[0])
        #expect(prompt.domain == "ink" && prompt.method == "imported" && prompt.seed == nil)
        let tokens = uniform("tokens", [5, width]).values.map { Float(Float16(2 * $0 - 1)) }
        #expect(prompt.vectors == Tensor([2, width], Array(tokens[width..<3 * width])))
        // The path is no part of the key; the bytes and the domain are.
        let copy = bench.folder.url.appending(path: "copy.bin")
        try FileManager.default.copyItem(at: file, to: copy)
        #expect(try importing(.prompt, copy, for: [embeddings[0]], in: bench) == prompts[0])
        #expect(prompts[0] != prompts[1])

        let generator = try bench.generator(embeddings, prompts).run(checkpoint: bench.checkpoint, store: bench.store)
        let target = try bench.extract("chalk").key
        for key in try [
            bench.evaluated(PromptEvaluation.self, ["prompts": prompts], on: target),
            bench.evaluated(GeneratorEvaluation.self, ["generator": [generator]], on: target),
        ] {
            #expect(try bench.store.evaluation(key).predictions.count == 24)
        }

        // Out of the store and in again.
        let exported = bench.folder.url.appending(path: "Small_CoOp_i.pt")
        _ = try Export(prompt: prompts[0], in: bench.store).write(to: exported)
        let again = try importing(.prompt, exported, for: [embeddings[0]], in: bench)
        #expect(try again != prompts[0] && bench.store.prompt(again).vectors == prompt.vectors)
    }

    @Test("A generator's state dict gives PyTorch's prompts to 1e-5, alone or in a training checkpoint")
    func stateDicts() throws {
        struct Golden: Decodable { var prompts: [[Float]] }
        let golden = try JSONDecoder().decode(
            Golden.self, from: Data(contentsOf: Self.fixtures.appending(path: "golden.json")))
        let bench = try Bench()
        let embeddings = try ["ink", "oil"].map { try bench.extract($0).key }
        let file = bench.folder.url.appending(path: "generator.pt")
        let nested = bench.folder.url.appending(path: "model-best.pth.tar")
        try #require(TorchFile.encode(stateDict)).write(to: file)
        var training = Dictionary(uniqueKeysWithValues: stateDict.map { ("state_dict." + $0.key, $0.value) })
        training["optimizer.0"] = Tensor([2, 2])
        try #require(TorchFile.encode(training)).write(to: nested)
        let keys = try [file, nested].map { try importing(.generator, $0, for: embeddings, in: bench) }
        for key in keys {
            let stored = try bench.store.weights(key)
            #expect(stored.domain == "ink+oil" && stored.method == "imported")
            let generator = try #require(
                Generator(tensors: stored.tensors, featureDimension: features, width: width))
            let noise = uniform("noise", [3, latent]).mapped { 2 * $0 - 1 }
            let images = uniform("features", [3, features]).mapped { 2 * $0 - 1 }.normalizedRows()
            let prompts = generator.prompts(noise: noise, features: images).values
            #expect(prompts.count == 384 && golden.prompts.joined().count == 384)
            #expect(zip(prompts, golden.prompts.joined()).allSatisfy { abs($0 - $1) < 1e-5 })
        }
        let target = try bench.extract("chalk").key
        let evaluation = try bench.evaluation(GeneratorEvaluation.self, ["generator": [keys[0]]], on: target)
            .run(checkpoint: bench.checkpoint, store: bench.store)
        #expect(try bench.store.evaluation(evaluation).method == "imported")
        let exported = bench.folder.url.appending(path: "out.pt")
        _ = try Export(generator: keys[0], in: bench.store).write(to: exported)
        #expect(try Data(contentsOf: exported) == Data(contentsOf: file))
    }

    @Test("A whole module is refused, with the lines that save its weights")
    func wholeModule() throws {
        let bench = try Bench()
        let embeddings = try bench.extract("ink").key
        let error = #expect(throws: StageInputError.self) {
            try importing(.generator, Self.fixtures.appending(path: "module.pt"), for: [embeddings], in: bench)
        }
        let text = error?.description ?? ""
        #expect(
            text.contains("trainers.spg_cgan.Generator") && text.contains("torch.save(model.state_dict(), \"generator.pt\")"))
        #expect(text.contains("torch.load(\"module.pt\""))
        #expect(throws: TensorFileError.self) {
            try importing(.prompt, Self.fixtures.appending(path: "module.pt"), for: [embeddings], in: bench)
        }
        #expect(try bench.artifacts(.generator).isEmpty && bench.artifacts(.prompt).isEmpty)
    }

    @Test("What does not fit is named, and nothing is written")
    func faults() throws {
        let bench = try Bench()
        let embeddings = try bench.extract("ink").key
        func says(_ subject: ImportStage.Subject, _ tensors: [String: Tensor]) throws -> String {
            let file = bench.folder.url.appending(path: "faulty.safetensors")
            try Safetensors.encode(tensors).write(to: file)
            do {
                _ = try importing(subject, file, for: [embeddings], in: bench)
                return "imported"
            } catch {
                return "\(error)"
            }
        }
        #expect(try says(.prompt, ["p": Tensor([4, 32])]).contains("the shape [4, 32]; expected [context length, 64]"))
        #expect(try says(.prompt, ["p": Tensor([3, 4, 64])]).contains("imported with classSpecificContexts"))
        #expect(
            try says(.prompt, ["a": Tensor([4, 64]), "b": Tensor([4, 64])]).contains("0 tensors called “ctx”, among a, b"))
        #expect(try says(.prompt, ["p": Tensor([1, 64], repeating: .nan)]).contains("not finite"))
        #expect(try says(.prompt, [:]).contains("0 tensors called “ctx”, among none"))
        #expect(try says(.generator, ["p": Tensor([4, 64])]).contains("0 tensors called “model.11.bias”"))

        func says(_ change: (inout [String: Tensor]) -> Void) throws -> String {
            var tensors = stateDict
            change(&tensors)
            return try says(.generator, tensors)
        }
        #expect(try says { $0["model.6.running_var"] = nil }.contains("model.6.running_var: expected [512], found nothing"))
        #expect(
            try says { $0["model.5.weight"] = Tensor([512, 8]) }.contains(
                "model.5.weight: expected [512, 256], found the shape [512, 8]"))
        #expect(try says { $0["model.11.bias"] = Tensor([100]) }.contains("context vectors 64"))
        #expect(try says { $0["model.0.weight"] = Tensor([128, 8]) }.contains("from 8 numbers"))
        #expect(try says { $0["model.0.bias"] = Tensor([128], repeating: .infinity) }.contains("not finite"))
        #expect(try says { $0["model.3.running_var"] = Tensor([256], repeating: -1) }.contains("variances"))
        #expect(
            try says { tensors in for (name, value) in stateDict { tensors["other." + name] = value } }.contains("2 tensors"))
        #expect(try bench.artifacts(.generator).isEmpty && bench.artifacts(.prompt).isEmpty)
        #expect(throws: (any Error).self) {
            try importing(.prompt, bench.folder.url.appending(path: "none.pt"), for: [embeddings], in: bench)
        }
        #expect(throws: UnfitParameter.self) { try ImportStage(.prompt, PromptImport.kind.defaults, embeddings: [embeddings]) }
    }
}

import ArtifactStore
import Foundation
import PromptLearning
import Tensors
import TestSupport
import Testing

/// The examples under Scripts/examples, as they stand, where Python has what they need.
///
/// `SPG_PYTHON` names the program; by default, python3. They were last run with the versions that Docs/predicting.md has.
@Suite("Examples in Python") struct PythonExampleTests {
    /// Runs an example in a folder; what it prints, field by field.
    private func run(_ script: String, _ arguments: [String], in workplace: Workplace) async throws -> [[String]] {
        let outcome = try await Python.start("Scripts/examples/\(script)", arguments, in: workplace.url).outcome()
        try #require(outcome.status == 0, "\(outcome.errors)")
        return outcome.lines.map { $0.split(separator: "\t").map(String.init) }
    }

    @Test(
        "The exported classifier beside transformers' encoder gives the store's predictions",
        .python(has: "torch, transformers, safetensors, PIL"))
    func head() async throws {
        let workplace = try Workplace(), folder = workplace.url.appending(path: "hf")
        try TinyHuggingFaceCLIP.write(to: folder)
        for (program, arguments) in [
            ("spg-extract", ["--data", "data", "--domain", "ink", "--checkpoint", "hf"]),
            ("spg-evaluate", ["zero-shot", "--embeddings", "ink", "--template", "{}", "--checkpoint", "hf"]),
        ] {
            let outcome = try await workplace.start(program, arguments).outcome()
            try #require(outcome.status == 0, "\(outcome.errors)")
        }
        let store = try workplace.store
        let key = try workplace.text("SELECT key FROM artifacts WHERE kind = 'evaluation'")
        let exported = try await workplace.run(
            "spg", "export", "classifier", key, "--checkpoint", "hf", "-o", "head.safetensors")
        try #require(exported.status == 0, "\(exported.errors)")
        let evaluation = try store.evaluation(#require(ArtifactKey(key))), manifest = try store.manifest(evaluation.manifest)
        let answers = try await run(
            "classifier-head.py", ["hf", "head.safetensors"] + manifest.images.map(\.path.text), in: workplace)
        #expect(answers.count == evaluation.predictions.count)
        for (answer, prediction) in zip(answers, evaluation.predictions) {
            let name = manifest.classes[prediction.predicted].text, probability = try #require(Double(answer[2]))
            #expect(abs(probability - prediction.probability) < 1e-4, "\(answer)")
            // Of classes that are nearly equal, rounding may choose another.
            #expect(answer[1] == name || prediction.probability < 0.51, "\(answer)")
        }
    }

    @Test("SPG's exported generator writes the prompt that ours writes", .python(has: "torch, safetensors, numpy"))
    func generator() async throws {
        let workplace = try Workplace()
        let made = try await workplace.run("spg", "run", "small.yaml", "--until", "generator(target chalk)")
        try #require(made.status == 0, "\(made.errors)")
        let exported = try await workplace.run("spg", "export", "generator", "generator", "-o", "generator.safetensors")
        try #require(exported.status == 0, "\(exported.errors)")
        let store = try workplace.store, weights = try store.weights(store.resolve("generator"))
        let feature = try store.embeddings(store.resolve("ink", kind: .embeddings), view: "center").vectors.rows(3..<4)
        let noise = latentNoise(1, dimension: 8) { RandomStream(seed: 5, purpose: "example", $0) }
        try NumPyArray.encode(feature.reshaped([feature.count])).write(to: workplace.url.appending(path: "feature.npy"))
        try NumPyArray.encode(noise.reshaped([8])).write(to: workplace.url.appending(path: "noise.npy"))
        _ = try await run(
            "generator-prompt.py", ["generator.safetensors", "feature.npy", "noise.npy", "prompt.npy"], in: workplace)
        let written = try NumPyArray(contentsOf: workplace.url.appending(path: "prompt.npy")).tensor()
        let generator = try #require(Generator(tensors: weights.tensors, featureDimension: 32, width: 64))
        let own = generator.prompts(noise: noise, features: feature)
        #expect(written.count == own.count)
        #expect(zip(written.values, own.values).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    @Test("sqlite3 and NumPy alone read features, prompts and predictions", .python(has: "sqlite3, numpy"))
    func store() async throws {
        let workplace = try Workplace()
        let made = try await workplace.run("spg", "run", "small.yaml")
        try #require(made.status == 0, "\(made.errors)")
        let lines = try await run("read-store.py", ["store.sqlite"], in: workplace)
        #expect(
            lines.filter { $0[0] == "features" } == ["chalk", "ink", "oil"].map { ["features", $0, "24", "32", "1.0000"] })
        let store = try workplace.store, prompts = lines.filter { $0[0] == "prompt" }
        #expect(prompts.map { $0[2] } == ["chalk", "ink", "oil"])
        for line in prompts {
            let prompt = try store.prompt(store.resolve("prompts(domain \(line[2]))"))
            let square = prompt.vectors.squaredNorm / Double(prompt.vectors.count), printed = try #require(Double(line[5]))
            #expect(line[3...4] == ["2", "64"] && abs(printed / square - 1) < 1e-4)
        }
        #expect(lines.count { $0[0] == "predictions" && $0[3] == "24" } == 4)
    }
}

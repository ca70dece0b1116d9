import ArtifactStore
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("--text-precision")
struct TextPrecisionTests {
    /// OpenBLAS's kernels for a processor without AVX-512: programs behave as there.
    private static let older = "OPENBLAS_CORETYPE=Haswell; export OPENBLAS_CORETYPE;"
    private static let bf16 = ["--text-precision", "bf16"]

    @Test(
        "Programs that run alone, a pipeline, predictions and bundles encode texts in bfloat16",
        .enabled(if: Processor.current.multipliesBFloat16, "this processor has no AVX-512 BF16"))
    func everywhere() async throws {
        let workplace = try Workplace(), encoder = "{checkpoint: clip}"
        try workplace.write(Workplace.pipeline.replacing(encoder, with: "{checkpoint: clip, textPrecision: bf16}"))
        let run = try await workplace.run("spg", "run", "small.yaml")
        #expect(run.status == 0, "\(run.errors)")
        let kinds = "SELECT count(*) FROM artifacts WHERE parameters ->> 'textPrecision' = 'bf16' AND kind"
        #expect(try workplace.count("\(kinds) = 'prompt'") == 3 && workplace.count("\(kinds) = 'evaluation'") == 4)
        #expect(try workplace.count("\(kinds) = 'generator'") == 2 && workplace.count("\(kinds) = 'embeddings'") == 0)

        // The stages' programs make the same artifacts, and find them.
        let learned = try await workplace.start(
            "spg-fit", ["coop", "--embeddings", "ink", "--seed", "1"] + Workplace.fitting + Self.bf16
        ).outcome()
        #expect(try learned.output == workplace.store.resolve("prompts(domain ink)").description + "\n", "\(learned.errors)")
        for program in [["spg-evaluate", "zero-shot", "--embeddings", "oil"]] {
            let found = try await workplace.start(program[0], Array(program.dropFirst()) + Self.bf16).outcome()
            #expect(try found.output == workplace.store.resolve("zero-shot(target oil)").description + "\n", "\(found.errors)")
        }

        // A picture has the evaluation's probability, and the same answer out of a bundle.
        let name = "spg(target chalk)", picture = ["data/chalk/rings/3.jpg", "--format", "jsonl"]
        let stored = try await workplace.start("spg", ["predict", name, "--checkpoint", "clip"] + picture).outcome()
        #expect(stored.status == 0, "\(stored.errors)")
        let store = try workplace.store, evaluation = try store.evaluation(store.resolve(name))
        let images = try store.manifest(evaluation.manifest).images
        let own = evaluation.predictions.first { images[$0.position].path.text.hasSuffix("data/chalk/rings/3.jpg") }
        let answer = try #require(ModelWorkplace.answers(in: stored.output).first).answer
        #expect(try answer.probability == Float(#require(own).probability))
        let written = try await workplace.run("spg", "bundle", name, "--checkpoint", "clip", "-o", "model.spg")
        #expect(written.status == 0, "\(written.errors)")
        let bundle = try Safetensors(contentsOf: workplace.url.appending(path: "model.spg"))
        #expect(bundle.metadata["version"] == "2")
        func predict(_ arguments: [String], shell: String = "") async throws -> Program.Outcome {
            try await Program("spg", ["predict", "model.spg"] + arguments, in: workplace.url, shell: shell).outcome()
        }
        #expect(try await predict(picture).output == stored.output)
        let float32 = try await predict(picture + ["--text-precision", "float32"])
        #expect(float32.status == 0 && float32.output != stored.output)

        // What was made can be looked at where there is no bfloat16, and nothing else be made.
        let found = try await workplace.run("spg", "run", "small.yaml", shell: Self.older)
        #expect(found.status == 0, "\(found.errors)")
        let refused = try await predict(picture, shell: Self.older)
        #expect(
            refused.status == 65 && refused.errors.hasPrefix("Error: precision bf16 needs a processor"), "\(refused.errors)")
        #expect(try await predict(picture + ["--text-precision", "float32"], shell: Self.older).status == 0)
    }

    @Test("A processor without bfloat16 is refused in one line before anything is made")
    func refused() async throws {
        let workplace = try Workplace()
        try await workplace.run("spg-extract", "--data", "data")
        for arguments in [
            ["spg-fit", "coop", "--embeddings", "ink"] + Workplace.fitting,
            ["spg-evaluate", "zero-shot", "--embeddings", "ink"],
        ] {
            let outcome = try await workplace.start(
                arguments[0], Array(arguments.dropFirst()) + Self.bf16, shell: Self.older
            ).outcome()
            #expect(outcome.status == 65 && outcome.output.isEmpty)
            #expect(outcome.errors.hasPrefix("Error: precision bf16 needs a processor with AVX-512 BF16"), "\(outcome.errors)")
            #expect(outcome.errors.split(separator: "\n").count == 1)
        }
        try workplace.write(Workplace.pipeline.replacing("{checkpoint: clip}", with: "{checkpoint: clip, textPrecision: bf16}"))
        let run = try await workplace.run("spg", "run", "small.yaml", shell: Self.older)
        #expect(run.status == 65, "\(run.errors)")
        #expect(run.errors.contains("small.yaml:3:44: encoder.textPrecision: precision bf16 needs"), "\(run.errors)")
        for kind in [ArtifactKind.prompt, .generator, .evaluation] { try workplace.expectSound(without: kind) }
        let word = try await workplace.start(
            "spg-fit", ["coop", "--embeddings", "ink", "--text-precision", "half"]
        ).outcome()
        #expect(word.status == 64 && word.errors.contains("--text-precision must be “float32” or “bf16”, not “half”"))
    }
}

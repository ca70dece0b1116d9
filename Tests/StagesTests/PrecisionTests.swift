import ArtifactStore
import PromptLearning
import Stages
import Tensors
import Testing

@Suite("Features in bfloat16")
struct PrecisionTests {
    @Test(
        "They are features of another encoder, and the same prompts can be learned on them",
        .enabled(if: Processor.current.multipliesBFloat16, "this processor has no AVX-512 BF16"))
    func ownFeatures() throws {
        let bench = try Bench()
        let float32 = try bench.extract("ink"), bf16 = try bench.extract("ink", precision: .bf16)
        #expect(bf16.key != float32.key && bf16.encoded == float32.encoded && bf16.found == 0)
        let vectors = try [float32, bf16].map { try bench.store.embeddings($0.key, view: "center").vectors }
        let difference = zip(vectors[0].values, vectors[1].values).map { abs($0 - $1) }.max() ?? 1
        #expect(difference > 0 && difference < 2e-2)
        for key in [float32.key, bf16.key] {
            _ = try bench.fit(key).run(checkpoint: bench.checkpoint, store: bench.store)
        }
        #expect(try bench.artifacts(.prompt).count == 2)
        #expect(try bench.extract("ink", precision: .bf16).found == bf16.encoded)
    }

    @Test("A processor without it is refused before anything is done; what is in the store is found on any")
    func refused() throws {
        let bench = try Bench()
        var parameters = ExtractStage.Parameters()
        parameters.views = .count(2)
        let stage = try ExtractStage(parameters, origin: .computed(.bf16)), processor = Processor(multipliesBFloat16: false)
        func run() throws -> ExtractStage.Outcome {
            try stage.run(
                manifest: bench.manifest("ink"), checkpoint: bench.checkpoint, store: bench.store, on: processor)
        }
        let error = #expect(throws: UnsupportedPrecision.self) { try run() }
        #expect(error?.description.contains("AVX-512 BF16") == true)
        #expect(try bench.artifacts().isEmpty)
        #expect(try bench.store.query("SELECT * FROM encoders").rows.isEmpty)
        if Processor.current.multipliesBFloat16 {
            try bench.extract("ink", precision: .bf16)
            #expect(try run().encoded == 0)
        }
    }
}

@Suite("Texts in bfloat16")
struct TextPrecisionTests {
    private static let bf16: [String: JSONValue] = [StageKind.textPrecision: "bf16"]

    @Test(
        "What is learned and predicted with them is near float32's, under keys of its own",
        .enabled(if: Processor.current.multipliesBFloat16, "this processor has no AVX-512 BF16"))
    func learning() throws {
        let bench = try Bench(), ink = try bench.extract("ink").key, chalk = try bench.extract("chalk").key
        let prompts = try [[:], Self.bf16].map {
            try bench.fit(ink, with: $0).run(checkpoint: bench.checkpoint, store: bench.store)
        }
        let vectors = try prompts.map { try bench.store.prompt($0).vectors }
        let difference = (vectors[0] - vectors[1]).squaredNorm / vectors[0].squaredNorm
        #expect(difference > 0 && difference < 1e-2)
        #expect(try bench.store.artifact(prompts[0])?.recipe.parameters[StageKind.textPrecision] == nil)

        // The same prompt, evaluated in both.
        let evaluations = try [[:], Self.bf16].map {
            try bench.store.evaluation(
                bench.evaluated(PromptEvaluation.self, ["prompts": [prompts[0]]], on: chalk, with: $0))
        }
        let probabilities = evaluations.map { $0.predictions.map(\.probability) }
        let largest = zip(probabilities[0], probabilities[1]).map { abs($0 - $1) }.max() ?? 1
        #expect(largest > 0 && largest < 5e-2)
    }

    @Test("Parameters of an earlier program, which knew nothing of it, mean float32")
    func completed() throws {
        for kind in StageKind.all where kind.readsTexts {
            let earlier = JSONValue.object(kind.defaults.members.filter { $0.key != StageKind.textPrecision })
            #expect(kind.completed(earlier)[StageKind.textPrecision] == "float32")
            #expect(kind.completed(earlier.changed(Self.bf16))[StageKind.textPrecision] == "bf16")
        }
    }
}

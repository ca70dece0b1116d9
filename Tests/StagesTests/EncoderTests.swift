import ArtifactStore
import CLIP
import Foundation
import Stages
import Tensors
import TestSupport
import Testing

@Suite("What an encoder's identity depends on") struct EncoderTests {
    /// open_clip's description of the tiny CLIP.
    private func configuration(quickGELU: Bool, mean: String) -> Data {
        Data(
            """
            {"model_cfg": {"embed_dim": 32, "quick_gelu": \(quickGELU), "vision_cfg": {"image_size": 32, "width": 128},
            "text_cfg": {"width": 64, "heads": 1}}, "preprocess_cfg": {"mean": \(mean)}}
            """.utf8)
    }

    @Test func conventionsAndNormalization() throws {
        let bench = try Bench()
        let folder = bench.folder.url.appending(path: "clip"), file = folder.appending(path: "open_clip_config.json")
        func identity() throws -> EncoderIdentity { try bench.store.identity(of: Checkpoint(contentsOf: folder)) }

        // A file that says what is so without it changes nothing.
        let plain = try identity()
        try configuration(quickGELU: true, mean: "[0.48145466, 0.4578275, 0.40821073]").write(to: file)
        #expect(try identity().key == plain.key)

        try configuration(quickGELU: false, mean: "[0.48145466, 0.4578275, 0.40821073]").write(to: file)
        let gelu = try identity()
        #expect(gelu.parameters["conventions"]?["imageNonlinearity"] == "GELU")
        try configuration(quickGELU: true, mean: "[0.5, 0.5, 0.5]").write(to: file)
        let normalized = try identity()
        #expect(normalized.parameters["normalization"]?["mean"] == [0.5, 0.5, 0.5])
        #expect(Set([plain.key, gelu.key, normalized.key]).count == 3)
    }

    @Test("Images are encoded without a vocabulary; what reads class names says that it is missing")
    func noVocabulary() throws {
        let bench = try Bench()
        try FileManager.default.removeItem(at: bench.folder.url.appending(path: "clip/merges.txt"))
        #expect(try bench.store.identity(of: bench.checkpoint).parameters["tokenizer"] == nil)
        let embeddings = try bench.extract("ink").key
        let zeroShot = try EvaluateStage<ZeroShot>(ZeroShot.kind.defaults, inputs: ["embeddings": [embeddings]])
        #expect {
            try zeroShot.run(checkpoint: bench.checkpoint, store: bench.store)
        } throws: {
            if case .noTokenizer? = $0 as? CheckpointError { true } else { false }
        }
    }

    @Test("Weights of OpenAI's vocabulary are the same encoder before and after it is fetched")
    func publishedVocabulary() throws {
        let bench = try Bench()
        let folder = bench.folder.url.appending(path: "openai")
        try TinyCLIP.write(to: folder) { $0["token_embedding.weight"] = Tensor([49_408, 64]) }
        try FileManager.default.removeItem(at: folder.appending(path: "merges.txt"))
        let identity = try bench.store.identity(of: Checkpoint(contentsOf: folder))
        #expect(identity.parameters["tokenizer"] == "924691ac288e54409236115652ad4aa250f48203de50a9e4722a6ecd48d6804a")
    }
}

import CLIP
import FormulaModels
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Checkpoints in every format") struct CheckpointFormatTests {
    private static let golden = Result { try Fixtures.decoded(Golden.self, "../checkpoints/golden.json") }

    /// Opens a checkpoint in a new folder that holds these files and a small vocabulary.
    private func withCheckpoint(_ files: [String: Data], _ body: (URL) throws -> Void) throws {
        try Fixtures.withFolder { folder in
            for (name, content) in files { try content.write(to: folder.appending(path: name)) }
            try Data("#version: 0.2\ni n\nt h\n".utf8).write(to: folder.appending(path: "merges.txt"))
            try body(folder)
        }
    }

    private func expect(_ model: CLIPModel, gives golden: Golden.Model, for tokens: [[Int]]) throws {
        let features = model.image.encode(Formula.pixels(2, try #require(golden.resolution))).normalizedRows()
        let images = try #require(golden.imageFeatures), texts = try #require(golden.textFeatures)
        #expect(zip(features.values, images.joined()).allSatisfy { abs($0 - $1) < 1e-4 })
        for (tokens, expected) in zip(tokens, texts) {
            let layout = PromptLayout(prompts: [tokens.map { .token($0) }])
            let text = model.text.transformer(layout, contexts: Variable(Tensor([0, model.text.transformer.width]))).value
            #expect(zip(text.normalizedRows().values, expected).allSatisfy { abs($0 - $1) < 1e-4 })
        }
        let scale = try #require(golden.logitScale)
        #expect(abs(model.text.logitScale - scale) < 1e-4)
    }

    @Test(
        "Files of PyTorch's, known by content and not by name",
        arguments: [
            ("openai", "TorchScript archive, OpenAI's names", "ViT, width 64, 1 layer, patch 8"),
            (
                "wrapped", "torch.save, OpenAI's names after \"state_dict.module.\"",
                "ModifiedResNet, width 2, blocks 1-1-1-1"
            ),
        ])
    func torch(_ name: String, _ format: String, _ model: String) throws {
        let golden = try Self.golden.get(), data = try Checkpoints.data("\(name).pt")
        try withCheckpoint(["weights.dat": data, "notes.txt": Data("some".utf8)]) { folder in
            let checkpoint = try Checkpoint(contentsOf: folder)
            #expect(checkpoint.weightsURL.lastPathComponent == "weights.dat")
            try expect(CLIPModel(checkpoint: checkpoint), gives: try #require(golden.model(name)), for: golden.tokens)
            let rows = try CheckpointDescription(of: checkpoint).rows
            #expect(rows.contains { $0.label == "format" && $0.value == format })
            #expect(rows.contains { $0.label == "model" && $0.value == model })
            #expect(rows.contains { $0.label == "numbers" && $0.value.hasPrefix("F16 (") })
            #expect(rows.contains { $0.label == "activation" && $0.value.hasPrefix("QuickGELU (assumed") })
        }
    }

    /// transformers' folder: its configuration, and weights by formula under its names.
    private func huggingFace(_ change: (inout [String: Tensor]) -> Void = { _ in }) throws -> [String: Data] {
        let golden = try Self.golden.get().huggingFace
        var weights = Formula.weights(try #require(golden.shapes))
        change(&weights)
        return [
            "config.json": Data(try #require(golden.config).utf8), "model.safetensors": Safetensors.encode(weights),
        ]
    }

    @Test func huggingFaceFolder() throws {
        let golden = try Self.golden.get()
        try withCheckpoint(huggingFace()) { folder in
            let checkpoint = try Checkpoint(contentsOf: folder)
            try expect(CLIPModel(checkpoint: checkpoint), gives: golden.huggingFace, for: golden.tokens)
            #expect(checkpoint.name == folder.lastPathComponent)
            let rows = try CheckpointDescription(of: checkpoint).rows
            #expect(rows.contains { $0.label == "activation" && $0.value == "QuickGELU (config.json)" })
            #expect(rows.contains { $0.value == "transformer, width 64, 2 layers, context 8, 516 tokens" })
        }
    }

    @Test func shards() throws {
        let golden = try Self.golden.get(), weights = Formula.weights(try #require(golden.huggingFace.shapes))
        func shard(_ name: String) -> String { "model-\(1 + name.utf8.count % 2).safetensors" }
        var files = try huggingFace()
        files["model.safetensors"] = nil
        for name in ["model-1.safetensors", "model-2.safetensors"] {
            files[name] = Safetensors.encode(weights.filter { shard($0.key) == name })
        }
        let map = Dictionary(uniqueKeysWithValues: weights.keys.map { ($0, shard($0)) })
        files["model.safetensors.index.json"] = try JSONEncoder().encode(["weight_map": map])
        try withCheckpoint(files) { folder in
            let checkpoint = try Checkpoint(contentsOf: folder)
            #expect(
                checkpoint.weightFiles.map(\.lastPathComponent) == [
                    "model.safetensors.index.json", "model-1.safetensors", "model-2.safetensors",
                ])
            try expect(CLIPModel(checkpoint: checkpoint), gives: golden.huggingFace, for: golden.tokens)
            try FileManager.default.removeItem(at: folder.appending(path: "model-2.safetensors"))
            #expect(refusal(folder)?.contains("these files are missing from its folder: model-2.safetensors") == true)
        }
        files["model.safetensors.index.json"] = Data(#"{"weight_map": {"a": "../elsewhere"}}"#.utf8)
        try withCheckpoint(files) { folder in
            #expect(refusal(folder)?.contains("is not a file in its folder") == true)
        }
    }

    /// What opening and reading a checkpoint says is wrong with it.
    private func refusal(_ url: URL) -> String? {
        do {
            _ = try CLIPModel(checkpoint: Checkpoint(contentsOf: url))
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test("What is missing or wrong is told under the file's own names") func problemsInTheirNames() throws {
        let prefix = "text_model.encoder.layers.1.self_attn."
        let files = try huggingFace {
            $0[prefix + "k_proj.weight"] = nil
            $0[prefix + "v_proj.bias"] = Tensor([63])
            $0["visual_projection.weight"] = Tensor([32, 60])
        }
        try withCheckpoint(files) { folder in
            #expect {
                try CLIPModel(checkpoint: Checkpoint(contentsOf: folder))
            } throws: {
                guard case .unfitWeights(_, let problems)? = $0 as? CheckpointError else { return false }
                return problems == [
                    .wrongShape("visual_projection.weight", expected: [32, 64], found: [32, 60]),
                    .missing(prefix + "k_proj.weight", expected: [64, 64]),
                    .wrongShape(prefix + "v_proj.bias", expected: [64], found: [63]),
                ]
            }
        }
    }

    @Test func partsThatNoCLIPHas() throws {
        let extra = "vision_model.encoder.layers.0.layer_scale1"
        try withCheckpoint(huggingFace { $0[extra] = Tensor([64]) }) {
            #expect(refusal($0)?.contains("\(extra): it belongs to no part of a CLIP model") == true)
        }
        // What is beside a model is left alone.
        try withCheckpoint(huggingFace { $0["prompt_learner.ctx"] = Tensor([4, 64]) }) {
            #expect(refusal($0) == nil)
        }
    }

    @Test(
        "Configurations that ask for what there is not",
        arguments: [
            ("config.json", #"{"model_type": "siglip"}"#, "model_type is \"siglip\""),
            ("config.json", #"{"model_type": "clip_vision_model", "hidden_size": 64}"#, "one side of a CLIP model"),
            ("config.json", #"{"vision_config": {"hidden_act": "relu"}}"#, "hidden_act is \"relu\""),
            ("config.json", #"{"vision_config": {"hidden_size": 64, "num_attention_heads": 3}}"#, "does not divide"),
            ("config.json", #"{"vision_config": {"hidden_size": 128, "num_attention_heads": 2}}"#, "different models"),
            ("config.json", #"{"text_config": {"layer_norm_eps": 0.1}}"#, "layer_norm_eps is 0.1"),
            ("config.json", #"{"vision_config": []}"#, "config.json"),
            ("config.json", "{", "config.json"),
            ("preprocessor_config.json", #"{"resample": 2}"#, "resample is 2; only 3"),
            ("preprocessor_config.json", #"{"do_center_crop": false}"#, "do_center_crop is false"),
            ("preprocessor_config.json", #"{"size": 224}"#, "different models"),
            ("preprocessor_config.json", #"{"size": {"height": 16, "width": 16}}"#, "distorts"),
            ("preprocessor_config.json", #"{"image_mean": [0.5]}"#, "three channels"),
            ("preprocessor_config.json", #"{"image_std": [0.5, 0, 1]}"#, "divides by nothing"),
        ])
    func configurations(_ name: String, _ content: String, _ reason: String) throws {
        var files = try huggingFace()
        files[name] = Data(content.utf8)
        try withCheckpoint(files) { folder in
            #expect(refusal(folder)?.contains(reason) == true, "\(refusal(folder) ?? "accepted")")
        }
    }

    @Test func otherPreprocessing() throws {
        var files = try huggingFace()
        files["preprocessor_config.json"] = Data(
            """
            {"size": {"shortest_edge": 16}, "crop_size": {"height": 16, "width": 16}, "resample": 3,
            "image_mean": [0.5, 0.25, 0.75]}
            """.utf8)
        try withCheckpoint(files) { folder in
            let preprocessing = try Checkpoint(contentsOf: folder).preprocessing
            #expect(preprocessing.mean == [0.5, 0.25, 0.75])
            #expect(preprocessing.resolution == 16)
            #expect(preprocessing.standardDeviation == [0.26862954, 0.26130258, 0.27577711])
        }
    }

    @Test func openCLIP() throws {
        let weights = Safetensors.encode(Formula.weights(try #require(Self.golden.get().openCLIP.shapes)))
        func configuration(_ vision: String = "", _ preprocessing: String = "") -> [String: Data] {
            let text = """
                {"model_cfg": {"embed_dim": 32, "vision_cfg": {"image_size": [16, 16], "layers": 2, "width": 64,
                "head_width": 32, "patch_size": 8\(vision)},
                "text_cfg": {"context_length": 8, "vocab_size": 516, "width": 64, "heads": 4,
                "layers": 2}}, "preprocess_cfg": {"mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]\(preprocessing)}}
                """
            return ["open_clip_model.safetensors": weights, "open_clip_config.json": Data(text.utf8)]
        }
        try withCheckpoint(configuration("", #", "interpolation": "bicubic", "resize_mode": "shortest""#)) { folder in
            let checkpoint = try Checkpoint(contentsOf: folder)
            #expect(checkpoint.conventions.imageNonlinearity == .gelu)
            #expect(checkpoint.conventions.imageHeadWidth == 32)
            #expect(checkpoint.conventions.textHeadWidth == 16)
            #expect(checkpoint.preprocessing.mean == [0.5, 0.5, 0.5])
            let rows = try CheckpointDescription(of: checkpoint).rows
            #expect(rows.contains { $0.label == "activation" && $0.value == "GELU (open_clip_config.json)" })
            #expect(rows.contains { $0.label == "heads" && $0.value == "image 2 of width 32, text 4 of width 16" })
        }
        for (change, reason) in [
            (#", "timm_model_name": "vit""#, "timm_model_name"), (#", "pool_type": "avg""#, "pool_type is avg"),
            (#", "no_ln_pre": true"#, "no_ln_pre is true"),
        ] {
            try withCheckpoint(configuration(change)) { #expect(refusal($0)?.contains(reason) == true) }
        }
        try withCheckpoint(configuration("", #", "resize_mode": "squash""#)) {
            #expect(refusal($0)?.contains("resize_mode is squash; only shortest") == true)
        }
    }

    @Test("Of several versions of a model one is taken; of several models none") func choice() throws {
        var files = try huggingFace()
        files["pytorch_model.bin"] = try Checkpoints.data("openai.pt")
        try withCheckpoint(files) { folder in
            let checkpoint = try Checkpoint(contentsOf: folder)
            #expect(checkpoint.weightsURL.lastPathComponent == "model.safetensors")
        }
        let both = ["a.pt": try Checkpoints.data("openai.pt"), "b.pt": try Checkpoints.data("wrapped.pt")]
        try withCheckpoint(both) {
            #expect(refusal($0)?.contains("several weights files; name one of them: a.pt, b.pt") == true)
        }
        let weights = Formula.weights(try #require(Self.golden.get().openCLIP.shapes))
        let twice = Dictionary(uniqueKeysWithValues: weights.flatMap { [("ema.\($0)", $1), ("student.\($0)", $1)] })
        try withCheckpoint(["m.safetensors": Safetensors.encode(twice)]) {
            #expect(refusal($0)?.contains("several models: those under \"ema.\", \"student.\"") == true)
        }
    }

    @Test(
        "What is no file of weights is told apart",
        arguments: [
            ("version https://git-lfs.github.com/spec/v1\noid", "Git LFS"), ("<!DOCTYPE html><html>", "web page"),
            ("GGUF....", "GGUF"), ("i n\nt h\n", "neither a safetensors file"), ("", "it is empty"),
            ("\u{80}", "neither a safetensors file"), ("PK\u{3}\u{4}", "truncated"), (#"{"weight_map": 3}"#, "shard index"),
            ("\u{2}\0\0\0\0\0\0\0{}", "of its 0 tensors none"),
        ])
    func otherFiles(_ content: String, _ reason: String) throws {
        try withCheckpoint(["weights.bin": Data(content.utf8)]) {
            let said = refusal($0.appending(path: "weights.bin"))
            #expect(said?.contains(reason) == true, "\(said ?? "accepted")")
        }
    }

    @Test func tensorsOfSomethingElse() throws {
        try withCheckpoint(["tensors.pt": Checkpoints.data("tensors.pt")]) {
            #expect(refusal($0)?.contains("of its 13 tensors, such as \"bfloat16\", \"column\"") == true)
        }
    }

    @Test func olderFiles() throws {
        try withCheckpoint(["old.pt": Checkpoints.data("legacy.pt")]) {
            #expect(refusal($0)?.contains("torch.save(torch.load(path") == true)
        }
        // A pickle of another protocol than PyTorch's usual one.
        for version in UInt8(3)...5 {
            try withCheckpoint(["old.pt": Data([0x80, version, 0x4e, 0x2e])]) {
                #expect(refusal($0.appending(path: "old.pt"))?.contains("torch.save(torch.load(path") == true)
            }
        }
    }

    @Test func vocabulariesThatAreNotThere() throws {
        try withCheckpoint(huggingFace()) { folder in
            try FileManager.default.removeItem(at: folder.appending(path: "merges.txt"))
            let places = "none of merges.txt, tokenizer.json, bpe_simple_vocab_16e6.txt.gz"
            #expect(refusal(folder)?.contains(places) == true)
            let rows = try CheckpointDescription(of: Checkpoint(contentsOf: folder)).rows
            #expect(rows.contains { $0.label == "tokenizer" && $0.value.hasPrefix("No vocabulary") })
        }
    }
}

/// Files under Tests/Fixtures/checkpoints.
enum Checkpoints {
    static let folder = Fixtures.folder.appending(path: "../checkpoints").standardizedFileURL

    static func data(_ name: String) throws -> Data { try Data(contentsOf: folder.appending(path: name)) }
}

private struct Golden: Decodable {
    let tokens: [[Int]]
    let openai, wrapped, openCLIP, huggingFace: Model

    struct Model: Decodable {
        let resolution: Int?
        let shapes: [String: [Int]]?
        let config: String?
        let imageFeatures: [[Float]]?
        let textFeatures: [[Float]]?
        let logitScale: Float?
    }

    func model(_ name: String) -> Model? { ["openai": openai, "wrapped": wrapped][name] }
}

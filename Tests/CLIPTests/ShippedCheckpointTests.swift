import CLIP
import FormulaModels
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Checkpoints as others ship them") struct ShippedCheckpointTests {
    private static let weights = Result {
        Formula.weights(try Fixtures.decoded(ModelFixture.self, "vit.json").shapes)
    }

    /// A checkpoint whose tensors have other names, with what `change` does to its folder.
    private func withCheckpoint<T>(
        _ change: (inout [String: Tensor]) -> Void = { _ in }, named rename: (String) -> String = { $0 },
        files: (URL) throws -> Void = { _ in }, _ body: (Checkpoint) throws -> T
    ) throws -> T {
        var weights = try Self.weights.get()
        change(&weights)
        let renamed = Dictionary(uniqueKeysWithValues: weights.map { (rename($0.key), $0.value) })
        return try Fixtures.withCheckpoint(renamed) { folder in
            try files(folder)
            return try body(Checkpoint(contentsOf: folder))
        }
    }

    private func features(_ checkpoint: Checkpoint) throws -> (image: Tensor, text: Tensor) {
        let model = try CLIPModel(checkpoint: checkpoint)
        let prompt = PromptLayout(prompts: [model.text.tokenizer.encode("a photo").map { .token($0) }])
        let text = model.text.transformer(prompt, contexts: Variable(Tensor([0, model.text.transformer.width]))).value
        return (model.image.encode(Formula.pixels(1, checkpoint.architecture.resolution)), text)
    }

    @Test("A logit scale in a list of one is that number; a list of two is none")
    func logitScale() throws {
        let plain = try withCheckpoint { try CLIPText(checkpoint: $0).logitScale }
        let scale = try #require(Self.weights.get()["logit_scale"]).scalar
        let list = try withCheckpoint {
            $0["logit_scale"] = Tensor([1], [scale])
        } _: {
            try CLIPText(checkpoint: $0).logitScale
        }
        #expect(plain == list)
        #expect {
            try withCheckpoint {
                $0["logit_scale"] = Tensor([2], [scale, scale])
            } _: {
                try $0.checkHeader()
            }
        } throws: { "\($0)".contains("logit_scale has shape [2]; expected []") }
    }

    static let wrappings: [(title: String, name: @Sendable (String) -> String)] = [
        ("a compiled image encoder", { $0.replacing("visual.", with: "visual._orig_mod.") }),
        ("an image encoder on several devices", { $0.replacing("visual.", with: "visual.module.") }),
        ("a compiled text encoder", { $0.hasPrefix("transformer.") ? "transformer._orig_mod." + $0.dropFirst(12) : $0 }),
        ("all of it, twice", { "module._orig_mod." + $0.replacing("resblocks.", with: "resblocks.module._orig_mod.") }),
        ("FSDP", { "_fsdp_wrapped_module." + $0.replacing(".attn.", with: "._checkpoint_wrapped_module.attn.") }),
    ]

    @Test("What wrappers put into names is passed over", arguments: wrappings.indices)
    func wrappers(_ index: Int) throws {
        let plain = try withCheckpoint { try features($0) }
        let wrapped = try withCheckpoint(named: Self.wrappings[index].name) { try features($0) }
        #expect(plain == wrapped, "\(Self.wrappings[index].title)")
    }

    @Test("What is wrong with a wrapped tensor is said under its own name; a second of one name is not taken for it")
    func wrappedNames() throws {
        let compiled: (String) -> String = { $0.replacing("visual.", with: "visual._orig_mod.") }
        #expect {
            try withCheckpoint {
                $0["visual.ln_post.bias"] = Tensor([3])
            } named: {
                compiled($0)
            } _: {
                try $0.checkHeader()
            }
        } throws: { error in
            guard case .unfitWeights(_, let problems)? = error as? CheckpointError else { return false }
            return problems.map(\.description) == ["visual._orig_mod.ln_post.bias has shape [3]; expected [128]"]
        }
        let sound = try withCheckpoint { try features($0) }
        let both = try withCheckpoint {
            $0["visual._orig_mod.proj"] = Tensor([1])
        } _: { checkpoint in
            #expect { try checkpoint.checkHeader() } throws: {
                "\($0)".contains("visual._orig_mod.proj: it belongs to no part")
            }
            return try CLIPText(checkpoint: checkpoint).logitScale
        }
        #expect(try both == withCheckpoint { try CLIPText(checkpoint: $0).logitScale } && sound.image.isFinite)
    }

    @Test("The header alone tells what is missing, misshapen or of another type, as making a model does")
    func header() throws {
        try withCheckpoint { try $0.checkHeader() }
        for gone in ["visual.conv1.weight", "transformer.resblocks.0.mlp.c_fc.bias", "logit_scale", "text_projection"] {
            let error = try withCheckpoint {
                $0[gone] = nil
            } _: { checkpoint in
                #expect(throws: CheckpointError.self) { try checkpoint.checkHeader() }
            }
            let whole = try withCheckpoint {
                $0[gone] = nil
            } _: { checkpoint in
                #expect(throws: CheckpointError.self) { try CLIPModel(checkpoint: checkpoint) }
            }
            guard case .unfitWeights(_, let found)? = error, case .unfitWeights(_, let all)? = whole else {
                Issue.record("\(gone): \(error as Any)")
                continue
            }
            #expect(found == all)
        }
        // Numbers are not looked at.
        try withCheckpoint {
            $0["positional_embedding"]?[0, 0] = .nan
        } _: {
            try $0.checkHeader()
        }
    }
}

@Suite("Vocabularies beside weights") struct ShippedVocabularyTests {
    /// A text encoder with that many embeddings, in a folder with these files in place of its merges.
    private func tokenizer(embeddings: Int, _ files: (URL) throws -> Void) throws -> (Tokenizer, String) {
        var weights = Formula.weights(try Fixtures.decoded(ModelFixture.self, "vit.json").shapes)
        weights["token_embedding.weight"] = Tensor([embeddings, 64])
        return try Fixtures.withCheckpoint(weights) { folder in
            try files(folder)
            let checkpoint = try Checkpoint(contentsOf: folder)
            return (try CLIPText(checkpoint: checkpoint).tokenizer, try checkpoint.tokenizerURL().lastPathComponent)
        }
    }

    private let count: Int
    private let vocabulary: [String: Int]
    private let merges: [String]

    init() throws {
        let text = try String(contentsOf: Fixtures.merges, encoding: .utf8)
        merges = text.split(separator: "\n").dropFirst().map(String.init)
        count = try Tokenizer(contentsOf: Fixtures.merges).vocabularyCount
        let bytes = Array(33...126) + Array(0xa1...0xac) + Array(0xae...0xff)
        let others = (0...255).filter { !bytes.contains($0) }.indices.map { 0x100 + $0 }
        let symbols = (bytes + others).compactMap { UnicodeScalar($0).map(String.init) }
        let all = symbols + symbols.map { $0 + "</w>" } + merges.map { $0.replacing(" ", with: "") }
        vocabulary = Dictionary(zip(all + ["<|startoftext|>", "<|endoftext|>"], 0...)) { $1 }
    }

    /// A tokenizer.json of the same merges, with tokens that were added.
    private func json(adding added: [String]) throws -> Data {
        let tokens: [[String: Any]] = added.enumerated().map { ["id": count + $0, "content": $1] }
        return try JSONSerialization.data(
            withJSONObject: [
                "model": ["type": "BPE", "vocab": vocabulary, "merges": merges, "end_of_word_suffix": "</w>"] as [String: Any],
                "added_tokens": tokens,
            ] as [String: Any])
    }

    @Test("Of merges and a tokenizer.json with an added token, the one that fits is taken")
    func addedToken() throws {
        let both: (URL) throws -> Void = { try json(adding: ["<|sks|>"]).write(to: $0.appending(path: "tokenizer.json")) }
        let (added, file) = try tokenizer(embeddings: count + 1, both)
        #expect(file == "tokenizer.json" && added.encode("a <|sks|> printer").contains(count))
        let (plain, plainFile) = try tokenizer(embeddings: count, both)
        #expect(plainFile == "merges.txt" && plain.vocabularyCount == count)
        #expect(plain.encode("a printer") == added.encode("a printer"))
    }

    @Test("Embeddings that were padded to a round number fit; others do not")
    func padding() throws {
        for multiple in [8, 64, 128] {
            let (padded, _) = try tokenizer(embeddings: (count / multiple + 1) * multiple) { _ in }
            #expect(padded.vocabularyCount == count)
        }
        // Padding is of less than its multiple, and never takes tokens away.
        for embeddings in [count - 1, (count / 8 + 2) * 8 | 1, (count / 128 + 2) * 128] {
            #expect {
                try tokenizer(embeddings: embeddings) { _ in }
            } throws: {
                if case .vocabularyMismatch? = $0 as? CheckpointError { true } else { false }
            }
        }
    }
}

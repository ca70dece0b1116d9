import CLIP
import FormulaModels
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Checkpoints that are not what they should be") struct CheckpointTests {
    /// The weights of the sound models, by their names.
    private static let models = Result {
        try Dictionary(
            uniqueKeysWithValues: ["resnet", "vit"].map {
                ($0, Formula.weights(try Fixtures.decoded(ModelFixture.self, "\($0).json").shapes))
            })
    }

    private func weights(_ name: String) throws -> [String: Tensor] {
        try #require(Self.models.get()[name])
    }

    /// The problems that loading reports once `change` has been made to a sound model's weights.
    private func problems(
        _ name: String = "resnet", _ change: (inout [String: Tensor]) -> Void
    ) throws -> [WeightProblem] {
        var weights = try weights(name)
        change(&weights)
        return try Fixtures.withCheckpoint(weights) { folder in
            do throws(CheckpointError) {
                _ = try CLIPModel(checkpoint: Checkpoint(contentsOf: folder))
                return []
            } catch {
                guard case .unfitWeights(_, let problems) = error else { throw error }
                return problems
            }
        }
    }

    @Test("Every tensor that is missing is named with its shape", arguments: ["resnet", "vit"])
    func missing(_ name: String) throws {
        let shapes = try weights(name).mapValues(\.shape)
        let gone = shapes.keys.filter { $0.hasSuffix("bias") || $0 == "logit_scale" }.sorted()
        let found = try problems(name) { weights in for name in gone { weights[name] = nil } }
        let expected = gone.map { WeightProblem.missing($0, expected: shapes[$0] ?? []) }
        #expect(found.map(\.description).sorted() == expected.map(\.description).sorted())
    }

    @Test("No tensor can be left out", arguments: ["resnet", "vit"])
    func each(_ name: String) throws {
        for gone in try weights(name).keys where gone != "visual.proj" {
            let found = try problems(name) { $0[gone] = nil }
            let names = found.map { problem -> String in
                if case .missing(let name, _) = problem { name } else { "\(problem)" }
            }
            #expect(names == [gone])
        }
    }

    @Test func layerInTheMiddleIsMissed() throws {
        let found = try problems { weights in
            for name in weights.keys where name.hasPrefix("transformer.resblocks.0.") { weights[name] = nil }
        }
        #expect(found.count == 12)
        #expect(found.allSatisfy { "\($0)".hasPrefix("transformer.resblocks.0.") })
    }

    @Test func wrongShapes() throws {
        let found = try problems { weights in
            weights["visual.layer2.0.conv2.weight"] = Tensor([16, 16, 1, 1])
            weights["ln_final.bias"] = Tensor([63])
            weights["logit_scale"] = Tensor([2])
        }
        #expect(
            found == [
                .wrongShape("visual.layer2.0.conv2.weight", expected: [32, 32, 3, 3], found: [16, 16, 1, 1]),
                .wrongShape("ln_final.bias", expected: [64], found: [63]),
                .wrongShape("logit_scale", expected: [], found: [2]),
            ])
        #expect("\(found[1])" == "ln_final.bias has shape [63]; expected [64]")
    }

    @Test func numbersThatMakeNoModel() throws {
        let found = try problems { weights in
            weights["positional_embedding"]![2, 5] = .nan
            weights["visual.bn1.running_var"]![1] = -1
            weights["visual.layer1.0.conv1.weight"]![0, 0, 0, 0] = .infinity
        }
        #expect(
            found.map(\.description) == [
                "visual.bn1.running_var: it holds a negative variance",
                "visual.layer1.0.conv1.weight: it holds a number that is not finite",
                "positional_embedding: it holds a number that is not finite",
            ])
    }

    @Test func extentsThatFitNoArchitecture() throws {
        #expect(
            try problems { $0["visual.attnpool.positional_embedding"] = Tensor([7, 512]) }.map(\.description) == [
                "visual.attnpool.positional_embedding: 7 rows are not one more than a square"
            ])
        #expect(
            try problems { $0["text_projection"] = Tensor([64, 40]) }.map(\.description) == [
                "text_projection: texts have 40 features and images 32"
            ])
        #expect(
            try problems { $0["token_embedding.weight"] = Tensor([0, 64]) }.map(\.description) == [
                "token_embedding.weight has shape [0, 64]; expected [?, 64]"
            ])
        #expect(
            try problems { $0["logit_scale"] = Tensor(100) }.map(\.description) == [
                "logit_scale: the exponential of 100.0 is not a finite number"
            ])
        #expect(try !problems { $0["visual.layer1.0.conv1.weight"] = Tensor([1 << 60, 0]) }.isEmpty)
        #expect(try !problems { $0["visual.conv1.weight"] = Tensor([]) }.isEmpty)
        #expect(try !problems("vit") { $0["visual.conv1.weight"] = Tensor([128, 3, 8, 4]) }.isEmpty)
        #expect(try !problems { $0["transformer.resblocks.9223372036854775807.x"] = Tensor([1]) }.isEmpty)
    }

    /// What other families add to CLIP's tensors, or have in their place.
    static let families: [(title: String, gone: String, added: [String])] = [
        ("a CoCa model", "", ["text.cls_emb", "text.token_embedding.weight", "visual.attn_pool.query"]),
        ("a CoCa model", "module.", ["module.text_decoder.cross_attn.0.attn.in_proj_weight"]),
        ("an EVA-CLIP model", "visual.", ["visual.trunk.blocks.0.attn.q_proj.weight", "visual.trunk.pos_embed"]),
        ("an EVA-CLIP model", "visual.", ["visual.blocks.0.attn.q_bias", "visual.patch_embed.proj.weight"]),
        ("timm's", "visual.", ["visual.trunk.stages.0.blocks.0.conv_dw.weight", "visual.head.proj.weight"]),
        ("a text encoder of its own", "transformer.", ["text.transformer.embeddings.word_embeddings.weight"]),
    ]

    @Test("A model of another family without a configuration is refused by its name", arguments: families.indices)
    func otherFamilies(_ index: Int) throws {
        let (title, gone, added) = Self.families[index]
        var weights = try weights("vit").filter { gone.isEmpty || !$0.key.hasPrefix(gone) }
        for name in added { weights[name] = Tensor([2, 2]) }
        try Fixtures.withCheckpoint(weights) { folder in
            let error = #expect(throws: CheckpointError.self) { try Checkpoint(contentsOf: folder) }
            guard case .foreignFamily(_, let family, let name)? = error else {
                Issue.record("\(error as Any)")
                return
            }
            #expect(family.contains(title) && added.contains(name))
        }
    }

    /// Words that other families' names have in them, where they mean nothing.
    @Test func similarNames() throws {
        var weights = try weights("vit")
        for name in ["context.cls_emb", "my_text_decoder.x", "visual.transformer.trunk.x"] { weights[name] = Tensor([1]) }
        try Fixtures.withCheckpoint(weights) { folder in _ = try Checkpoint(contentsOf: folder) }
    }

    @Test func filesThatAreNotThere() throws {
        try Fixtures.withFolder { folder in
            #expect(throws: CheckpointError.noWeights(folder: folder.path)) { try Checkpoint(contentsOf: folder) }
            let nowhere = folder.appending(path: "nowhere")
            #expect(throws: CheckpointError.notFound(path: nowhere.path)) { try Checkpoint(contentsOf: nowhere) }
            for name in ["a.safetensors", "b.safetensors"] {
                try Safetensors.encode([:]).write(to: folder.appending(path: name))
            }
            let both = CheckpointError.severalWeights(folder: folder.path, names: ["a.safetensors", "b.safetensors"])
            #expect(throws: both) { try Checkpoint(contentsOf: folder) }
            #expect(throws: CheckpointError.self) { try Checkpoint(contentsOf: Fixtures.merges) }
        }
    }

    @Test func mergesThatDoNotBelong() throws {
        try Fixtures.withCheckpoint(weights("resnet")) { folder in
            let merges = folder.appending(path: "merges.txt")
            try Data("#version: 0.2\ni n\n".utf8).write(to: merges)
            #expect {
                try CLIPModel(checkpoint: Checkpoint(contentsOf: folder))
            } throws: {
                guard case .vocabularyMismatch(_, 933, _, 515) = $0 as? CheckpointError else { return false }
                return true
            }
            try FileManager.default.removeItem(at: merges)
            #expect(throws: CheckpointError.self) { try CLIPModel(checkpoint: Checkpoint(contentsOf: folder)) }
            _ = try Checkpoint(contentsOf: folder).imageEncoder()
        }
    }
}

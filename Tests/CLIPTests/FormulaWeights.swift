import CLIP
import Foundation
import Tensors

/// Text encoders whose weights come from addressed random numbers, as in Tests/Reference/text.py: only outputs are fixtures.
enum FormulaWeights {
    static func uniform(_ name: String, _ shape: [Int]) -> Tensor {
        var stream = RandomStream(seed: 11, purpose: name)
        return Tensor(shape, (0..<shape.reduce(1, *)).map { _ in 2 * stream.uniform() - 1 })
    }

    static func matrix(_ name: String, _ shape: [Int], _ deviation: Double) -> Tensor {
        uniform(name, shape) * Float(deviation * 3.0.squareRoot())
    }

    private static func vector(_ name: String, _ size: Int, around base: Float) -> Tensor {
        uniform(name, [size]).mapped { $0 * 0.1 + base }
    }

    static func text(
        width: Int, layers: Int, vocabulary: Int, length: Int, dimension: Int,
        _ conventions: ModelConventions = ModelConventions()
    ) throws -> TextTransformer {
        let root = Double(width).squareRoot()
        var weights: [String: Tensor] = [
            "token_embedding.weight": matrix("token_embedding.weight", [vocabulary, width], 0.02),
            "positional_embedding": matrix("positional_embedding", [length, width], 0.01),
            "text_projection": matrix("text_projection", [width, dimension], 1 / root),
            "ln_final.weight": vector("ln_final.weight", width, around: 1),
            "ln_final.bias": vector("ln_final.bias", width, around: 0),
        ]
        for layer in 0..<layers {
            let prefix = "transformer.resblocks.\(layer)."
            for (name, shape, deviation) in [
                ("attn.in_proj_weight", [3 * width, width], 1.5 / root), ("attn.out_proj.weight", [width, width], 1 / root),
                ("mlp.c_fc.weight", [4 * width, width], 1 / root), ("mlp.c_proj.weight", [width, 4 * width], 0.5 / root),
            ] {
                weights[prefix + name] = matrix(prefix + name, shape, deviation)
            }
            for (name, size, base) in [
                ("attn.in_proj_bias", 3 * width, 0), ("attn.out_proj.bias", width, 0), ("mlp.c_fc.bias", 4 * width, 0),
                ("mlp.c_proj.bias", width, 0), ("ln_1.weight", width, 1), ("ln_1.bias", width, 0), ("ln_2.weight", width, 1),
                ("ln_2.bias", width, 0),
            ] as [(String, Int, Float)] {
                weights[prefix + name] = vector(prefix + name, size, around: base)
            }
        }
        let url = FileManager.default.temporaryDirectory.appending(path: "text-\(UUID()).safetensors")
        defer { try? FileManager.default.removeItem(at: url) }
        try Safetensors.encode(weights).write(to: url)
        var checkpoint = try Checkpoint(contentsOf: url)
        checkpoint.conventions = conventions
        return TextTransformer(try checkpoint.read { TextWeights(from: &$0) })
    }
}

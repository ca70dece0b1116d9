import CLIP
import FormulaModels
import Foundation
import Tensors

/// The models by formula that Tests/Reference/vision_prompts.py learns prompts for, with the tests' own vocabulary.
package struct PromptedModel: Sendable {
    package let encoder: PromptedVisionTransformer
    package let text: CLIPText

    /// - Parameter name: "small" or "icons".
    package init(_ name: String) throws {
        let shapes =
            name == "small"
            ? ModelShapes.visionTransformer(resolution: 32, patch: 8, width: 128, layers: 4, dimension: 32)
                .addingText(vocabulary: 933, context: 24, width: 64, layers: 4)
            : ModelShapes.visionTransformer(resolution: 64, patch: 8, width: 192, layers: 6, dimension: 128)
                .addingText(vocabulary: 933, context: 24, width: 128, layers: 6)
        (encoder, text) = try Fixtures.withFolder { folder in
            try Formula.write(shapes.shapes, to: folder.appending(path: "model.safetensors"))
            try FileManager.default.copyItem(at: Fixtures.merges, to: folder.appending(path: "merges.txt"))
            let checkpoint = try Checkpoint(contentsOf: folder)
            return (try checkpoint.promptedImageEncoder(), try CLIPText(checkpoint: checkpoint))
        }
    }

    /// As in the script.
    package static func pixels(_ count: Int, _ side: Int) -> Tensor { Formula.numbers("pixels", [count, side, side, 3]) }

    /// What the script prints of a tensor: its norm, its sum, and six of its numbers.
    package static func summary(_ tensor: Tensor) -> [Double] {
        let values = tensor.values.map(Double.init)
        return [values.reduce(0) { $0 + $1 * $1 }.squareRoot(), values.reduce(0, +)]
            + (0..<6).map { values[($0 * 7919) % values.count] }
    }

    /// What the script made of a model.
    package struct Golden: Decodable, Sendable {
        package let features: [Double]?
        package let losses: [Float]
        package let gradients, learned: [String: [Double]]
    }

    package static func golden(_ model: String, _ method: String) throws -> Golden {
        let all = try Fixtures.decoded(Goldens.self, "vision-prompts.json")
        let golden = (model == "small" ? all.small : all.icons)[method]
        return try golden ?? { throw CocoaError(.fileReadCorruptFile) }()
    }

    private struct Goldens: Decodable {
        let small, icons: [String: Golden]
    }
}

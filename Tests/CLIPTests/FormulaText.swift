import CLIP
import FormulaModels
import Foundation
import Tensors

extension Formula {
    /// A text encoder by formula, as in Tests/Reference/text.py: only its outputs are fixtures.
    static func text(
        width: Int, layers: Int, vocabulary: Int, length: Int, dimension: Int,
        _ conventions: ModelConventions = ModelConventions(), precision: Precision = .float32
    ) throws -> TextTransformer {
        let weights = try textWeights(
            width: width, layers: layers, vocabulary: vocabulary, length: length, dimension: dimension, conventions)
        return TextTransformer(weights, precision: precision)
    }

    /// What such an encoder is made of.
    static func textWeights(
        width: Int, layers: Int, vocabulary: Int, length: Int, dimension: Int, _ conventions: ModelConventions
    ) throws -> TextWeights {
        let model = ModelShapes().addingText(
            vocabulary: vocabulary, context: length, width: width, layers: layers, dimension: dimension)
        let url = FileManager.default.temporaryDirectory.appending(path: "text-\(UUID()).safetensors")
        defer { try? FileManager.default.removeItem(at: url) }
        try write(model.shapes, to: url)
        var checkpoint = try Checkpoint(contentsOf: url)
        checkpoint.conventions = conventions
        return try checkpoint.read { TextWeights(from: &$0) }
    }

    /// Uniform numbers of a standard deviation.
    static func context(_ name: String, _ shape: [Int], deviation: Double) -> Tensor {
        numbers(name, shape, scale: Float(deviation * 3.0.squareRoot()))
    }
}

import FormulaModels
import Foundation
import Tensors

/// A whole CLIP with weights by formula, small enough to make in every test: a vision transformer for pictures of 32×32,
/// 32 features, and a text transformer that reads 24 tokens.
package enum TinyCLIP {
    package static let contextLength = 24

    private static let weights = Result {
        var weights = Formula.weights(try Fixtures.decoded(ModelFixture.self, "vit.json").shapes)
        weights["positional_embedding"] = Formula.weight("positional_embedding", [contextLength, 64])
        // exp(3): logits far enough apart for a few steps of training to show.
        weights["logit_scale"] = Tensor(3)
        return weights
    }
    private static let file = Result { Safetensors.encode(try weights.get()) }

    /// Writes a checkpoint folder.
    /// - Parameter change: made to the weights before they are written.
    package static func write(to folder: URL, _ change: ((inout [String: Tensor]) -> Void)? = nil) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var weights = try weights.get()
        change?(&weights)
        let data = try change == nil ? file.get() : Safetensors.encode(weights)
        try data.write(to: folder.appending(path: "tiny.safetensors"))
        try Data(contentsOf: Fixtures.merges).write(to: folder.appending(path: "merges.txt"))
    }
}

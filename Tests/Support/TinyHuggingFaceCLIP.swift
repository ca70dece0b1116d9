import FormulaModels
import Foundation
import Tensors

/// A whole CLIP with weights by formula, in the files that transformers writes: a vision transformer for pictures of 16×16, 32
/// features, and a text transformer that reads 8 tokens.
package enum TinyHuggingFaceCLIP {
    /// transformers' description of the model, and the shapes of its weights.
    private struct Golden: Decodable {
        struct Model: Decodable { let shapes: [String: [Int]], config: String }
        let huggingFace: Model
    }

    /// Writes a checkpoint folder.
    package static func write(to folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let golden = try Fixtures.decoded(Golden.self, "../checkpoints/golden.json").huggingFace
        try Data(golden.config.utf8).write(to: folder.appending(path: "config.json"))
        try Safetensors.encode(Formula.weights(golden.shapes), metadata: ["format": "pt"])
            .write(to: folder.appending(path: "model.safetensors"))
        try Data("#version: 0.2\ni n\nt h\n".utf8).write(to: folder.appending(path: "merges.txt"))
        try Data(
            #"""
            {"do_resize": true, "size": {"shortest_edge": 16}, "resample": 3, "do_center_crop": true, "crop_size": 16,
             "do_normalize": true, "image_mean": [0.48145466, 0.4578275, 0.40821073],
             "image_std": [0.26862954, 0.26130258, 0.27577711], "image_processor_type": "CLIPImageProcessor"}
            """#.utf8
        ).write(to: folder.appending(path: "preprocessor_config.json"))
    }
}

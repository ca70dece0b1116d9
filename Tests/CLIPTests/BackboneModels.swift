import CLIP
import FormulaModels
import Foundation
import Tensors
import TestSupport
import Testing

/// A model by formula, whose outputs Tests/Reference/clip_backbones.py keeps in backbones.safetensors.
struct BackboneModel: Sendable, CustomTestStringConvertible {
    let name: String
    let shapes: ModelShapes
    let resolution: Int
    var conventions = ModelConventions()

    var testDescription: String { name }

    /// One of each family, as small as it can be with the family's depth: unusual widths, heads and resolutions.
    static let small: [BackboneModel] = [
        resNet("RN101", [3, 4, 23, 3], width: 16, resolution: 64, dimension: 24) { $0.addingText() },
        resNet("RN50x4", [4, 6, 10, 6], width: 10, resolution: 96, dimension: 37) { $0.addingText(width: 128) },
        resNet("RN50x16", [6, 8, 18, 8], width: 12, resolution: 128, dimension: 48) { $0.addingText(width: 192) },
        resNet("RN50x64", [3, 15, 36, 10], width: 16, resolution: 96, dimension: 32) { $0.addingText() },
        transformer("ViT-B/32", 96, patch: 32, width: 128, layers: 4, dimension: 32) { $0.addingText() },
        transformer("ViT-L/14@336px", 336, patch: 14, width: 64, layers: 3, dimension: 48) { $0.addingText() },
        openCLIP,
    ]

    /// As open_clip's ViT-H/14: the exact GELU in both encoders, heads of unusual widths, MLPs not four times as wide.
    static let openCLIP: BackboneModel = {
        let image = ModelShapes.visionTransformer(
            resolution: 56, patch: 14, width: 160, layers: 3, dimension: 32, inner: 700)
        var conventions = ModelConventions()
        (conventions.imageNonlinearity, conventions.textNonlinearity) = (.gelu, .gelu)
        (conventions.imageHeadWidth, conventions.textHeadWidth) = (80, 72)
        return BackboneModel(
            name: "ViT-H/14", shapes: image.addingText(width: 144, inner: 500), resolution: 56,
            conventions: conventions)
    }()

    /// RN50's image encoder at full size.
    static let resNet50 = resNet("RN50", [3, 4, 6, 3], width: 64, resolution: 224, dimension: 1024) { $0 }

    /// Models at full size, with the vocabulary and the length of OpenAI's texts.
    static let full: [BackboneModel] = [
        resNet("RN50", [3, 4, 6, 3], width: 64, resolution: 224, dimension: 1024) { fullText($0, width: 512) },
        transformer("ViT-B/16", 224, patch: 16, width: 768, layers: 12, dimension: 512) { fullText($0, width: 512) },
        transformer("ViT-L/14", 224, patch: 14, width: 1024, layers: 24, dimension: 768) { fullText($0, width: 768) },
    ]

    private static func fullText(_ image: ModelShapes, width: Int) -> ModelShapes {
        image.addingText(vocabulary: 49408, context: 77, width: width, layers: 12)
    }

    private static func resNet(
        _ name: String, _ layers: [Int], width: Int, resolution: Int, dimension: Int,
        _ text: (ModelShapes) -> ModelShapes
    ) -> BackboneModel {
        let image = ModelShapes.modifiedResNet(
            layers: layers, width: width, resolution: resolution, dimension: dimension)
        return BackboneModel(name: name, shapes: text(image), resolution: resolution)
    }

    private static func transformer(
        _ name: String, _ resolution: Int, patch: Int, width: Int, layers: Int, dimension: Int,
        _ text: (ModelShapes) -> ModelShapes
    ) -> BackboneModel {
        let image = ModelShapes.visionTransformer(
            resolution: resolution, patch: patch, width: width, layers: layers, dimension: dimension)
        return BackboneModel(name: name, shapes: text(image), resolution: resolution)
    }

    /// Calls `body` with a checkpoint of the model.
    func withCheckpoint<R>(_ body: (Checkpoint) throws -> R) throws -> R {
        try Fixtures.withFolder { folder in
            let file = folder.appending(path: "model.safetensors")
            try Formula.write(shapes.shapes, to: file)
            var checkpoint = try Checkpoint(contentsOf: file)
            checkpoint.conventions = conventions
            return try body(checkpoint)
        }
    }

    /// What PyTorch makes of the model.
    func golden(_ what: String) throws -> Tensor {
        try Self.goldens.get().tensor(named: "\(name) \(what)")
    }

    private static let goldens = Result {
        try Safetensors(contentsOf: Fixtures.folder.appending(path: "backbones.safetensors"))
    }
}

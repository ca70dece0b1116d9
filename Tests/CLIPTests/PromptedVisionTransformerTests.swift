import CLIP
import FormulaModels
import Foundation
import Tensors
import TestSupport
import Testing

/// Prompts among an image's tokens, forward and backward: against PyTorch (Tests/Reference/vision_prompts.py), against
/// differences, and against the encoder without prompts.
@Suite struct PromptedVisionTransformerTests {
    private static let small = Result { try PromptedModel("small") }

    /// Unit features, and the gradients of their projection on a direction.
    private func run(
        _ encoder: PromptedVisionTransformer, _ pixels: Tensor, _ prompts: [Tensor], _ direction: Tensor,
        within bytes: Int = ActivationBudget.bytes
    ) -> (features: Tensor, gradients: [Tensor]) {
        let tape = Tape(), v = prompts.map(tape.parameter)
        let features = normalizedRows(
            encoder(pixels, prompts: v[0], deeper: Array(v.dropFirst()), activationBytes: bytes))
        let row = reshaped(features, [1, features.value.count])
        let gradients = tape.gradients(of: scaledProduct(row, Variable(direction), scale: 1), for: v)
        return (features.value, gradients)
    }

    /// The script's prompts of the first layers.
    private func prompts(_ depth: Int, width: Int) -> [Tensor] {
        (0..<depth).map { layer in
            let name = layer == 0 ? "image_encoder.VPT" : "image_encoder.transformer.resblocks.\(layer).VPT_shallow"
            return Formula.numbers(name, [3, width], scale: 0.5)
        }
    }

    @Test("Features equal PyTorch's", arguments: [("small", 1), ("small", 4), ("icons", 1), ("icons", 6)])
    func features(name: String, depth: Int) throws {
        let encoder = try name == "small" ? Self.small.get().encoder : PromptedModel(name).encoder
        let prompts = prompts(depth, width: encoder.width).map { Variable($0) }
        let features = normalizedRows(
            encoder(
                PromptedModel.pixels(3, encoder.resolution), prompts: prompts[0], deeper: Array(prompts.dropFirst())))
        let expected = try #require(PromptedModel.golden(name, "vpt \(depth)").features)
        for (a, b) in zip(PromptedModel.summary(features.value), expected) {
            #expect(abs(a - b) < 5e-6 * expected[0], "\(PromptedModel.summary(features.value)) for \(expected)")
        }
    }

    @Test("Gradients equal differences", arguments: [1, 2, 4])
    func differences(depth: Int) throws {
        let encoder = try Self.small.get().encoder, pixels = PromptedModel.pixels(2, encoder.resolution)
        let start = prompts(depth, width: encoder.width)
        let direction = Formula.numbers("direction", [1, 2 * encoder.dimension])
        let gradients = run(encoder, pixels, start, direction).gradients
        for (which, gradient) in gradients.enumerated() {
            let scale = gradient.squaredNorm.squareRoot()
            #expect(scale > 0)
            for trial in 0..<4 {
                let step = Formula.numbers("step \(which) \(trial)", gradient.shape)
                func moved(by factor: Float) -> Double {
                    var prompts = start
                    prompts[which] = prompts[which] + step * factor
                    let features = run(encoder, pixels, prompts, direction).features
                    return zip(features.values, direction.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
                }
                // Of fourth order, so that steps can be long enough for rounding to drown in them.
                let near = moved(by: 1.6e-2) - moved(by: -1.6e-2), far = moved(by: 3.2e-2) - moved(by: -3.2e-2)
                let difference = (8 * near - far) / (12 * 1.6e-2)
                let expected = zip(gradient.values, step.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
                #expect(abs(difference - expected) < 2e-3 * scale, "layer \(which): \(difference) for \(expected)")
            }
        }
    }

    @Test("Within any memory, features and gradients are the same in all bits", arguments: [1, 3])
    func layersComputedTwiceChangeNothing(depth: Int) throws {
        let encoder = try Self.small.get().encoder, pixels = PromptedModel.pixels(2, encoder.resolution)
        let prompts = prompts(depth, width: encoder.width)
        let direction = Formula.numbers("direction", [1, 2 * encoder.dimension])
        let plenty = run(encoder, pixels, prompts, direction, within: .max)
        for bytes in [1, 400_000, 700_000] {
            let scarce = run(encoder, pixels, prompts, direction, within: bytes)
            #expect(scarce.features == plenty.features && scarce.gradients == plenty.gradients, "within \(bytes) bytes")
        }
    }

    @Test(
        "An image's features do not depend on what is beside it",
        .enabled(if: Float32Panels.suit(outputs: 32), "this processor has no AVX-512"))
    func company() throws {
        let encoder = try Self.small.get().encoder, pixels = PromptedModel.pixels(5, encoder.resolution)
        let prompts = prompts(2, width: encoder.width).map { Variable($0) }
        func features(_ pixels: Tensor) -> Tensor {
            encoder(pixels, prompts: prompts[0], deeper: [prompts[1]]).value
        }
        let all = features(pixels), side = encoder.resolution
        for image in 0..<5 {
            let alone = pixels.reshaped([5, side * side * 3]).rows(image..<image + 1).reshaped([1, side, side, 3])
            #expect(features(alone) == all.rows(image..<image + 1))
        }
    }

    @Test func withoutPromptsItIsTheEncoder() throws {
        let shapes = ModelShapes.visionTransformer(resolution: 32, patch: 8, width: 128, layers: 3, dimension: 32).addingText()
        try Fixtures.withFolder { folder in
            try Formula.write(shapes.shapes, to: folder.appending(path: "model.safetensors"))
            let checkpoint = try Checkpoint(contentsOf: folder)
            let pixels = PromptedModel.pixels(3, 32)
            let plain = try checkpoint.imageEncoder().encode(pixels).normalizedRows()
            let prompted = try checkpoint.promptedImageEncoder()(pixels, prompts: Variable(Tensor([0, 128])))
            let difference = (prompted.value.normalizedRows() - plain).values.map(abs).max() ?? 1
            #expect(difference < 1e-6)
        }
    }

    @Test(
        "bfloat16 is as near as its numbers are",
        .enabled(if: (try? Precision.bf16.check()) != nil, "this processor has no AVX-512 BF16"))
    func bfloat16() throws {
        let shapes = ModelShapes.visionTransformer(resolution: 32, patch: 8, width: 128, layers: 3, dimension: 32).addingText()
        try Fixtures.withFolder { folder in
            try Formula.write(shapes.shapes, to: folder.appending(path: "model.safetensors"))
            let checkpoint = try Checkpoint(contentsOf: folder), pixels = PromptedModel.pixels(2, 32)
            let prompts = prompts(2, width: 128), direction = Formula.numbers("direction", [1, 2 * 32])
            let exact = try run(checkpoint.promptedImageEncoder(), pixels, prompts, direction)
            let rough = try run(checkpoint.promptedImageEncoder(precision: .bf16), pixels, prompts, direction)
            #expect((rough.features - exact.features).squaredNorm < 1e-3 && rough.features != exact.features)
            for (a, b) in zip(rough.gradients, exact.gradients) {
                #expect((a - b).squaredNorm < 5e-3 * b.squaredNorm)
            }
        }
    }

    @Test func aResNetIsRefused() throws {
        let shapes = ModelShapes.modifiedResNet(layers: [1, 1, 1, 1], width: 8, resolution: 32, dimension: 16).addingText()
        try Fixtures.withFolder { folder in
            try Formula.write(shapes.shapes, to: folder.appending(path: "model.safetensors"))
            let checkpoint = try Checkpoint(contentsOf: folder)
            let error = #expect(throws: CheckpointError.self) { try checkpoint.promptedImageEncoder() }
            #expect("\(try #require(error))".contains("ResNet"))
        }
    }
}

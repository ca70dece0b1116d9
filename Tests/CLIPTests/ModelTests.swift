import CLIP
import FormulaModels
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Image encoders and the whole model") struct ModelTests {
    @Test("Features equal PyTorch's", arguments: ["resnet", "vit"])
    func features(_ name: String) throws {
        let fixture = try Fixtures.decoded(ModelFixture.self, "\(name).json")
        let model = try Fixtures.withCheckpoint(Formula.weights(fixture.shapes)) {
            try CLIPModel(checkpoint: Checkpoint(contentsOf: $0))
        }
        #expect(model.image.resolution == fixture.resolution)
        #expect(abs(model.text.logitScale - fixture.logitScale) < 1e-5)
        let features = model.image.encode(Formula.pixels(3, fixture.resolution))
        #expect(features.shape == [3, 32])
        for (row, expected) in zip(features.normalizedRows().unflattened, fixture.imageFeatures) {
            #expect(zip(row, expected).allSatisfy { abs($0 - $1) < 1e-5 })
        }
        for (row, length) in zip(features.unflattened, fixture.imageLengths) {
            let found = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
            #expect(abs(found / length - 1) < 1e-5)
        }
        for (tokens, expected) in zip(fixture.tokens, fixture.textFeatures) {
            let layout = PromptLayout(prompts: [tokens.map { .token($0) }])
            let text = model.text.transformer(layout, contexts: Variable(Tensor([0, model.text.transformer.width]))).value
            #expect(zip(text.normalizedRows().values, expected).allSatisfy { abs($0 - $1) < 1e-5 })
        }
    }

    @Test("An image's features do not depend on the batch it is in", arguments: ["resnet", "vit"])
    func batches(_ name: String) throws {
        let fixture = try Fixtures.decoded(ModelFixture.self, "\(name).json")
        let encoder = try Fixtures.withCheckpoint(Formula.weights(fixture.shapes)) {
            try Checkpoint(contentsOf: $0).imageEncoder()
        }
        // More than one group of either encoder on two threads, and a last group that is not full.
        let count = 205, pixels = Formula.pixels(count, fixture.resolution)
        let all = encoder.encode(pixels)
        let images = pixels.reshaped([count, pixels.count / count])
        func features(_ range: Range<Int>) -> Tensor {
            encoder.encode(images.rows(range).reshaped([range.count, fixture.resolution, fixture.resolution, 3]))
        }
        for some in [1, 31, 33, 90, 125] { #expect(features(0..<some) == all.rows(0..<some)) }
        // At another place in its group, a row of a matrix product may be rounded otherwise.
        for start in [1, 32, 100, 203] {
            let (moved, expected) = (features(start..<start + 2).normalizedRows(), all.normalizedRows())
            let difference = zip(moved.values, expected.rows(start..<start + 2).values).map { abs($0 - $1) }.max()
            #expect(difference ?? 1 < 1e-6)
        }
        // So are the statistics, which change no feature.
        let (one, some) = (encoder.encodeWithStatistics(pixels), images.rows(0..<5))
        let five = encoder.encodeWithStatistics(some.reshaped([5, fixture.resolution, fixture.resolution, 3]))
        #expect(one.features == all && five.features == all.rows(0..<5))
        for (part, whole) in zip(five.statistics, one.statistics) {
            #expect(part.mean == whole.mean.rows(0..<5) && part.deviation == whole.deviation.rows(0..<5))
        }
        #expect(encoder.encode(Tensor([0, fixture.resolution, fixture.resolution, 3])).shape == [0, 32])
    }
}

extension Tensor {
    fileprivate var unflattened: [[Float]] { (0..<rows).map { rows($0..<$0 + 1).values } }
}

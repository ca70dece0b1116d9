import CLIP
import FormulaModels
import Foundation
import Tensors
import TestSupport
import Testing

/// Every kind of backbone against PyTorch in float32, over weights by formula.
@Suite struct BackboneTests {
    /// Set to run the models at full size, too: `make test-full`.
    private static let isFull = ProcessInfo.processInfo.environment["SPG_FULL_TESTS"] == "1"

    @Test("One of each family in small", arguments: BackboneModel.small)
    func family(_ model: BackboneModel) throws {
        try model.withCheckpoint { checkpoint in
            try expectImages(model, checkpoint)
            try expectTexts(model, checkpoint)
        }
    }

    @Test func imageEncoderOfRN50() throws {
        try BackboneModel.resNet50.withCheckpoint { try expectImages(.resNet50, $0) }
    }

    // One at a time: each is some gigabytes.
    @Test("Whole models at full size", .enabled(if: isFull, "set SPG_FULL_TESTS=1, or make test-full"))
    func full() throws {
        for model in BackboneModel.full {
            try model.withCheckpoint { checkpoint in
                try expectImages(model, checkpoint)
                try expectTexts(model, checkpoint)
            }
        }
    }

    /// What reading both encoders complains of, once `change` has been made to a model's shapes.
    private func problems(
        _ model: BackboneModel, _ change: (inout [String: [Int]]) -> Void = { _ in }
    ) throws -> [String] {
        var shapes = model.shapes.shapes
        change(&shapes)
        return try Fixtures.withFolder { folder in
            let file = folder.appending(path: "model.safetensors")
            try Formula.write(shapes, to: file)
            var checkpoint = try Checkpoint(contentsOf: file)
            checkpoint.conventions = model.conventions
            var problems: [WeightProblem] = []
            for read in [{ _ = try checkpoint.imageEncoder() }, { _ = try checkpoint.read { TextWeights(from: &$0) } }] {
                do {
                    try read()
                } catch CheckpointError.unfitWeights(_, let found) {
                    problems += found
                }
            }
            return problems.map(\.description)
        }
    }

    @Test func headsThatDoNotDivideTheWidth() throws {
        var model = BackboneModel.openCLIP
        model.conventions = ModelConventions()
        #expect(
            try problems(model) == [
                "visual.class_embedding: its width, 160, is not a multiple of a head's 64",
                "ln_final.weight: its width, 144, is not a multiple of a head's 64",
            ])
        model.conventions.imageHeadWidth = 0
        model.conventions.textHeadWidth = -8
        #expect(try problems(model).count == 2)
        let resNet = BackboneModel.small[1]
        var conventions = ModelConventions()
        conventions.imageHeadWidth = 48
        #expect(
            try problems(
                BackboneModel(
                    name: "", shapes: resNet.shapes, resolution: 96, conventions: conventions)) == [
                    "visual.attnpool.q_proj.weight: its width, 320, is not a multiple of a head's 48"
                ])
    }

    @Test("Layers may differ in their MLPs' widths, but not within one") func innerWidths() throws {
        let name = "visual.transformer.resblocks.1.mlp."
        #expect(
            try problems(.openCLIP) { shapes in
                shapes[name + "c_fc.weight"] = [900, 160]
                shapes[name + "c_fc.bias"] = [900]
                shapes[name + "c_proj.weight"] = [160, 900]
            } == [])
        #expect(
            try problems(.openCLIP) { $0[name + "c_proj.weight"] = [160, 640] } == [
                "\(name)c_proj.weight has shape [160, 640]; expected [160, 700]"
            ])
    }

    private func expectImages(_ model: BackboneModel, _ checkpoint: Checkpoint) throws {
        let encoder = try checkpoint.imageEncoder()
        #expect(encoder.resolution == model.resolution)
        let pixels = Formula.pixels(2, model.resolution)
        let images = encoder.encodeWithStatistics(pixels)
        #expect(images.features == encoder.encode(pixels))
        #expect(images.statistics.map { $0.mean.columns } == encoder.blockWidths)
        let golden = try model.golden("images")
        // Images that are taken for one another would be equal to anything.
        let cosine = (0..<golden.columns).reduce(Float(0)) { $0 + golden[0, $1] * golden[1, $1] }
        #expect(abs(cosine) < 0.96)
        let difference = largest(images.features.normalizedRows(), golden)
        #expect(difference < 1e-4)

        let statistics = try model.golden("statistics")
        var column = 0, relative = Float(0)
        for block in images.statistics {
            let (mean, deviation) = (block.mean, block.deviation)
            #expect(mean.rows == 2 && deviation.shape == mean.shape)
            let channels = Array(stride(from: 0, to: mean.columns, by: max(1, mean.columns / 64)))
            for image in 0..<2 {
                let expectedMeans = channels.indices.map { statistics[image, column + $0] }
                let expected = channels.indices.map { statistics[image, column + channels.count + $0] }
                // A mean near 0 is held against its channel's spread, and a channel that a ResNet's rectifiers hardly
                // ever let through against a hundredth of what is usual in its block.
                let least = 0.01 * expected.reduce(0, +) / Float(expected.count)
                for (index, channel) in channels.enumerated() {
                    let spread = max(expected[index], least)
                    relative = max(
                        relative, abs(deviation[image, channel] - expected[index]) / spread,
                        abs(mean[image, channel] - expectedMeans[index]) / max(abs(expectedMeans[index]), spread))
                }
            }
            column += 2 * channels.count
        }
        #expect(column == statistics.columns)
        #expect(relative < 1e-3)
        if Self.isFull {
            print("\(model.name): unit image features differ by \(difference), statistics by \(relative) relative")
        }
    }

    private func expectTexts(_ model: BackboneModel, _ checkpoint: Checkpoint) throws {
        let text = TextTransformer(try checkpoint.read { TextWeights(from: &$0) })
        let last = checkpoint.architecture.vocabularyCount - 1
        let prompts = PromptLayout(
            prompts: [[last - 1, 5, 60, 31, last], [last - 1, 70, 71, 5, last]].map {
                $0.map(PromptLayout.Item.token)
            })
        let features = text(prompts, contexts: Variable(Tensor([0, text.width]))).value.normalizedRows()
        let difference = largest(features, try model.golden("texts"))
        #expect(difference < 1e-4)
        if Self.isFull { print("\(model.name): unit text features differ by \(difference)") }
    }

    private func largest(_ a: Tensor, _ b: Tensor) -> Float {
        guard a.shape == b.shape, a.isFinite else { return .infinity }
        return zip(a.values, b.values).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }
}

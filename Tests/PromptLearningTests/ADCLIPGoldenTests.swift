import CLIP
import Foundation
import PromptLearning
import Tensors
import Testing

/// AD-CLIP's tokens, losses, gradients and steps against PyTorch: Tests/Reference/ad_clip.py made the fixture.
@Suite struct ADCLIPGoldenTests {
    private struct Golden: Decodable {
        struct Step: Decodable {
            var losses, logits: [Double]
            var gradients, parameters: [[Double]]
        }
        var names: [String]
        var steps: [Step]
        var mapped, own: [Double]
    }

    private static let root = URL(filePath: #filePath).appending(path: "../../..").standardizedFileURL
    // As in the script.
    private let seed = 5, batch = 4, tokens = 6, widths = [10, 8, 12], labels = [0, 3, 1, 2]
    private let classes = ["envelope", "arrow_up", "printer", "trash", "folder"]
    private let goldens: [String: Golden]
    private let model: CLIPText

    init() throws {
        let fixture = Self.root.appending(path: "Tests/Fixtures/ad-clip.json")
        goldens = try JSONDecoder().decode([String: Golden].self, from: Data(contentsOf: fixture))
        model = try CLIPText(checkpoint: Checkpoint(contentsOf: Self.root.appending(path: "Models/icon-clip")))
    }

    private func numbers(_ name: String, _ step: Int, _ shape: [Int]) -> Tensor {
        var stream = RandomStream(seed: UInt64(seed), purpose: name, step)
        return stream.uniform(shape).mapped { 2 * $0 - 1 }
    }

    /// Unit features and block statistics of a batch, these from tokens.
    private func images(_ side: String, _ step: Int) -> (features: Tensor, statistics: Tensor) {
        let blocks = widths.enumerated().flatMap { block, width -> [Tensor] in
            let x = numbers("\(side) tokens \(block)", step, [batch, tokens, width]).values
            let shift = numbers("\(side) shift \(block)", step, [batch, 1, width]).values
            var mean = [Float](), deviation = [Float]()
            for image in 0..<batch {
                for channel in 0..<width {
                    let values = (0..<tokens).map {
                        x[(image * tokens + $0) * width + channel] + shift[image * width + channel]
                    }
                    let center = values.reduce(0, +) / Float(tokens)
                    mean.append(center)
                    let squares = values.reduce(0) { $0 + ($1 - center) * ($1 - center) }
                    deviation.append((squares / Float(tokens)).squareRoot())
                }
            }
            return [Tensor([batch, width], mean), Tensor([batch, width], deviation)]
        }
        let features = numbers("\(side) features", step, [batch, model.transformer.dimension]).normalizedRows()
        return (features, Tensor(besideEachOther: blocks))
    }

    private func learner(_ name: String) throws -> ADCLIP {
        var parameters = ADCLIP.Parameters()
        if name == "shared" {
            (parameters.scales, parameters.hiddenWidth, parameters.styleHiddenWidth) = (2, 16, 20)
        } else {
            (parameters.imageTokens, parameters.hiddenWidth, parameters.styleHiddenWidth) = (2, 6, 5)
            parameters.ownMixtures = true
        }
        (parameters.seed, parameters.batchSize) = (seed, batch)
        let (features, statistics) = images("source", 0)
        let styles = BlockStyles(widths: widths, center: HalfMatrix(rounding: statistics))
        let source = FeatureSet(
            center: features, augmented: [], styles: styles, labels: labels, domains: Array(repeating: 0, count: batch))
        return try ADCLIP(
            parameters, model: model, classNames: classes, training: source, validation: source,
            target: UnlabelledFeatures(center: features, augmented: [], styles: styles))
    }

    private func expect(
        _ tensor: Tensor, _ summary: [Double], tolerance: Double, _ what: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let values = tensor.values.map(Double.init), stride = max(1, values.count / 7)
        let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let numbers =
            [length, values.reduce(0, +)]
            + Swift.stride(from: 0, to: values.count, by: stride).prefix(8).map { values[$0] }
        #expect(numbers.count == summary.count, "\(what)", sourceLocation: sourceLocation)
        let scale = tolerance * max(summary[0], 1e-6)
        for (index, (ours, theirs)) in zip(numbers, summary).enumerated() {
            // A sum of n numbers errs by as much as √n of them.
            let bound = index == 1 ? scale * max(1, Double(values.count).squareRoot()) : scale
            #expect(abs(ours - theirs) < bound, "\(what), \(index): \(ours), PyTorch \(theirs)", sourceLocation: sourceLocation)
        }
    }

    @Test(arguments: ["shared", "own"]) func lossesGradientsAndStepsArePyTorchs(name: String) throws {
        let golden = try #require(goldens[name])
        var learner = try learner(name)
        #expect(learner.projectors.shape.parameterNames == golden.names)
        for (number, step) in golden.steps.enumerated() {
            let (source, sourceStatistics) = images("source", number), (target, targetStatistics) = images("target", number)
            let (losses, gradients) = learner.update(
                AdaptationBatch(
                    source: source, sourceStatistics: sourceStatistics, labels: labels, target: target,
                    targetStatistics: targetStatistics),
                learningRate: 0.01)
            let ours = [
                losses.total, losses.crossEntropy, losses.styleMapping, losses.entropy, losses.divergence,
            ].map { Double($0.value.scalar) }
            // Adam turns gradients of rounding into steps of either sign; the second step sees what the first one moved.
            let tolerance = number == 0 ? 1e-4 : 1e-2
            for (ours, theirs) in zip(ours, step.losses) { #expect(abs(ours - theirs) < tolerance * max(1, theirs)) }
            for (ours, theirs) in zip(losses.sourceLogits.value.values, step.logits) {
                #expect(abs(Double(ours) - theirs) < 20 * tolerance)
            }
            // The mixture's bias moves all channels alike, which every layer normalisation takes back: its gradient is
            // rounding.
            let shift = "image_tokens.lin.bias"
            for (name, (gradient, summary)) in zip(golden.names, zip(gradients, step.gradients)) where name != shift {
                expect(gradient, summary, tolerance: 20 * tolerance, "gradient of \(name) in step \(number)")
            }
            let bias = try #require(gradients.last), weight = gradients[gradients.count - 2]
            #expect(bias.squaredNorm < 1e-6 * weight.squaredNorm)
            for (name, (parameter, summary)) in zip(golden.names, zip(learner.projectors.parameters, step.parameters))
            where name != shift {
                expect(parameter, summary, tolerance: 5e-3, "\(name) after step \(number)")
            }
        }
    }

    @Test(arguments: ["shared", "own"]) func promptsOfImagesAloneArePyTorchs(name: String) throws {
        let golden = try #require(goldens[name]), learner = try learner(name)
        // The script takes these with what two steps have learned.
        var trained = learner
        for number in 0..<2 {
            let (source, sourceStatistics) = images("source", number), (target, targetStatistics) = images("target", number)
            _ = trained.update(
                AdaptationBatch(
                    source: source, sourceStatistics: sourceStatistics, labels: labels, target: target,
                    targetStatistics: targetStatistics),
                learningRate: 0.01)
        }
        let styles = BlockStyles(widths: widths, center: HalfMatrix(rounding: images("target", 0).statistics))
        expect(trained.projectors.prompts(styles, sourceTokens: .mapped), golden.mapped, tolerance: 5e-3, "mapped")
        expect(trained.projectors.prompts(styles, sourceTokens: .own), golden.own, tolerance: 5e-3, "own")
    }

    @Test func projectorsComeBackFromTheirTensors() throws {
        for name in ["shared", "own"] {
            let projectors = try learner(name).projectors
            let again = try #require(StyleProjectors(tensors: projectors.tensors))
            #expect(again.shape == projectors.shape && again.parameters == projectors.parameters)
            for missing in projectors.tensors.keys {
                var others = projectors.tensors
                others[missing] = nil
                #expect(StyleProjectors(tensors: others)?.shape != projectors.shape)
            }
        }
    }

    @Test func layersThatDoNotLearnStay() throws {
        var parameters = ADCLIP.Parameters()
        (parameters.scales, parameters.batchSize, parameters.trainsFirstLayers) = (2, batch, false)
        let (features, statistics) = images("source", 0)
        let styles = BlockStyles(widths: widths, center: HalfMatrix(rounding: statistics))
        let source = FeatureSet(
            center: features, augmented: [], styles: styles, labels: labels, domains: Array(repeating: 0, count: batch))
        var learner = try ADCLIP(
            parameters, model: model, classNames: classes, training: source, validation: source,
            target: UnlabelledFeatures(center: features, augmented: [], styles: styles))
        let before = learner.projectors
        _ = learner.update(
            AdaptationBatch(
                source: features, sourceStatistics: statistics, labels: labels, target: features,
                targetStatistics: statistics),
            learningRate: 0.01)
        for (name, (old, new)) in zip(before.shape.parameterNames, zip(before.parameters, learner.projectors.parameters)) {
            let isFixed = name.contains("linear1") || name.contains("image_tokens.linear.")
            #expect((old == new) == isFixed, "\(name)")
        }
    }
}

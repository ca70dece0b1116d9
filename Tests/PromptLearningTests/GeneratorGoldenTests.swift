import Foundation
import PromptLearning
import Tensors
import Testing

/// The networks that write prompts without an adversary against PyTorch: Tests/Reference/generators.py made the
/// fixture.
@Suite struct GeneratorGoldenTests {
    private struct Golden: Decodable {
        struct Step: Decodable {
            var loss: Float
            var parameters, means: [[Double]]
        }
        struct Regressor: Decodable {
            var steps: [Step]
            var evaluated: [Double]
        }
        struct DualPath: Decodable {
            var steps: [Step]
            var layers: [[[Double]]]
            var evaluated: [[Double]]
        }
        struct NegativeLoss: Decodable {
            var loss: Float
            var gradient: [Double]
        }
        struct Flow: Decodable {
            var span: Int
            var steps: [Step]
            var coordinates, drawn: [Double]
        }
        var regressor: Regressor
        var dualPath: DualPath
        var negativeLoss: NegativeLoss
        var flow: Flow

        enum CodingKeys: String, CodingKey {
            case regressor, flow
            case dualPath = "dual path", negativeLoss = "negative loss"
        }
    }

    private let golden: Golden
    // As in the script.
    private let featureDimension = 16, length = 4, width = 64, batch = 8, seed = 5, domains = 3

    init() throws {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/generators.json")
        golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
    }

    private func numbers(_ purpose: String, at coordinate: Int = 0, _ shape: [Int]) -> Tensor {
        var stream = RandomStream(seed: UInt64(seed), purpose: purpose, coordinate)
        return stream.uniform(shape).mapped { 2 * $0 - 1 }
    }

    private func features(_ step: Int) -> Tensor {
        numbers("features", at: step, [batch, featureDimension]).normalizedRows()
    }

    private func labels(_ columns: Int) -> Tensor { numbers("labels", [domains, columns]) * 0.1 }

    private var ofBatch: [Int] { (0..<batch).map { $0 % domains } }

    /// Some training steps beside PyTorch's.
    /// - Parameter withoutGradient: parameters whose gradient is zero but for rounding, in either program.
    private func trained<Network: ImitatingNetwork>(
        _ network: Network, labels: Tensor, steps: [Golden.Step], withoutGradient: Set<Int> = []
    ) -> Network {
        var learner = ImitationLearner(network, weightDecay: 1e-4)
        for (step, expected) in steps.enumerated() {
            let loss = learner.update(
                labels: labels.gatheringRows(ofBatch), features: features(step),
                chance: StepChance(seed: seed, epoch: 0, step: step), learningRate: 2e-3
            ).loss
            #expect(abs(loss - expected.loss) < 1e-4 * expected.loss, "step \(step): \(loss) for \(expected.loss)")
            let state = learner.state
            #expect(learner.network.parameters.count == expected.parameters.count)
            for i in expected.parameters.indices {
                guard !withoutGradient.contains(i) else {
                    #expect(state["means.\(i)"]!.squaredNorm.squareRoot() < 1e-6)
                    continue
                }
                // AdamW moves by the sign of a gradient where it is tiny: rounding may turn a few. Hence the means,
                // which are the gradients, are the sharper test.
                expect(
                    learner.network.parameters[i], expected.parameters[i], within: 5e-3, "parameter \(i), step \(step)")
                expect(
                    state["means.\(i)"]!, expected.means[i], within: 2e-3, "mean of \(i), step \(step)")
            }
        }
        return learner.network
    }

    @Test func regressor() {
        let network = PromptRegressor(
            featureDimension: featureDimension, contextLength: length, width: width, seed: seed)
        // BatchNorm takes the biases before it out again.
        let trained = trained(
            network, labels: labels(length * width), steps: golden.regressor.steps, withoutGradient: [3, 7, 11])
        expect(
            trained.prompts(noise: Tensor([batch, 0]), features: features(0)), golden.regressor.evaluated, within: 2e-2,
            "evaluation")
    }

    @Test func dualPath() throws {
        var parameters = DualPath.Parameters()
        parameters.imitation.seed = seed
        let network = try DualPath(
            featureDimension: featureDimension, contextLength: length, width: width, parameters: parameters)
        let chance = StepChance(seed: seed, epoch: 0, step: 9), p = network.parameters.map { Variable($0) }
        for (path, name) in ["positive", "negative"].enumerated() {
            let own = Array(path == 0 ? p.prefix(p.count / 2) : p.suffix(p.count / 2))
            let layers = PromptTransformer.layers(features: features(0), parameters: own) { layer, site in
                chance.stream("\(name) dropout", 4 * layer + site)
            }
            #expect(layers.count == golden.dualPath.layers[path].count)
            for (i, layer) in layers.enumerated() {
                expect(layer.value, golden.dualPath.layers[path][i], "\(name) layer \(i)")
            }
        }
        let trained = trained(network, labels: labels(2 * length * width), steps: golden.dualPath.steps)
        let positive = trained.prompts(noise: Tensor([batch, 0]), features: features(0))
        let negative = try #require(trained.counterweight(features: features(0)))
        expect(positive, golden.dualPath.evaluated[0], within: 5e-3, "positive")
        expect(negative.prompts, golden.dualPath.evaluated[1], within: 5e-3, "negative")
        #expect(negative.weight == 0.2)
        let written = trained.written(noise: Tensor([batch, 0]), features: features(0))
        #expect(written.columns(0..<length * width) == positive)
        #expect(written.columns(length * width..<2 * length * width) == negative.prompts)
    }

    @Test func negativeLoss() {
        var logits = numbers("logits", [batch, 6]) * 4
        (logits[0, 1], logits[1, 2]) = (120, -120)
        var others = Tensor([batch, 6], repeating: 1)
        for row in 0..<batch { others[row, row % 6] = 0 }
        let tape = Tape(), x = tape.parameter(logits)
        let loss = binaryCrossEntropy(x, targets: others, positiveWeight: 5)
        #expect(abs(loss.value.scalar - golden.negativeLoss.loss) < 1e-5 * golden.negativeLoss.loss)
        expect(tape.gradients(of: loss, for: [x])[0], golden.negativeLoss.gradient, "gradient")
    }

    @Test func flow() throws {
        let labels = labels(length * width)
        let network = try PromptFlow(
            labels: labels, featureDimension: featureDimension, contextLength: length, steps: 16, seed: seed)
        #expect(network.latentDimension == golden.flow.span)
        expect(
            network.span.coordinates(of: labels.gatheringRows(ofBatch)), golden.flow.coordinates, "coordinates")
        let trained = trained(network, labels: labels, steps: golden.flow.steps)
        let start = numbers("start", [batch, golden.flow.span]) * 2
        expect(
            trained.prompts(noise: start, features: features(0)), golden.flow.drawn, within: 2e-3, "drawn prompts")
    }
}

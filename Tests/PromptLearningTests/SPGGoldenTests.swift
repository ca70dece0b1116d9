import Foundation
import PromptLearning
import Tensors
import Testing

/// SPG's networks and training steps against PyTorch: Tests/Reference/spg.py made the fixture.
@Suite struct SPGGoldenTests {
    private struct Golden: Decodable {
        struct Step: Decodable {
            var generatorLoss, discriminatorLoss: Float
            var generator, discriminator, generatorMeans, discriminatorMeans: [[Double]]

            enum CodingKeys: String, CodingKey {
                case generatorLoss = "generator loss", discriminatorLoss = "discriminator loss"
                case generator, discriminator
                case generatorMeans = "generator means", discriminatorMeans = "discriminator means"
            }
        }
        var steps: [Step]
        var generatorLayers, discriminatorLayers, running: [[Double]]
        var evaluated: [Double]

        enum CodingKeys: String, CodingKey {
            case steps, running, evaluated
            case generatorLayers = "generator layers", discriminatorLayers = "discriminator layers"
        }
    }

    private let golden: Golden
    // As in the script.
    private let features = 16, latent = 12, length = 4, width = 64, batch = 8, seed = 5
    private var promptDimension: Int { length * width }

    init() throws {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/spg.json")
        golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
    }

    private func uniform(_ purpose: String, _ step: Int, _ columns: Int) -> Tensor {
        var stream = RandomStream(seed: UInt64(seed), purpose: purpose, step)
        return Tensor([batch, columns], (0..<batch * columns).map { _ in 2 * stream.uniform() - 1 })
    }

    private func mask(_ number: Int, _ epoch: Int, _ step: Int) -> RandomStream {
        RandomStream(seed: UInt64(seed), purpose: "dropout \(number)", epoch, step)
    }

    private func parameters() -> ConditionalGAN.Parameters {
        var parameters = ConditionalGAN.Parameters()
        parameters.latentDimension = latent
        parameters.seed = seed
        return parameters
    }

    private func pair() -> AdversarialPair {
        AdversarialPair(parameters(), featureDimension: features, contextLength: length, width: width)
    }

    @Test func networksLayerByLayer() {
        let pair = pair()
        let noise = uniform("noise", 0, latent), image = uniform("fake features", 0, features).normalizedRows()
        let parameters = pair.generator.parameters.map { Variable($0) }
        let layers = Generator.layers(noise: noise, features: image, parameters: parameters) { h, block in
            var moments = pair.generator.moments[block]
            return batchNorm(
                h, weight: parameters[4 + 4 * block], bias: parameters[5 + 4 * block], epsilon: 0.8, updating: &moments)
        }
        #expect(layers.count == golden.generatorLayers.count)
        for (i, layer) in layers.enumerated() { expect(layer.value, golden.generatorLayers[i], "generator layer \(i)") }

        let scores = Discriminator.layers(
            prompts: layers[4], features: image, parameters: pair.discriminator.map { Variable($0) },
            masks: [mask(0, 9, 0), mask(1, 9, 0)])
        #expect(scores.count == golden.discriminatorLayers.count)
        for (i, layer) in scores.enumerated() {
            expect(layer.value, golden.discriminatorLayers[i], "discriminator layer \(i)")
        }
    }

    @Test func twoTrainingSteps() {
        var pair = pair()
        for (step, expected) in golden.steps.enumerated() {
            let losses = pair.update(
                realFeatures: uniform("real features", step, features).normalizedRows(),
                realPrompts: uniform("real prompts", step, promptDimension) * 0.05,
                fakeFeatures: uniform("fake features", step, features).normalizedRows(),
                noise: uniform("noise", step, latent), masks: (0..<4).map { mask($0, 0, step) }, learningRate: 2e-3)
            #expect(abs(losses.generator - expected.generatorLoss) < 1e-4 * expected.generatorLoss)
            #expect(abs(losses.discriminator - expected.discriminatorLoss) < 1e-4 * expected.discriminatorLoss)
            let state = pair.state
            for (i, name) in Generator.parameterNames.enumerated() {
                if ["model.2.bias", "model.5.bias", "model.8.bias"].contains(name) {
                    // BatchNorm takes these biases out again: their gradient is zero but for rounding, in either program.
                    #expect(state["generator means.\(i)"]!.squaredNorm.squareRoot() < 1e-6)
                    continue
                }
                // AdamW moves by the sign of a gradient where it is tiny: rounding may turn a few. Hence the means, which
                // are the clipped gradients, are the sharper test.
                expect(pair.generator.parameters[i], expected.generator[i], within: 5e-3, "\(name), step \(step)")
                expect(
                    state["generator means.\(i)"]!, expected.generatorMeans[i], within: 2e-3,
                    "mean of \(name), step \(step)")
            }
            for i in expected.discriminator.indices {
                expect(pair.discriminator[i], expected.discriminator[i], within: 5e-3, "discriminator \(i), step \(step)")
                expect(
                    state["discriminator means.\(i)"]!, expected.discriminatorMeans[i], within: 2e-3,
                    "mean of discriminator \(i), step \(step)")
            }
        }
        let noise = uniform("noise", 1, latent), image = uniform("fake features", 1, features).normalizedRows()
        // Those biases moved by rounding alone, and moved the running means with them: hence the wider tolerance.
        expect(pair.generator.prompts(noise: noise, features: image), golden.evaluated, within: 2e-2, "evaluation")
        let running = pair.generator.moments.flatMap { [$0.mean, $0.variance] }
        for (i, moments) in running.enumerated() { expect(moments, golden.running[i], within: 5e-3, "moments \(i)") }
    }

    @Test("Steps ask the system for no memory that the steps before them did not use", .timeLimit(.minutes(1)))
    func stepsReuseMemory() {
        var pair = pair()
        let inputs = (
            uniform("real features", 0, features), uniform("real prompts", 0, promptDimension),
            uniform("fake features", 0, features), uniform("noise", 0, latent)
        )
        func newBlocks(steps: Int) -> Int {
            let before = TensorMemory.systemBlocks
            for step in 0..<steps {
                _ = pair.update(
                    realFeatures: inputs.0, realPrompts: inputs.1, fakeFeatures: inputs.2, noise: inputs.3,
                    masks: (0..<4).map { mask($0, 0, step) }, learningRate: 1e-3)
            }
            return TensorMemory.systemBlocks - before
        }
        // Other tests take memory meanwhile, so some tries see theirs; if steps took any, all tries would.
        #expect((0..<2000).contains { _ in newBlocks(steps: 2) == 0 })
    }

    @Test func aStateDictMakesTheSameGenerator() throws {
        let generator = pair().generator
        let copy = try #require(
            Generator(
                tensors: generator.tensors, featureDimension: features, width: width))
        let noise = uniform("noise", 0, latent), image = uniform("fake features", 0, features)
        #expect(copy.prompts(noise: noise, features: image) == generator.prompts(noise: noise, features: image))
        var short = generator.tensors
        short["model.6.running_var"] = nil
        #expect(Generator(tensors: short, featureDimension: features, width: width) == nil)
    }
}

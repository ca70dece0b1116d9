import PromptLearning
import Tensors
import Testing

/// Whether the gradients that the networks which write prompts descend are the slopes of their losses.
@Suite struct GeneratorGradientTests {
    private let features = TinyText.batch("features", 0, 6)
    private let labels = TinyText.batch("labels", 0, 6) * 0.5  // two vectors of 16 numbers

    private func check<Network: ImitatingNetwork>(
        _ network: Network, labels: Tensor, withoutGradient: Set<Int> = [], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let chance = StepChance(seed: 3, epoch: 1, step: 2), features = features
        func loss(_ parameters: [Tensor]) -> Float {
            var copy = network
            return copy.loss(
                labels: labels, features: features, parameters: parameters.map { Variable($0) }, chance: chance
            ).value.scalar
        }
        var learner = ImitationLearner(network, weightDecay: 0)
        let gradients = learner.update(labels: labels, features: features, chance: chance, learningRate: 0).gradients
        #expect(gradients.count == network.parameters.count)
        for (index, gradient) in gradients.enumerated() where !withoutGradient.contains(index) {
            let start = network.parameters[index], length = Float(gradient.squaredNorm.squareRoot())
            try #require(length > 0, "parameter \(index) has no gradient", sourceLocation: sourceLocation)
            // Far enough for the loss to change by more than it is rounded; few units of a ReLU turn on the way.
            let distance = min(0.003 / length, 0.02 * Float(start.squaredNorm.squareRoot()) + 1e-3)
            func moved(_ sign: Float) -> Float {
                var parameters = network.parameters
                parameters[index] = start + gradient * (sign * distance / length)
                return loss(parameters)
            }
            let slope = (moved(1) - moved(-1)) / (2 * distance)
            #expect(
                abs(slope - length) < 0.05 * length, "parameter \(index): slope \(slope) for a gradient of \(length)",
                sourceLocation: sourceLocation)
        }
    }

    @Test func regressor() throws {
        // Biases before a BatchNorm have no gradient but rounding.
        try check(
            PromptRegressor(featureDimension: 32, contextLength: 2, width: 16, seed: 1), labels: labels,
            withoutGradient: [3, 7, 11])
    }

    @Test func dualPath() throws {
        let network = try DualPath(featureDimension: 32, contextLength: 2, width: 16, parameters: .init())
        try check(network, labels: concatenated(Variable(labels), Variable(labels * -1)).value)
    }

    @Test func flow() throws {
        try check(
            PromptFlow(labels: labels, featureDimension: 32, contextLength: 2, steps: 4, seed: 1), labels: labels)
    }

    @Test func dualCoOp() throws {
        var parameters = DualCoOp.Parameters()
        (parameters.context, parameters.negativeContext, parameters.contextLength) = ("", "", 2)
        let probe = try Probe(
            learner: DualCoOp(
                parameters, model: TinyText.model.get(), classNames: TinyText.classNames,
                training: TinyText.images("training"), validation: TinyText.images("validation", perClass: 3))
        ) { $0.update(images: TinyText.batch("images", 0, 8), labels: TinyText.labels(8), learningRate: $1).step }
        try probe.gradientsEqualDifferences()
    }
}

import Tensors

/// A network that learns the prompts of images' domains by descending a loss of its own.
public protocol ImitatingNetwork: PromptWriter {
    /// What gradient descent changes; each keeps its shape.
    var parameters: [Tensor] { get set }

    /// A batch's loss, a scalar.
    ///
    /// - Parameters:
    ///   - labels: `[n, L]`, those of the images' domains.
    ///   - features: `[n, F]`.
    ///   - p: this network's parameters, as variables of a tape.
    ///   - chance: where the step's random numbers come from.
    mutating func loss(
        labels: Tensor, features: Tensor, parameters p: [Variable], chance: StepChance
    ) -> Variable
}

/// A network and its optimiser: all that a training step changes.
package struct ImitationLearner<Network: ImitatingNetwork>: StepLearner {
    package private(set) var network: Network
    private var optimizer: AdamW

    package init(_ network: Network, weightDecay: Float) {
        self.network = network
        optimizer = AdamW(weightDecay: weightDecay)
    }

    /// One step of gradient descent on a batch: labels `[n, L]` and features `[n, F]`.
    package mutating func update(
        labels: Tensor, features: Tensor, chance: StepChance, learningRate: Float
    ) -> DescentStep {
        let tape = Tape()
        let p = network.parameters.map(tape.parameter)
        let loss = network.loss(labels: labels, features: features, parameters: p, chance: chance)
        let gradients = tape.unmultipliedGradients(of: loss, for: p)
        // Held nowhere else, they are moved in place, also those of a network that lists its parts' parameters.
        var parameters = network.parameters
        network.parameters = parameters.map { _ in Tensor([0]) }
        optimizer.update(&parameters, gradients: gradients, learningRate: learningRate)
        network.parameters = parameters
        return DescentStep(loss: loss.value.scalar, gradients: gradients)
    }

    var learned: Network { network }

    /// The network's tensors and the optimizer's, by name; each of the shape it has there.
    package var state: [String: Tensor] {
        var state = optimizer.state
        state.set("network", network)
        return state
    }

    mutating func restore(_ state: [String: Tensor]) throws(PromptError) {
        network = try state.writer("network", like: network)
        try optimizer.restore(state, of: network.parameters)
    }
}

import Tensors

/// A network that learns the prompts of images' domains by descending a loss of its own.
///
/// What it is taught is a row of numbers for each domain, its label: the domain's prompt, or all that the network
/// writes.
public protocol ImitatingNetwork: PromptGenerator {
    /// What gradient descent changes.
    var parameters: [Tensor] { get set }

    /// A batch's loss, a scalar.
    ///
    /// - Parameters:
    ///   - labels: `[n, L]`, those of the images' domains. - features: `[n, F]`.
    ///   - p: this network's parameters, as variables of a tape.
    mutating func loss(
        labels: Tensor, features: Tensor, parameters p: [Variable], chance: StepChance
    ) -> Variable

    /// What it writes for images, to be measured by their labels: `[n, L]`.
    func written(noise: Tensor, features: Tensor) -> Tensor

    /// All that makes it what it is, by name.
    var tensors: [String: Tensor] { get }
    /// A network from its tensors, or nil where some are missing or do not fit together.
    init?(tensors: [String: Tensor], featureDimension: Int, width: Int)
}

extension ImitatingNetwork {
    public func written(noise: Tensor, features: Tensor) -> Tensor { prompts(noise: noise, features: features) }
}

/// A network and its optimiser: all that a training step changes.
package struct ImitationLearner<Network: ImitatingNetwork>: Sendable {
    package private(set) var network: Network
    private var optimizer: AdamW

    package init(_ network: Network, weightDecay: Float) {
        self.network = network
        optimizer = AdamW(weightDecay: weightDecay)
    }

    /// One step of gradient descent on a batch.
    package mutating func update(
        labels: Tensor, features: Tensor, chance: StepChance, learningRate: Float
    ) -> DescentStep {
        let tape = Tape()
        let p = network.parameters.map(tape.parameter)
        let loss = network.loss(labels: labels, features: features, parameters: p, chance: chance)
        let gradients = tape.gradients(of: loss, for: p)
        optimizer.update(&network.parameters, gradients: gradients, learningRate: learningRate)
        return DescentStep(loss: loss.value.scalar, gradients: gradients)
    }

    /// All that steps change, by name.
    package var state: [String: Tensor] {
        var state: [String: Tensor] = ["steps": Tensor(Float(optimizer.steps))]
        for (name, tensor) in network.tensors { state["network." + name] = tensor }
        state.set("means", optimizer.means)
        state.set("squares", optimizer.squares)
        return state
    }

    mutating func restore(_ state: [String: Tensor], featureDimension: Int, width: Int) throws(PromptError) {
        network = try .init(in: state, under: "network.", featureDimension: featureDimension, width: width)
        optimizer.steps = try state.number("steps")
        optimizer.means = state.list("means")
        optimizer.squares = state.list("squares")
    }
}

extension ImitatingNetwork {
    /// A network from the tensors whose names begin with a prefix.
    init(
        in state: [String: Tensor], under prefix: String, featureDimension: Int, width: Int
    ) throws(PromptError) {
        let own = state.filter { $0.key.hasPrefix(prefix) }.map { (String($0.key.dropFirst(prefix.count)), $0.value) }
        guard
            let network = Self(
                tensors: Dictionary(uniqueKeysWithValues: own), featureDimension: featureDimension, width: width)
        else { throw .foreignCheckpoint(missing: prefix + "…") }
        self = network
    }
}

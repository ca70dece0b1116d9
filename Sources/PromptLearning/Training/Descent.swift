import Tensors

/// An optimizer whose memory a checkpoint keeps.
protocol Optimizer: Sendable {
    mutating func update(_ parameters: inout [Tensor], gradients: [Tensor], learningRate: Float)
    var state: [String: Tensor] { get }
    /// - Throws: `PromptError.foreignCheckpoint` where the state is of other parameters.
    mutating func restore(_ state: [String: Tensor], of parameters: [Tensor]) throws(PromptError)
}

extension SGD: Optimizer {
    var state: [String: Tensor] {
        var state: [String: Tensor] = [:]
        state.set("velocities", velocities)
        return state
    }

    mutating func restore(_ state: [String: Tensor], of parameters: [Tensor]) throws(PromptError) {
        velocities = try state.memory("velocities", of: parameters)
    }
}

extension AdamW: Optimizer {
    mutating func update(_ parameters: inout [Tensor], gradients: [Tensor], learningRate: Float) {
        update(&parameters, gradients: gradients, learningRate: learningRate, limits: nil)
    }

    var state: [String: Tensor] {
        var state = moments("")
        state["steps"] = Tensor(Float(steps))
        return state
    }

    mutating func restore(_ state: [String: Tensor], of parameters: [Tensor]) throws(PromptError) {
        steps = try state.number("steps")
        try restoreMoments("", state, of: parameters)
    }

    /// The running means.
    /// - Parameter prefix: whose, where a training has several optimizers.
    func moments(_ prefix: String) -> [String: Tensor] {
        var state: [String: Tensor] = [:]
        state.set(prefix + "means", means)
        state.set(prefix + "squares", squares)
        return state
    }

    mutating func restoreMoments(
        _ prefix: String, _ state: [String: Tensor], of parameters: [Tensor]
    ) throws(PromptError) {
        means = try state.memory(prefix + "means", of: parameters)
        squares = try state.memory(prefix + "squares", of: parameters)
    }
}

extension Adam: Optimizer {
    var state: [String: Tensor] { moments.state }
    mutating func restore(_ state: [String: Tensor], of parameters: [Tensor]) throws(PromptError) {
        try moments.restore(state, of: parameters)
    }
}

/// Parameters, and the optimizer that moves them.
struct Descent<Optimizer: PromptLearning.Optimizer>: StepLearner {
    private(set) var parameters: [Tensor]
    /// Which of them learn; the others stay.
    private let learning: [Int]
    private var optimizer: Optimizer

    /// - Parameter learns: whether each parameter learns; all if it is nil.
    init(_ parameters: [Tensor], learns: [Bool]? = nil, by optimizer: Optimizer) {
        self.parameters = parameters
        learning = parameters.indices.filter { learns?[$0] ?? true }
        self.optimizer = optimizer
    }

    /// One step down the gradient of a loss.
    /// - Parameter loss: of variables that stand for `parameters`, in their order.
    mutating func step(learningRate: Float, loss: ([Variable]) -> Variable) -> DescentStep {
        let tape = Tape()
        var variables = parameters.map { Variable($0) }
        for index in learning { variables[index] = tape.parameter(parameters[index]) }
        let value = loss(variables)
        let gradients = tape.gradients(of: value, for: learning.map { variables[$0] })
        var moving = learning.map { parameters[$0] }
        // Held nowhere else, they are moved in place.
        let nothing = Tensor([0])
        for index in learning { parameters[index] = nothing }
        optimizer.update(&moving, gradients: gradients, learningRate: learningRate)
        for (index, parameter) in zip(learning, moving) { parameters[index] = parameter }
        return DescentStep(loss: value.value.scalar, gradients: gradients.map(Gradient.numbers))
    }

    /// One step down the mean cross-entropy of a batch's images.
    /// - Parameter logits: of variables that stand for `parameters`, `[batch, classes]`.
    /// - Returns: what was measured, with the share of images whose own class had the largest logit.
    mutating func step(
        learningRate: Float, labels: [Int], logits: ([Variable]) -> Variable
    ) -> (step: DescentStep, accuracy: Double) {
        step(learningRate: learningRate, labels: labels) { (logits: logits($0), penalty: nil) }
    }

    /// The same where something is added to the cross-entropy.
    /// - Parameter scores: the logits, and what is added to their loss.
    mutating func step(
        learningRate: Float, labels: [Int], scores: ([Variable]) -> (logits: Variable, penalty: Variable?)
    ) -> (step: DescentStep, accuracy: Double) {
        var share = 0.0
        let step = step(learningRate: learningRate) { p in
            let (logits, penalty) = scores(p)
            share = accuracy(logits.value.rowMaxima, labels: labels)
            let loss = crossEntropy(logits, labels: labels)
            return penalty.map { sum(loss, $0) } ?? loss
        }
        return (step, share)
    }

    var learned: [Tensor] { parameters }

    var state: [String: Tensor] {
        var state = optimizer.state
        state.set("parameters", parameters)
        return state
    }

    mutating func restore(_ state: [String: Tensor]) throws(PromptError) {
        parameters = try state.list("parameters", shapedAs: parameters)
        try optimizer.restore(state, of: learning.map { parameters[$0] })
    }

    func set(_ name: String, _ learned: [Tensor], in state: inout [String: Tensor]) { state.set(name, learned) }
    func learned(_ name: String, in state: [String: Tensor]) throws(PromptError) -> [Tensor] {
        try state.list(name, shapedAs: parameters)
    }
}

extension Descent<SGD> {
    init(_ parameters: [Tensor], momentum: Double, weightDecay: Double) {
        self.init(parameters, by: SGD(momentum: Float(momentum), weightDecay: Float(weightDecay)))
    }
}

/// What a step of gradient descent measured, before it moved the parameters.
package struct DescentStep: Sendable {
    package var loss: Float
    private let unmultiplied: [Gradient]

    package init(loss: Float, gradients: [Gradient]) {
        (self.loss, unmultiplied) = (loss, gradients)
    }

    /// One for each parameter that learns, of its shape.
    package var gradients: [Tensor] { unmultiplied.map(\.tensor) }
}

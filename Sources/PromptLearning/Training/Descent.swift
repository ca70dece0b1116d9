import Tensors

/// Parameters that stochastic gradient descent moves, the best of them so far, and what each epoch measured: all that a
/// training keeps which learns in no other way.
struct Descent: Sendable {
    private(set) var parameters: [Tensor]
    private(set) var best: Best<[Tensor]>?
    /// How many epochs are behind it.
    private(set) var epoch = 0
    private(set) var history: TrainingHistory
    private var optimizer: SGD

    /// - Parameter measurements: the names of what an epoch measures.
    init(_ parameters: [Tensor], measuring measurements: [String], momentum: Double, weightDecay: Double) {
        self.parameters = parameters
        history = TrainingHistory(measurements)
        optimizer = SGD(momentum: Float(momentum), weightDecay: Float(weightDecay))
    }

    /// One step down the gradient of a loss.
    /// - Parameter loss: of variables that stand for `parameters`, in their order.
    mutating func step(learningRate: Float, loss: ([Variable]) -> Variable) -> DescentStep {
        let tape = Tape()
        let variables = parameters.map(tape.parameter)
        let value = loss(variables)
        let gradients = tape.gradients(of: value, for: variables)
        optimizer.update(&parameters, gradients: gradients, learningRate: learningRate)
        return DescentStep(loss: value.value.scalar, gradients: gradients)
    }

    /// Ends an epoch. With a score, keeps the parameters where they are better than any before them.
    /// - Parameter measured: one number for each measurement; NaN for one that was not taken.
    mutating func endEpoch(measured: [Float], score: Float? = nil) {
        history.append(measured)
        if let score { best = .updated(best, score: score, epoch: epoch, learned: parameters) }
        epoch += 1
    }

    var state: [String: Tensor] {
        var state = ["epoch": Tensor(Float(epoch)), "history": history.tensor]
        state.set("parameters", parameters)
        state.set("velocities", optimizer.velocities)
        if let best {
            state.set("best", best.learned)
            state.set(best)
        }
        return state
    }

    /// - Throws: `PromptError.foreignCheckpoint` where the state is of other parameters.
    mutating func restore(_ state: [String: Tensor]) throws(PromptError) {
        epoch = try state.number("epoch")
        try history.restore(state.required("history"))
        parameters = try same(state.list("parameters"), "parameters")
        let velocities = state.list("velocities")
        optimizer.velocities = velocities.isEmpty ? [] : try same(velocities, "velocities")
        best = try state.best { () throws(PromptError) in try same(state.list("best"), "the best parameters") }
    }

    private func same(_ tensors: [Tensor], _ name: String) throws(PromptError) -> [Tensor] {
        guard tensors.map(\.shape) == parameters.map(\.shape) else { throw .foreignCheckpoint(missing: name) }
        return tensors
    }
}

/// What a step of gradient descent measured, before it moved the parameters.
package struct DescentStep: Sendable {
    package var loss: Float
    /// One for each parameter.
    package var gradients: [Tensor]

    package init(loss: Float, gradients: [Tensor]) {
        (self.loss, self.gradients) = (loss, gradients)
    }
}

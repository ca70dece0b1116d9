import Tensors

/// What the steps of a training change: what is learned, and all that its optimizers remember.
protocol StepLearner: Sendable {
    /// What is kept of the best epoch.
    associatedtype Learned: Sendable
    var learned: Learned { get }

    /// All of it, by name.
    var state: [String: Tensor] { get }
    /// Puts back what `state` gave.
    mutating func restore(_ state: [String: Tensor]) throws(PromptError)

    /// Adds what is kept of the best epoch to a state, under a name, and finds it there.
    func set(_ name: String, _ learned: Learned, in state: inout [String: Tensor])
    func learned(_ name: String, in state: [String: Tensor]) throws(PromptError) -> Learned
}

extension StepLearner where Learned: PromptWriter {
    func set(_ name: String, _ learned: Learned, in state: inout [String: Tensor]) { state.set(name, learned) }
    func learned(_ name: String, in state: [String: Tensor]) throws(PromptError) -> Learned {
        try state.writer(name, like: learned)
    }
}

/// How far a training has come: what it learns, the epochs that are behind it, and the best of them.
struct Course<Learner: StepLearner>: Sendable {
    var learner: Learner
    /// How many epochs are behind it.
    private(set) var epoch = 0
    private(set) var history: TrainingHistory
    /// The first of those whose score is the highest.
    private var best: (score: Float, epoch: Int, learned: Learner.Learned)?

    /// - Parameter measurements: the names of what an epoch measures.
    init(_ learner: Learner, measuring measurements: [String]) {
        self.learner = learner
        history = TrainingHistory(measurements)
    }

    var kept: KeptEpoch? { best.map { KeptEpoch(number: $0.epoch + 1, accuracy: $0.score) } }

    /// What the training comes to, and the accuracy that it was kept for: of the best epoch; before there is one, what is
    /// learned so far.
    var result: (learned: Learner.Learned, validationAccuracy: Double) {
        best.map { ($0.learned, Double($0.score)) } ?? (learner.learned, .nan)
    }

    /// Ends an epoch.
    /// - Parameters:
    ///   - measured: a number for each of the first measurements; the others were not taken.
    ///   - score: what the epoch may be kept for; nil where it may not.
    mutating func endEpoch(measured: [Float], score: Float?) {
        history.append(measured)
        if let score, !(best.map { $0.score >= score } ?? false) { best = (score, epoch, learner.learned) }
        epoch += 1
    }

    var state: [String: Tensor] {
        var state = learner.state
        state["epoch"] = Tensor(Float(epoch))
        state["history"] = history.tensor
        if let best {
            state["best"] = Tensor([2], [best.score, Float(best.epoch)])
            learner.set("best", best.learned, in: &state)
        }
        return state
    }

    /// - Throws: `PromptError.foreignCheckpoint` where the state is of another training.
    mutating func restore(_ state: [String: Tensor]) throws(PromptError) {
        epoch = try state.number("epoch")
        try history.restore(state.required("history"))
        try learner.restore(state)
        best = nil
        if let score = state["best"]?.values.first {
            best = (score, try state.number("best", at: 1), try learner.learned("best", in: state))
        }
    }
}

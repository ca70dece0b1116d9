import Tensors

/// A training whose epochs are steps down the gradient of a loss, then a look at the validation images.
///
/// The loop stands here, for all methods. A method says what a batch is, what a step learns from it, and how well what is
/// learned does on the validation images.
protocol SteppedTraining: Training {
    associatedtype Parameters
    associatedtype Learner: StepLearner
    associatedtype Batch
    /// In what a step's measurements are averaged.
    associatedtype Number: BinaryFloatingPoint

    var parameters: Parameters { get }
    var course: Course<Learner> { get set }

    /// The batches of the epoch that begins.
    func batches() throws(PromptError) -> Batches<Batch>
    /// The learning rate of one of its steps.
    func rate(step: Int, of steps: Int) -> Float
    /// Learns from a batch.
    /// - Returns: what the step measured before it moved anything; the training ends if one of it is not finite.
    mutating func take(_ batch: Batch, learningRate: Float) -> [Number]
    /// The first measurements of an epoch's history, from the means over its steps.
    func measurements(_ means: [Number]) -> [Float]

    /// The epochs, counted from 1, that are measured on the validation images: none before the first, then every so many, and
    /// the last.
    var validated: (from: Int, every: Int) { get }
    /// The other measurements, the last of them the accuracy; NaN where scores are not finite.
    func validate() throws(PromptError) -> [Float]
    /// Whether the epoch of the highest accuracy is kept, and not the last one.
    static var keepsBest: Bool { get }
}

extension SteppedTraining {
    func measurements(_ means: [Number]) -> [Float] { means.map { Float($0) } }
    var validated: (from: Int, every: Int) { (1, 1) }
    static var keepsBest: Bool { true }

    public var epoch: Int { course.epoch }
    public var history: TrainingHistory { course.history }
    public var kept: KeptEpoch? { course.kept }
    public var state: [String: Tensor] { course.state }
    /// Puts back what `state` gave.
    /// - Throws: `foreignCheckpoint` if the state is not of such a training.
    public mutating func restore(_ state: [String: Tensor]) throws(PromptError) { try course.restore(state) }

    /// Takes the epoch's steps, then looks at the validation images where it is their turn.
    /// - Throws: `notFinite` if a step's loss is not finite, `divergedBetweenSteps` if the scores of validation images
    ///   are not; `images` if an image cannot be read.
    public mutating func runEpoch() throws(PromptError) {
        let batches = try batches(), number = epoch + 1
        var means: [Number] = []
        for step in 0..<batches.count {
            let rate = rate(step: step, of: batches.count)
            let measured = take(try batches.batch(step), learningRate: rate)
            guard measured.allSatisfy(\.isFinite) else {
                throw .notFinite(quantity: "loss", epoch: epoch, step: step, learningRate: rate)
            }
            if means.isEmpty { means = measured.map { _ in 0 } }
            for (index, value) in measured.enumerated() { means[index] += value / Number(batches.count) }
        }
        let isValidated = number >= validated.from && (number.isMultiple(of: validated.every) || number == epochs)
        let reached = isValidated ? try validate() : []
        guard reached.allSatisfy(\.isFinite) else {
            throw .divergedBetweenSteps(quantity: "the scores of validation images", epoch: number)
        }
        course.endEpoch(measured: measurements(means) + reached, score: Self.keepsBest ? reached.last : nil)
    }
}

extension SteppedTraining where Parameters: DescentParameters {
    func rate(step: Int, of steps: Int) -> Float { parameters.schedule.rate(epoch: epoch) }
}

extension SteppedTraining where Parameters: DescentParameters, Self: FeatureTraining {
    func batches() -> Batches<LabelledBatch> {
        training.batches(of: parameters.batchSize, seed: parameters.seed, epoch: epoch)
    }
}

extension SteppedTraining where Parameters: GeneratorTrainingParameters {
    func rate(step: Int, of steps: Int) -> Float { parameters.schedule.rate(epoch: epoch) }
    var validated: (from: Int, every: Int) { (1, parameters.validateEvery) }
}

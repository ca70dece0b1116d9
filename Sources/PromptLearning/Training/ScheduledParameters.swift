/// What all trainings have in common whose learning rate warms up by epochs and then falls along half a cosine. The
/// defaults are a method's own.
public protocol ScheduledParameters: CheckedParameters {
    /// After the warm-up.
    var learningRate: Double { get }
    var weightDecay: Double { get }
    /// Images in a step, or in each half of it.
    var batchSize: Int { get }
    var epochs: Int { get }
    var warmUpEpochs: Int { get }
    /// Where the warm-up begins; a constant one stays there.
    var warmUpLearningRate: Double { get }
    var seed: Int { get }
}

extension ParameterDescription<Int> {
    static var batchSize: Self { Self("How many images a step learns from.", .within(counts), unit: "images") }
    static var epochs: Self {
        Self("How often training goes over the training images.", .within(counts), unit: "epochs")
    }
    static var validateEvery: Self {
        Self(
            "How many epochs lie between two measurements on the validation images; the last epoch is always measured.",
            .within(counts), unit: "epochs")
    }
    static var stepsPerEpoch: Self {
        Self(
            "How many steps an epoch has; 0 for as many as there are whole batches of training images.",
            .within(0...counts.upperBound), unit: "steps")
    }
    /// - Parameter drawn: what is drawn by it.
    static func seed(_ drawn: String) -> Self { Self("The seed of \(drawn).", .within(seeds)) }
}

extension ParameterDescription<Double> {
    /// - Parameter optimizer: what it is the rate of.
    static func learningRate(_ optimizer: String) -> Self {
        Self("The learning rate of \(optimizer), after the warm-up.", .positive)
    }
    static func weightDecay(_ optimizer: String) -> Self { Self("The weight decay of \(optimizer).", .nonnegative) }
}

import Tensors

/// How stochastic gradient descent moves what is learned: epochs at a constant low rate, then half a cosine.
/// The defaults are a method's own.
public protocol DescentParameters: CheckedParameters {
    /// After the warm-up.
    var learningRate: Double { get }
    var momentum: Double { get }
    var weightDecay: Double { get }
    /// Images in a step.
    var batchSize: Int { get }
    var epochs: Int { get }
    /// The first epochs, which are at the warm-up's rate.
    var warmUpEpochs: Int { get }
    var warmUpLearningRate: Double { get }
    var seed: Int { get }
}

extension DescentParameters {
    func checkDescent() throws(UnfitParameter) {
        try require(positive: "learningRate", learningRate)
        try require(belowOne: "momentum", momentum)
        try require(nonnegative: "weightDecay", weightDecay)
        try require("batchSize", batchSize, in: counts)
        try require("epochs", epochs, in: counts)
        try require("warmUpEpochs", warmUpEpochs, in: 0...counts.upperBound)
        try require(nonnegative: "warmUpLearningRate", warmUpLearningRate)
        try require("seed", seed, in: seeds)
    }

    var schedule: LearningRateSchedule {
        LearningRateSchedule(
            base: Float(learningRate), epochs: epochs, warmUp: .constant(Float(warmUpLearningRate)),
            warmUpEpochs: warmUpEpochs)
    }
}

import Tensors

/// How vision prompts are trained: what the methods share. Their defaults are the methods' own.
public protocol VisionTrainingParameters: CheckedParameters {
    /// Random crops, mirrored every other time, as training sees images; else center views.
    var crops: Bool { get }
    var learningRate: Double { get }
    var momentum: Double { get }
    var weightDecay: Double { get }
    var batchSize: Int { get }
    var epochs: Int { get }
    var warmUpEpochs: Int { get }
    var warmUpLearningRate: Double { get }
    var seed: Int { get }
}

extension VisionTrainingParameters {
    func checkTraining() throws(UnfitParameter) {
        try require(positive: "learningRate", learningRate)
        guard (0..<1).contains(momentum) else {
            throw UnfitParameter("momentum", mustBe: "a number from 0 to below 1", not: "\(momentum)")
        }
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

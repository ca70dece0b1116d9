/// What all trainings have in common whose learning rate warms up by epochs and then falls along half a cosine. The defaults are a
/// method's own.
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

extension ScheduledParameters {
    /// - Parameter least: the fewest images that a step can learn from.
    func checkSchedule(batchesFrom least: Int = 1) throws(UnfitParameter) {
        try require(positive: "learningRate", learningRate)
        try require(nonnegative: "weightDecay", weightDecay)
        try require("batchSize", batchSize, in: least...counts.upperBound)
        try require("epochs", epochs, in: counts)
        try require("warmUpEpochs", warmUpEpochs, in: 0...counts.upperBound)
        try require(nonnegative: "warmUpLearningRate", warmUpLearningRate)
        try require("seed", seed, in: seeds)
    }
}

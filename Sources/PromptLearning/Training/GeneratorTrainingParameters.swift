import Tensors

/// How a network is trained that writes prompts of the source domains: by AdamW, at a rate that rises from epoch to epoch and then
/// falls along half a cosine.
public protocol GeneratorTrainingParameters: CheckedParameters {
    /// After the warm-up.
    var learningRate: Double { get }
    var weightDecay: Double { get }
    /// Images in a step, or in each half of it.
    var batchSize: Int { get }
    var epochs: Int { get }
    var warmUpEpochs: Int { get }
    /// Of the first epoch.
    var warmUpLearningRate: Double { get }
    /// Steps of an epoch; 0 for as many as there are whole batches of training images.
    var stepsPerEpoch: Int { get }
    /// Whether batches take as many images of every source domain, instead of images as they come.
    var balanceDomains: Bool { get }
    /// Epochs from one measurement on the validation images to the next. The last epoch is always measured.
    var validateEvery: Int { get }
    var seed: Int { get }
}

extension GeneratorTrainingParameters {
    func checkTraining() throws(UnfitParameter) {
        try require(positive: "learningRate", learningRate)
        try require(nonnegative: "weightDecay", weightDecay)
        // Where there is a BatchNorm, it needs two images to have a variance.
        try require("batchSize", batchSize, in: 2...counts.upperBound)
        try require("epochs", epochs, in: counts)
        try require("warmUpEpochs", warmUpEpochs, in: 0...counts.upperBound)
        try require(nonnegative: "warmUpLearningRate", warmUpLearningRate)
        try require("stepsPerEpoch", stepsPerEpoch, in: 0...counts.upperBound)
        try require("validateEvery", validateEvery, in: counts)
        try require("seed", seed, in: seeds)
    }

    var schedule: LearningRateSchedule {
        LearningRateSchedule(
            base: Float(learningRate), epochs: epochs, warmUp: .linear(from: Float(warmUpLearningRate)),
            warmUpEpochs: warmUpEpochs)
    }

    /// - Parameter domains: of each training image.
    func batches(of domains: [Int]) -> BatchSampler {
        BatchSampler(
            domains: domains, batchSize: batchSize, stepsPerEpoch: stepsPerEpoch, balanceDomains: balanceDomains, seed: seed)
    }
}

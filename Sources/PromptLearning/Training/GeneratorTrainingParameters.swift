import Tensors

/// How a network is trained that writes prompts of the source domains: by AdamW, at a rate that rises from epoch to epoch and then
/// falls along half a cosine.
public protocol GeneratorTrainingParameters: ScheduledParameters {
    /// Steps of an epoch; 0 for as many as there are whole batches of training images.
    var stepsPerEpoch: Int { get }
    /// Whether batches take as many images of every source domain, instead of images as they come.
    var balanceDomains: Bool { get }
    /// Epochs from one measurement on the validation images to the next. The last epoch is always measured.
    var validateEvery: Int { get }
}

extension GeneratorTrainingParameters {
    func checkTraining() throws(UnfitParameter) {
        // Where there is a BatchNorm, it needs two images to have a variance.
        try checkSchedule(batchesFrom: 2)
        try require("stepsPerEpoch", stepsPerEpoch, in: 0...counts.upperBound)
        try require("validateEvery", validateEvery, in: counts)
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

import Tensors

/// How a network learns to write the prompts of the source domains. The defaults are those of SPG's stage II.
public struct Imitation: CheckedParameters, Hashable {
    public var learningRate = 2e-3
    public var weightDecay = 1e-4
    public var batchSize = 32
    public var epochs = 70
    public var warmUpEpochs = 4
    public var warmUpLearningRate = 1e-5
    /// Steps of an epoch; 0 for as many as there are whole batches of training images.
    public var stepsPerEpoch = 0
    /// Whether batches take as many images of every source domain, instead of images as they come.
    public var balanceDomains = false
    /// Epochs from one measurement on the validation images to the next. The last epoch is always measured.
    public var validateEvery = 1
    public var seed = 1

    public init() {}

    public func check() throws(UnfitParameter) {
        try require(positive: "learningRate", learningRate)
        try require(nonnegative: "weightDecay", weightDecay)
        // BatchNorm needs two images to have a variance.
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

    func batches(of domains: [Int]) -> BatchSampler {
        BatchSampler(
            domains: domains, batchSize: batchSize, stepsPerEpoch: stepsPerEpoch, balanceDomains: balanceDomains, seed: seed)
    }
}

/// Where a training step's random numbers come from: streams at its epoch and step.
public struct StepChance: Sendable {
    let seed: UInt64
    let epoch: Int, step: Int

    public init(seed: Int, epoch: Int, step: Int) {
        (self.seed, self.epoch, self.step) = (UInt64(seed), epoch, step)
    }

    /// The stream of a purpose; one of several that have numbers.
    public func stream(_ purpose: String, _ index: Int = 0) -> RandomStream {
        RandomStream(seed: seed, purpose: purpose, epoch, step, index)
    }
}

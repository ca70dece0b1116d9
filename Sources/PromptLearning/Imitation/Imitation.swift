import Tensors

/// How a network learns to write the prompts of the source domains. The defaults are those of SPG's stage II.
public struct Imitation: GeneratorTrainingParameters, Hashable {
    public var learningRate = 2e-3
    public var weightDecay = 1e-4
    public var batchSize = 32
    public var epochs = 70
    public var warmUpEpochs = 4
    public var warmUpLearningRate = 1e-5
    public var stepsPerEpoch = 0
    public var balanceDomains = false
    public var validateEvery = 1
    public var seed = 1

    public init() {}

    public func check() throws(UnfitParameter) { try checkTraining() }
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

import Tensors

/// How a network learns to write the prompts of the source domains.
public struct Imitation: GeneratorTrainingParameters, Hashable {
    public static let source = "SPG's stage II"

    @Parameter(.learningRate("AdamW")) public var learningRate = 2e-3
    @Parameter(.weightDecay("AdamW")) public var weightDecay = 1e-4
    @Parameter(.imitationBatchSize) public var batchSize = 32
    @Parameter(.imitationEpochs) public var epochs = 70
    @Parameter(.risingEpochs) public var warmUpEpochs = 4
    @Parameter(.firstRate) public var warmUpLearningRate = 1e-5
    @Parameter(.stepsPerEpoch) public var stepsPerEpoch = 0
    @Parameter(.balanceDomains, from: "own choice") public var balanceDomains = false
    @Parameter(.validateEvery) public var validateEvery = 1
    @Parameter(.seed("initial weights, batches and all else that is drawn")) public var seed = 1

    public init() {}
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

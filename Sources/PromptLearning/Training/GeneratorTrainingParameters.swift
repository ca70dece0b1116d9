import Tensors

/// How a network is trained that writes prompts of the source domains: by AdamW, at a rate that rises from epoch to epoch and
/// then falls along half a cosine.
public protocol GeneratorTrainingParameters: ScheduledParameters {
    /// Steps of an epoch; 0 for as many as there are whole batches of training images.
    var stepsPerEpoch: Int { get }
    /// Whether batches take as many images of every source domain, instead of images as they come.
    var balanceDomains: Bool { get }
    /// Epochs from one measurement on the validation images to the next. The last epoch is always measured.
    var validateEvery: Int { get }
}

extension GeneratorTrainingParameters {
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

extension ParameterDescription<Int> {
    /// Where there is a BatchNorm, it needs two images to have a variance.
    static var imitationBatchSize: Self {
        Self("How many images a step learns from.", .within(2...counts.upperBound), unit: "images")
    }
    static var imitationEpochs: Self {
        Self(
            "How many epochs there are, from the warm-up to the end of the learning rate's cosine.", .within(counts),
            unit: "epochs")
    }
    static var risingEpochs: Self {
        Self(
            "How many epochs at the start have a learning rate that rises in steps.", .within(0...counts.upperBound),
            unit: "epochs")
    }
}

extension ParameterDescription<Double> {
    static var firstRate: Self { Self("The learning rate of the very first epoch.", .nonnegative) }
}

extension ParameterDescription<Bool> {
    static var balanceDomains: Self { Self("Whether a batch has as many images of every source domain.") }
}

import CLIP
import Tensors

/// Teaches a network to write, from an image's feature, the prompt of the image's domain; keeps the epoch that
/// classifies validation images best.
public struct PromptImitation<Network: ImitatingNetwork>: FeatureTraining {
    public let parameters: Imitation
    /// The epochs, counted from 1, of which one is kept; training ends with the last of them.
    private let choice: ClosedRange<Int>
    private let model: CLIPText
    private let prompts: ClassPrompts
    /// One label per source domain: `[domains, L]`.
    private let labels: Tensor
    public var training: FeatureSet
    private let validation: FeatureSet

    public private(set) var epoch = 0
    public private(set) var history = TrainingHistory(["loss", "label error", "draw spread", "validation accuracy"])
    private var learner: ImitationLearner<Network>
    private var best: Best<Network>?
    public var kept: KeptEpoch? { best?.kept }

    /// Prepares to train on the images of some source domains.
    ///
    /// - Parameters:
    ///   - choice: the epochs, counted from 1, of which one is kept; all if it is nil.
    ///   - labels: `[domains, L]`, what the network is to write for images of each domain; `training.domains` index them.
    public init(
        _ parameters: Imitation, choosingFrom choice: ClosedRange<Int>? = nil, network: Network, labels: Tensor,
        model: CLIPText, classNames: [String], training: FeatureSet, validation: FeatureSet
    ) throws(PromptError) {
        try require(training: training, validation: validation, batchSize: parameters.batchSize, model: model)
        self.parameters = parameters
        self.choice = choice ?? 1...parameters.epochs
        self.model = model
        self.labels = labels
        self.training = training
        self.validation = validation
        prompts = try ClassPrompts(classNames: classNames, contextLength: network.contextLength, model: model)
        learner = ImitationLearner(network, weightDecay: Float(parameters.weightDecay))
    }

    public var epochs: Int { choice.upperBound }

    public mutating func runEpoch() throws(PromptError) {
        let batches = parameters.batches(of: training.domains)
        let rate = parameters.schedule.rate(epoch: epoch), steps = batches.stepsPerEpoch
        var loss: Float = 0
        for step in 0..<steps {
            let chance = StepChance(seed: parameters.seed, epoch: epoch, step: step)
            let batch = batches.real(epoch: epoch, step: step)
            var views = chance.stream("views")
            let ofStep = learner.update(
                labels: labels.gatheringRows(batch.map { training.domains[$0] }),
                features: training.views(of: batch, using: &views), chance: chance, learningRate: rate
            ).loss
            guard ofStep.isFinite else {
                throw .notFinite(quantity: "loss", epoch: epoch, step: step, learningRate: rate)
            }
            loss += ofStep / Float(steps)
        }
        let number = epoch + 1
        let isMeasured = choice.contains(number) && (number % parameters.validateEvery == 0 || number == epochs)
        let measured = isMeasured ? validate() : [.nan, .nan, .nan]
        guard !isMeasured || measured.allSatisfy(\.isFinite) else {
            throw .divergedBetweenSteps(quantity: "the measurements on validation images", epoch: number)
        }
        history.append([loss] + measured)
        if isMeasured { best = .updated(best, score: measured[2], epoch: epoch, learned: learner.network) }
        epoch += 1
    }

    /// On the validation images: how far what is written is from its domain's label (root mean square over all
    /// numbers), how far two draws for one image differ (likewise, as a standard deviation), and the accuracy with one
    /// draw.
    private func validate() -> [Float] {
        let network = learner.network, features = validation.center
        func noise(_ draw: Int) -> Tensor {
            latentNoise(validation.count, dimension: network.latentDimension) {
                RandomStream(seed: UInt64(parameters.seed), purpose: "validation noise \(draw)", epoch, $0)
            }
        }
        let first = noise(0), written = network.written(noise: first, features: features)
        let error = written - labels.gatheringRows(validation.domains)
        let spread =
            network.latentDimension == 0
            ? 0 : (written - network.written(noise: noise(1), features: features)).squaredNorm / 2
        let predictions = classify(
            features, draws: [network.prompts(noise: first, features: features)],
            against: network.counterweight(features: features), classes: prompts, model: model)
        let count = Double(written.count)
        return [
            Float((error.squaredNorm / count).squareRoot()), Float((spread / count).squareRoot()),
            predictions.allSatisfy(\.probability.isFinite)
                ? Float(accuracy(predictions.map(\.label), labels: validation.labels)) : .nan,
        ]
    }

    /// The network of the epoch that was best on the validation images, and how good it was.
    public var result: (network: Network, validationAccuracy: Double, epoch: Int) {
        guard let best else { return (learner.network, .nan, -1) }
        return (best.learned, Double(best.score), best.epoch)
    }

    public var state: [String: Tensor] {
        var state = learner.state
        state["epoch"] = Tensor(Float(epoch))
        state["history"] = history.tensor
        if let best {
            for (name, tensor) in best.learned.tensors { state["best." + name] = tensor }
            state.set(best)
        }
        return state
    }

    public mutating func restore(_ state: [String: Tensor]) throws(PromptError) {
        let (dimension, width) = (training.center.columns, model.transformer.width)
        epoch = try state.number("epoch")
        try history.restore(state.required("history"))
        try learner.restore(state, featureDimension: dimension, width: width)
        best = try state.best { () throws(PromptError) in
            try Network(in: state, under: "best.", featureDimension: dimension, width: width)
        }
    }
}

import CLIP
import Tensors

/// Teaches a network to write, from an image's feature, the prompt of the image's domain; keeps the epoch that
/// classifies validation images best.
public struct PromptImitation<Network: ImitatingNetwork>: SteppedTraining, FeatureTraining, WeightTraining {
    public let parameters: Imitation
    /// The epochs, counted from 1, of which one is kept; training ends with the last of them.
    private let choice: ClosedRange<Int>
    public var training: FeatureSet
    private let validation: LabelMeasurement

    var course: Course<ImitationLearner<Network>>

    /// Prepares to train on the images of some source domains.
    ///
    /// - Parameters:
    ///   - parameters: how the network learns.
    ///   - choice: the epochs, counted from 1, of which one is kept; all if it is nil.
    ///   - network: as it is before.
    ///   - labels: `[domains, L]`, what the network is to write for images of each domain; `training.domains` index them.
    ///   - model: the text side of CLIP that the prompts are for.
    ///   - classNames: as the data set writes them.
    ///   - training: the images to learn from; their augmented views are used where there are any.
    ///   - validation: the images that choose the epoch.
    /// - Throws: `tooFewImages`, `noValidationImages` or `dimensions` if nothing can be learned from the images;
    ///   `tooLong` if a class's prompt does not fit the model.
    public init(
        _ parameters: Imitation, choosingFrom choice: ClosedRange<Int>? = nil, network: Network, labels: Tensor,
        model: CLIPText, classNames: [String], training: FeatureSet, validation: FeatureSet
    ) throws(PromptError) {
        try require(training: training, validation: validation, batchSize: parameters.batchSize, model: model)
        self.parameters = parameters
        self.choice = choice ?? 1...parameters.epochs
        self.training = training
        self.validation = LabelMeasurement(
            images: validation, labels: labels,
            prompts: try ClassPrompts(classNames: classNames, contextLength: network.contextLength, model: model),
            model: model, seed: parameters.seed)
        course = Course(
            ImitationLearner(network, weightDecay: Float(parameters.weightDecay)),
            measuring: ["loss"] + LabelMeasurement.names)
    }

    public var epochs: Int { choice.upperBound }

    var validated: (from: Int, every: Int) { (choice.lowerBound, parameters.validateEvery) }

    func batches() -> Batches<(labels: Tensor, features: Tensor, chance: StepChance)> {
        let batches = parameters.batches(of: training.domains), seed = parameters.seed, labels = validation.labels
        return Batches(count: batches.stepsPerEpoch) { [training, epoch] step in
            let chance = StepChance(seed: seed, epoch: epoch, step: step)
            let batch = batches.real(epoch: epoch, step: step)
            var views = chance.stream("views")
            return (
                labels.gatheringRows(batch.map { training.domains[$0] }), training.views(of: batch, using: &views), chance
            )
        }
    }

    mutating func take(
        _ batch: (labels: Tensor, features: Tensor, chance: StepChance), learningRate: Float
    ) -> [Float] {
        let step = course.learner.update(
            labels: batch.labels, features: batch.features, chance: batch.chance, learningRate: learningRate)
        return [step.loss]
    }

    func validate() -> [Float] { validation.measured(course.learner.network, epoch: epoch) }

    /// The network of the epoch that was best on the validation images, and how good it was.
    public var result: (network: Network, validationAccuracy: Double) {
        let (network, accuracy) = course.result
        return (network, accuracy)
    }

    public var weights: TrainedWeights { (result.network.tensors, result.validationAccuracy) }
}

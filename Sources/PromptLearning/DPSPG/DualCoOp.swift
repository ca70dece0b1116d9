import CLIP
import Tensors

/// Stage I of Dual-Path Stable Soft Prompt Generation (Zhang et al. 2025): for one domain a prompt that is like an
/// image's class, and one that is like all classes but the image's.
///
/// The positive context is CoOp's, learned by cross-entropy. The negative one is learned by the binary cross-entropy of
/// every class's logit against 1 − one-hot, in which the positive terms, C − 1 of the C, have the weight C − 1.
public struct DualCoOp: FeatureTraining {
    /// What the store calls it.
    public static let method = "dual-coop"

    /// Two learned contexts, each `[M, width]`.
    public struct Contexts: Sendable {
        public var positive: Tensor, negative: Tensor

        public init(positive: Tensor, negative: Tensor) {
            (self.positive, self.negative) = (positive, negative)
        }
    }

    public let parameters: Parameters
    private let model: CLIPText
    private let prompts: ClassPrompts
    public var training: FeatureSet
    private let validation: FeatureSet

    /// Of the positive context and the negative one.
    private var descent: Descent

    /// Prepares to learn the prompts of some images.
    ///
    /// - Parameters:
    ///   - training: the images to learn from; their augmented views are used where there are any.
    ///   - validation: the images that choose the epoch.
    public init(
        _ parameters: Parameters, model: CLIPText, classNames: [String], training: FeatureSet, validation: FeatureSet
    ) throws(PromptError) {
        try require(training: training, validation: validation, batchSize: parameters.batchSize, model: model)
        self.parameters = parameters
        self.model = model
        (self.training, self.validation) = (training, validation)
        func start(_ words: String, _ purpose: String) throws(PromptError) -> Tensor {
            try initialContext(
                words: words, length: parameters.contextLength, seed: parameters.seed, purpose: purpose, model: model)
        }
        // Before prompts, which would be made of any length.
        descent = Descent(
            [try start(parameters.context, "context"), try start(parameters.negativeContext, "negative context")],
            measuring: ["loss", "positive loss", "negative loss", "validation accuracy"],
            momentum: parameters.momentum, weightDecay: parameters.weightDecay)
        prompts = try ClassPrompts(classNames: classNames, contextLength: parameters.contextLength, model: model)
    }

    public var epoch: Int { descent.epoch }
    public var history: TrainingHistory { descent.history }
    public var kept: KeptEpoch? { descent.best?.kept }
    public var state: [String: Tensor] { descent.state }
    public mutating func restore(_ state: [String: Tensor]) throws(PromptError) { try descent.restore(state) }
    public var epochs: Int { parameters.epochs }

    /// One pass over the training images in a new order, then a look at the validation images.
    public mutating func runEpoch() throws(PromptError) {
        let rate = parameters.schedule.rate(epoch: epoch), steps = training.count / parameters.batchSize
        let batches = training.batches(of: parameters.batchSize, seed: UInt64(parameters.seed), epoch: epoch)
        var positive: Float = 0, negative: Float = 0
        for (step, batch) in batches.enumerated() {
            let losses = update(images: batch.images, labels: batch.labels, learningRate: rate)
            guard losses.positive.isFinite, losses.negative.isFinite else {
                throw .notFinite(quantity: "loss", epoch: epoch, step: step, learningRate: rate)
            }
            positive += losses.positive / Float(steps)
            negative += losses.negative / Float(steps)
        }
        let validationAccuracy = Float(validate())
        guard validationAccuracy.isFinite else {
            throw .divergedBetweenSteps(quantity: "the scores of validation images", epoch: epoch + 1)
        }
        descent.endEpoch(
            measured: [positive + negative, positive, negative, validationAccuracy], score: validationAccuracy)
    }

    /// One step of gradient descent on a batch.
    ///
    /// - Parameter images: unit features, `[batch, dimension]`.
    package mutating func update(
        images: Tensor, labels: [Int], learningRate: Float
    ) -> (step: DescentStep, positive: Float, negative: Float) {
        let (prompts, model) = (prompts, model)
        var others = Tensor([labels.count, prompts.classCount], repeating: 1)
        for (row, label) in labels.enumerated() { others[row, label] = 0 }
        var losses: (positive: Float, negative: Float) = (0, 0)
        let step = descent.step(learningRate: learningRate) { contexts in
            let logits = contexts.map {
                scaledProduct(Variable(images), prompts.textFeatures($0, model: model), scale: model.logitScale)
            }
            let positive = crossEntropy(logits[0], labels: labels)
            let negative = binaryCrossEntropy(logits[1], targets: others, positiveWeight: Float(prompts.classCount - 1))
            losses = (positive.value.scalar, negative.value.scalar)
            return sum(positive, negative)
        }
        return (step, losses.positive, losses.negative)
    }

    /// By the difference of positive and negative logits.
    private func validate() -> Double {
        func cosines(_ context: Tensor) -> Tensor {
            Tensor.product(
                validation.center, prompts.textFeatures(Variable(context), model: model).value, transposingB: true)
        }
        let scores = cosines(descent.parameters[0]) - cosines(descent.parameters[1])
        return scores.isFinite ? accuracy(scores.rowMaxima, labels: validation.labels) : .nan
    }

    /// The contexts of the epoch that was best on the validation images.
    public var result: (contexts: Contexts, validationAccuracy: Double, epoch: Int) {
        func pair(_ tensors: [Tensor]) -> Contexts { Contexts(positive: tensors[0], negative: tensors[1]) }
        guard let best = descent.best else { return (pair(descent.parameters), validate(), -1) }
        return (pair(best.learned), Double(best.score), best.epoch)
    }
}

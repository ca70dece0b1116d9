import CLIP
import Tensors

/// Conditional Context Optimization (Zhou et al., CVPR 2022): context vectors shared by all classes, and a network that moves
/// them for each image, learned together by cross-entropy.
public struct CoCoOp: FeatureTraining {
    public let parameters: Parameters
    let model: CLIPText
    let prompts: ClassPrompts
    public var training: FeatureSet
    let validation: FeatureSet

    private var descent: Descent

    /// Prepares to learn from the images of one domain, or of several.
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
        self.training = training
        self.validation = validation
        let context = try initialContext(
            words: parameters.context, length: parameters.contextLength, seed: parameters.seed, model: model)
        prompts = try ClassPrompts(classNames: classNames, contextLength: parameters.contextLength, model: model)
        descent = Descent(
            ConditionalContext.initial(
                context: context, featureDimension: training.center.columns, seed: parameters.seed),
            measuring: ["loss", "training accuracy", "validation accuracy"],
            momentum: parameters.momentum, weightDecay: parameters.weightDecay)
    }

    public var epoch: Int { descent.epoch }
    public var history: TrainingHistory { descent.history }
    public var kept: KeptEpoch? { descent.best?.kept }
    public var state: [String: Tensor] { descent.state }
    public mutating func restore(_ state: [String: Tensor]) throws(PromptError) { try descent.restore(state) }
    public var epochs: Int { parameters.epochs }

    /// One pass over the training images in a new order, then a look at the validation images where it is their turn.
    public mutating func runEpoch() throws(PromptError) {
        let rate = parameters.schedule.rate(epoch: epoch), steps = training.count / parameters.batchSize
        let batches = training.batches(of: parameters.batchSize, seed: UInt64(parameters.seed), epoch: epoch)
        var loss = 0.0, correct = 0.0
        for (step, batch) in batches.enumerated() {
            let measured = update(images: batch.images, labels: batch.labels, learningRate: rate)
            guard measured.step.loss.isFinite else {
                throw .notFinite(quantity: "loss", epoch: epoch, step: step, learningRate: rate)
            }
            loss += Double(measured.step.loss) / Double(steps)
            correct += measured.accuracy / Double(steps)
        }
        let isMeasured = (epoch + 1) % parameters.validateEvery == 0 || epoch + 1 == epochs
        let score = isMeasured ? validate() : .nan
        guard score.isFinite || !isMeasured else {
            throw .divergedBetweenSteps(quantity: "the scores of validation images", epoch: epoch + 1)
        }
        descent.endEpoch(measured: [Float(loss), Float(correct), score], score: isMeasured ? score : nil)
    }

    /// One step of gradient descent on a batch.
    ///
    /// - Parameter images: unit features, `[batch, F]`.
    package mutating func update(
        images: Tensor, labels: [Int], learningRate: Float
    ) -> (step: DescentStep, accuracy: Double) {
        var share = 0.0
        let (prompts, model) = (prompts, model)
        let step = descent.step(learningRate: learningRate) { p in
            let contexts = ConditionalContext.contexts(of: images, parameters: p)  // [batch · M, width]
            let text = prompts.textFeatures(contexts, model: model)  // [batch · classes, F]
            let logits = ownScaledProduct(images, text, scale: model.logitScale)  // [batch, classes]
            share = accuracy(logits.value.rowMaxima, labels: labels)
            return crossEntropy(logits, labels: labels)
        }
        return (step, share)
    }

    private func validate() -> Float {
        let context = ConditionalContext(parameters: descent.parameters)
        let predictions = classify(
            validation.center, draws: [context.prompts(noise: Tensor([validation.count, 0]), features: validation.center)],
            classes: prompts, model: model)
        return predictions.allSatisfy(\.probability.isFinite)
            ? Float(accuracy(predictions.map(\.label), labels: validation.labels)) : .nan
    }

    /// What the values are now, in the order of `ConditionalContext.parameterNames`.
    package var current: [Tensor] { descent.parameters }

    /// The prompt of the epoch that was best on the validation images.
    public var result: (context: ConditionalContext, validationAccuracy: Double) {
        guard let best = descent.best else { return (ConditionalContext(parameters: descent.parameters), .nan) }
        return (ConditionalContext(parameters: best.learned), Double(best.score))
    }
}

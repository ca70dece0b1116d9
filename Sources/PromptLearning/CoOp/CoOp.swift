import CLIP
import Tensors

/// Context Optimization (Zhou et al., IJCV 2022): learns the words around the class name as vectors, by cross-entropy.
///
/// On the images of one domain this is stage I of Soft Prompt Generation: the domain's prompt.
public struct CoOp: FeatureTraining {
    /// A learned prompt.
    public struct Prompt: Sendable {
        /// `[M, width]`; `[classes · M, width]` where they are class-specific.
        public var contexts: Tensor
        /// On the validation images, in the epoch it was kept from.
        public var validationAccuracy: Double
        public var epoch: Int
    }

    public let parameters: Parameters
    let model: CLIPText
    let prompts: ClassPrompts
    public var training: FeatureSet
    let validation: FeatureSet

    private var descent: Descent

    /// Prepares to learn the prompt of some images.
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
        // Before prompts, which would be made of any length.
        let contexts = try initialContext(
            words: parameters.context, length: parameters.contextLength,
            copies: parameters.classSpecificContexts ? classNames.count : 1, seed: parameters.seed, model: model)
        descent = Descent(
            [contexts], measuring: ["loss", "training accuracy", "validation accuracy"], momentum: parameters.momentum,
            weightDecay: parameters.weightDecay)
        prompts = try ClassPrompts(
            classNames: classNames, contextLength: parameters.contextLength, position: parameters.position,
            classSpecific: parameters.classSpecificContexts, model: model)
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
        var loss = 0.0, correct = 0.0
        for (step, batch) in batches.enumerated() {
            let measured = update(images: batch.images, labels: batch.labels, learningRate: rate)
            guard measured.step.loss.isFinite else {
                throw .notFinite(quantity: "loss", epoch: epoch, step: step, learningRate: rate)
            }
            loss += Double(measured.step.loss) / Double(steps)
            correct += measured.accuracy / Double(steps)
        }
        let validationAccuracy = Float(validate())
        guard validationAccuracy.isFinite else {
            throw .divergedBetweenSteps(quantity: "the scores of validation images", epoch: epoch + 1)
        }
        descent.endEpoch(measured: [Float(loss), Float(correct), validationAccuracy], score: validationAccuracy)
    }

    /// One step of gradient descent on a batch.
    ///
    /// - Parameter images: unit features, `[batch, dimension]`.
    package mutating func update(
        images: Tensor, labels: [Int], learningRate: Float
    ) -> (step: DescentStep, accuracy: Double) {
        var share = 0.0
        let (prompts, model) = (prompts, model)
        let step = descent.step(learningRate: learningRate) { contexts in  // [M, width] or [classes · M, width]
            let text = prompts.textFeatures(contexts[0], model: model)  // [classes, dimension]
            let logits = scaledProduct(Variable(images), text, scale: model.logitScale)  // [batch, classes]
            share = accuracy(logits.value.rowMaxima, labels: labels)
            return crossEntropy(logits, labels: labels)
        }
        return (step, share)
    }

    private func validate() -> Double {
        let text = prompts.textFeatures(Variable(descent.parameters[0]), model: model).value
        let logits = Tensor.product(validation.center, text, transposingB: true)
        return logits.isFinite ? accuracy(logits.rowMaxima, labels: validation.labels) : .nan
    }

    /// The prompt of the epoch that was best on the validation images.
    public var prompt: Prompt {
        guard let best = descent.best else {
            return Prompt(contexts: descent.parameters[0], validationAccuracy: validate(), epoch: -1)
        }
        return Prompt(contexts: best.learned[0], validationAccuracy: Double(best.score), epoch: best.epoch)
    }
}

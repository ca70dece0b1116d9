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

    public private(set) var epoch = 0
    public private(set) var history = TrainingHistory(["loss", "training accuracy", "validation accuracy"])
    private var contexts: Tensor
    private var optimizer: SGD
    private var best: Best<Tensor>?

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
        contexts = try initialContext(
            words: parameters.context, length: parameters.contextLength,
            copies: parameters.classSpecificContexts ? classNames.count : 1, seed: parameters.seed, model: model)
        prompts = try ClassPrompts(
            classNames: classNames, contextLength: parameters.contextLength, position: parameters.position,
            classSpecific: parameters.classSpecificContexts, model: model)
        optimizer = SGD(momentum: Float(parameters.momentum), weightDecay: Float(parameters.weightDecay))
    }

    public var epochs: Int { parameters.epochs }

    private var schedule: LearningRateSchedule {
        LearningRateSchedule(
            base: Float(parameters.learningRate), epochs: parameters.epochs,
            warmUp: .constant(Float(parameters.warmUpLearningRate)), warmUpEpochs: parameters.warmUpEpochs)
    }

    /// One pass over the training images in a new order, then a look at the validation images.
    public mutating func runEpoch() throws(PromptError) {
        let rate = schedule.rate(epoch: epoch), steps = training.count / parameters.batchSize
        let batches = training.batches(of: parameters.batchSize, seed: UInt64(parameters.seed), epoch: epoch)
        var loss = 0.0, correct = 0.0
        for (step, batch) in batches.enumerated() {
            let measured = update(images: batch.images, labels: batch.labels, learningRate: rate)
            guard measured.loss.isFinite else {
                throw .notFinite(quantity: "loss", epoch: epoch, step: step, learningRate: rate)
            }
            loss += Double(measured.loss) / Double(steps)
            correct += measured.accuracy / Double(steps)
        }
        let validationAccuracy = Float(validate())
        guard validationAccuracy.isFinite else {
            throw .divergedBetweenSteps(quantity: "the scores of validation images", epoch: epoch + 1)
        }
        history.append([Float(loss), Float(correct), validationAccuracy])
        best = .updated(best, score: validationAccuracy, epoch: epoch, learned: contexts)
        epoch += 1
    }

    /// One step of gradient descent on a batch.
    ///
    /// - Parameter images: unit features, `[batch, dimension]`.
    package mutating func update(
        images: Tensor, labels: [Int], learningRate: Float
    ) -> (loss: Float, accuracy: Double, gradient: Tensor) {
        let tape = Tape()
        let v = tape.parameter(contexts)  // [M, width] or [classes · M, width]
        let text = prompts.textFeatures(v, model: model)  // [classes, dimension]
        let logits = scaledProduct(Variable(images), text, scale: model.logitScale)  // [batch, classes]
        let loss = crossEntropy(logits, labels: labels)
        let gradients = tape.gradients(of: loss, for: [v])
        var parameters = [contexts]
        optimizer.update(&parameters, gradients: gradients, learningRate: learningRate)
        contexts = parameters[0]
        return (loss.value.scalar, accuracy(logits.value.rowMaxima, labels: labels), gradients[0])
    }

    private func validate() -> Double {
        let text = prompts.textFeatures(Variable(contexts), model: model).value
        let logits = Tensor.product(validation.center, text, transposingB: true)
        return logits.isFinite ? accuracy(logits.rowMaxima, labels: validation.labels) : .nan
    }

    /// The prompt of the epoch that was best on the validation images.
    public var prompt: Prompt {
        guard let best else { return Prompt(contexts: contexts, validationAccuracy: validate(), epoch: -1) }
        return Prompt(contexts: best.learned, validationAccuracy: Double(best.score), epoch: best.epoch)
    }

    public var state: [String: Tensor] {
        var state: [String: Tensor] = [
            "epoch": Tensor(Float(epoch)), "history": history.tensor, "contexts": contexts,
        ]
        state.set("velocities", optimizer.velocities)
        if let best {
            state["best.contexts"] = best.learned
            state["best"] = Tensor([2], [best.score, Float(best.epoch)])
        }
        return state
    }

    public mutating func restore(_ state: [String: Tensor]) throws(PromptError) {
        epoch = Int(try state.required("epoch").scalar)
        history.restore(try state.required("history"))
        contexts = try state.required("contexts")
        optimizer.velocities = state.list("velocities")
        if let kept = state["best"] {
            best = Best(score: kept[0], epoch: Int(kept[1]), learned: try state.required("best.contexts"))
        }
    }
}

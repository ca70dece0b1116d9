import Tensors

/// Learns prompts through the frozen image encoder by cross-entropy, and keeps the epoch that is best on validation images.
public struct VisionPromptTraining<Method: VisionPromptMethod>: ImageTraining {
    let parameters: any VisionTrainingParameters
    /// With the prompts that learning starts from.
    private let model: VisionPromptedCLIP<Method>
    private let training, validation: ImageSet

    private var descent: Descent

    /// - Parameters:
    ///   - model: the encoders, with the prompts that learning starts from.
    ///   - training: the images to learn from.
    ///   - validation: the images that choose the epoch.
    public init(
        _ parameters: some VisionTrainingParameters, model: VisionPromptedCLIP<Method>, training: ImageSet,
        validation: ImageSet
    ) throws(PromptError) {
        guard training.count >= parameters.batchSize else {
            throw .tooFewImages(of: "training", images: training.count, batchSize: parameters.batchSize)
        }
        guard validation.count > 0 else { throw .noValidationImages }
        (self.parameters, self.model, self.training, self.validation) = (parameters, model, training, validation)
        descent = Descent(
            model.method.learned.map(\.value), measuring: ["loss", "training accuracy", "validation accuracy"],
            momentum: parameters.momentum, weightDecay: parameters.weightDecay)
    }

    public var epoch: Int { descent.epoch }
    public var history: TrainingHistory { descent.history }
    public var kept: KeptEpoch? { descent.best?.kept }
    public var state: [String: Tensor] { descent.state }
    public mutating func restore(_ state: [String: Tensor]) throws(PromptError) { try descent.restore(state) }
    public var epochs: Int { parameters.epochs }
    public var seed: Int { parameters.seed }

    /// One pass over the training images in a new order, then a look at the validation images.
    public mutating func runEpoch() throws(PromptError) {
        let size = parameters.batchSize
        var stream = RandomStream(seed: UInt64(parameters.seed), purpose: "batches", epoch)
        let order = stream.permutation(of: training.count)
        // A last, short batch is dropped.
        let batches = (0..<training.count / size).map { Array(order[$0 * size..<($0 + 1) * size]) }
        let rate = parameters.schedule.rate(epoch: epoch), steps = Double(batches.count)
        let view: ImageSet.View = parameters.crops ? .random(seed: parameters.seed, epoch: epoch) : .center
        var loss = 0.0, correct = 0.0
        try training.forEachBatch(batches, view) { number, pixels throws(PromptError) in
            let labels = batches[number].map { training.labels[$0] }
            let measured = update(pixels: pixels, labels: labels, learningRate: rate)
            guard measured.step.loss.isFinite else {
                throw .notFinite(quantity: "loss", epoch: epoch, step: number, learningRate: rate)
            }
            loss += Double(measured.step.loss) / steps
            correct += measured.accuracy / steps
        }
        let predictions = try model.learned(current).classify(validation)
        guard predictions.allSatisfy(\.probability.isFinite) else {
            throw .divergedBetweenSteps(quantity: "the scores of validation images", epoch: epoch + 1)
        }
        let score = Float(accuracy(predictions.map(\.label), labels: validation.labels))
        descent.endEpoch(measured: [Float(loss), Float(correct), score], score: score)
    }

    /// One step of gradient descent on a batch.
    ///
    /// - Parameter pixels: normalised, `[batch, resolution, resolution, 3]`.
    package mutating func update(
        pixels: Tensor, labels: [Int], learningRate: Float
    ) -> (step: DescentStep, accuracy: Double) {
        var share = 0.0
        let model = model
        let step = descent.step(learningRate: learningRate) { learned in
            let logits = model.logits(of: pixels, learned)  // [batch, classes]
            share = accuracy(logits.value.rowMaxima, labels: labels)
            return crossEntropy(logits, labels: labels)
        }
        return (step, share)
    }

    /// What is learned so far.
    package var current: [Tensor] { descent.parameters }

    /// The prompts of the epoch that was best on the validation images, and their accuracy there.
    public var result: (prompts: Method, validationAccuracy: Double) {
        guard let best = descent.best else { return (model.learned(current).method, .nan) }
        return (model.learned(best.learned).method, Double(best.score))
    }
}

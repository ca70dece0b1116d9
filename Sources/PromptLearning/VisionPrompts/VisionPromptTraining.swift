import CLIP
import Tensors

/// Learns prompts through the frozen image encoder by cross-entropy, and keeps the epoch that is best on validation images.
public struct VisionPromptTraining<Method: VisionPromptMethod>: Training {
    let parameters: any VisionTrainingParameters
    private var model: VisionPromptedCLIP<Method>
    private let training, validation: ImageSet

    public private(set) var epoch = 0
    public private(set) var history = TrainingHistory(["loss", "training accuracy", "validation accuracy"])
    private var optimizer: SGD
    private var best: Best<[Tensor]>?

    /// - Parameters:
    ///   - model: the encoders, with the prompts that learning starts from.
    ///   - training: the images to learn from.
    ///   - validation: the images that choose the epoch.
    public init(
        _ parameters: some VisionTrainingParameters, model: VisionPromptedCLIP<Method>, training: ImageSet,
        validation: ImageSet
    ) throws(PromptError) {
        guard training.count >= parameters.batchSize else {
            throw .tooFewImages(images: training.count, batchSize: parameters.batchSize)
        }
        guard validation.count > 0 else { throw .noValidationImages }
        (self.parameters, self.model, self.training, self.validation) = (parameters, model, training, validation)
        optimizer = SGD(momentum: Float(parameters.momentum), weightDecay: Float(parameters.weightDecay))
    }

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
        try training.forEachBatch(batches, view) { step, pixels throws(PromptError) in
            let labels = batches[step].map { training.labels[$0] }
            let measured = update(pixels: pixels, labels: labels, learningRate: rate)
            guard measured.loss.isFinite else {
                throw .notFinite(quantity: "loss", epoch: epoch, step: step, learningRate: rate)
            }
            loss += Double(measured.loss) / steps
            correct += measured.accuracy / steps
        }
        let predictions = try model.classify(validation)
        guard predictions.allSatisfy(\.probability.isFinite) else {
            throw .divergedBetweenSteps(quantity: "the scores of validation images", epoch: epoch + 1)
        }
        let score = Float(accuracy(predictions.map(\.label), labels: validation.labels))
        history.append([Float(loss), Float(correct), score])
        best = .updated(best, score: score, epoch: epoch, learned: model.method.learned.map(\.value))
        epoch += 1
    }

    /// One step of gradient descent on a batch.
    ///
    /// - Parameter pixels: normalised, `[batch, resolution, resolution, 3]`.
    /// - Returns: measured before the step; gradients in the order of what is learned.
    package mutating func update(
        pixels: Tensor, labels: [Int], learningRate: Float
    ) -> (loss: Float, accuracy: Double, gradients: [Tensor]) {
        let tape = Tape()
        let v = model.method.learned.map { tape.parameter($0.value) }
        let logits = model.logits(of: pixels, v)
        let loss = crossEntropy(logits, labels: labels)
        let gradients = tape.gradients(of: loss, for: v)
        var learned = model.method.learned.map(\.value)
        optimizer.update(&learned, gradients: gradients, learningRate: learningRate)
        set(learned)
        return (loss.value.scalar, accuracy(logits.value.rowMaxima, labels: labels), gradients)
    }

    private mutating func set(_ learned: [Tensor]) {
        for (index, value) in learned.enumerated() { model.method.learned[index].value = value }
    }

    /// What is learned so far.
    package var current: Method { model.method }

    /// The prompts of the epoch that was best on the validation images, and their accuracy there.
    public var prompts: (method: Method, validationAccuracy: Double) {
        guard let best else { return (model.method, .nan) }
        var kept = self
        kept.set(best.learned)
        return (kept.model.method, Double(best.score))
    }

    public var state: [String: Tensor] {
        var state: [String: Tensor] = ["epoch": Tensor(Float(epoch)), "history": history.tensor]
        state.set("learned", model.method.learned.map(\.value))
        state.set("velocities", optimizer.velocities)
        if let best {
            state.set("best.learned", best.learned)
            state["best"] = Tensor([2], [best.score, Float(best.epoch)])
        }
        return state
    }

    public mutating func restore(_ state: [String: Tensor]) throws(PromptError) {
        epoch = Int(try state.required("epoch").scalar)
        history.restore(try state.required("history"))
        let learned = state.list("learned")
        guard learned.map(\.shape) == model.method.learned.map(\.value.shape) else {
            throw .foreignCheckpoint(missing: "what is learned")
        }
        set(learned)
        optimizer.velocities = state.list("velocities")
        if let kept = state["best"] {
            best = Best(score: kept[0], epoch: Int(kept[1]), learned: state.list("best.learned"))
        }
    }
}

import Tensors

/// Learns prompts through the frozen image encoder by cross-entropy, and keeps the epoch that is best on validation images.
public struct VisionPromptTraining<Method: VisionPromptMethod>: SteppedTraining, WeightTraining {
    public let parameters: Method.Parameters
    /// With the prompts that learning starts from.
    private let model: VisionPromptedCLIP<Method>
    private let training, validation: ImageSet

    var course: Course<Descent<SGD>>

    /// - Parameters:
    ///   - parameters: what decides what is learned.
    ///   - model: the encoders, with the prompts that learning starts from.
    ///   - training: the images to learn from.
    ///   - validation: the images that choose the epoch.
    /// - Throws: `tooFewImages` if there are fewer to learn from than a step takes, `noValidationImages` if there are
    ///   none.
    public init(
        _ parameters: Method.Parameters, model: VisionPromptedCLIP<Method>, training: ImageSet, validation: ImageSet
    ) throws(PromptError) {
        guard training.count >= parameters.batchSize else {
            throw .tooFewImages(of: "training", images: training.count, batchSize: parameters.batchSize)
        }
        guard validation.count > 0 else { throw .noValidationImages }
        (self.parameters, self.model, self.training, self.validation) = (parameters, model, training, validation)
        course = Course(
            Descent(
                model.method.learned.map(\.value), momentum: parameters.momentum, weightDecay: parameters.weightDecay),
            measuring: ["loss", "training accuracy", "validation accuracy"])
    }

    public static var access: ImageAccess<Self> { .files }

    func batches() -> Batches<(pixels: Tensor, labels: [Int])> {
        let size = parameters.batchSize, count = training.count / size, labels = training.labels
        var pass = Passes(over: training.count, batchesOf: size, seed: parameters.seed, "batches", epoch: epoch)
        let images = (0..<count).map { pass.batch($0) }
        let pixels = training.pixels(
            of: images, parameters.crops ? .random(seed: parameters.seed, epoch: epoch) : .center)
        return Batches(count: count) { step throws(PromptError) in
            (try pixels.batch(step), images[step].map { labels[$0] })
        }
    }

    mutating func take(_ batch: (pixels: Tensor, labels: [Int]), learningRate: Float) -> [Double] {
        let measured = update(pixels: batch.pixels, labels: batch.labels, learningRate: learningRate)
        return [Double(measured.step.loss), measured.accuracy]
    }

    /// One step of gradient descent on a batch.
    ///
    /// - Parameter pixels: normalised, `[batch, resolution, resolution, 3]`.
    package mutating func update(
        pixels: Tensor, labels: [Int], learningRate: Float
    ) -> (step: DescentStep, accuracy: Double) {
        let model = model
        return course.learner.step(learningRate: learningRate, labels: labels) { model.logits(of: pixels, $0) }
    }

    func validate() throws(PromptError) -> [Float] {
        let model = model.learned(current)
        return [Float(accuracy(try model.probabilities(of: validation, model.fixed).predictions, labels: validation.labels))]
    }

    /// What is learned so far, in the order and shapes of the method's `learned`.
    package var current: [Tensor] { course.learner.parameters }

    /// The prompts of the epoch that was best on the validation images, and their accuracy there.
    public var result: (prompts: Method, validationAccuracy: Double) {
        (model.learned(course.result.learned).method, course.result.validationAccuracy)
    }

    public var weights: TrainedWeights { (result.prompts.tensors, result.validationAccuracy) }
}

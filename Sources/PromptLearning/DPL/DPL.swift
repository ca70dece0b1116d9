import CLIP
import Tensors

/// Domain Prompt Learning (Zhang et al. 2021): a network that writes the prompt of a domain from a batch of its images, learned
/// by cross-entropy on batches of the source domains. On an unseen domain it writes the prompt from the batch under test.
public struct DPL: SteppedTraining, FeatureTraining, PooledTraining, WeightTraining {
    public let parameters: Parameters
    let model: CLIPText
    let prompts: ClassPrompts
    public var training: FeatureSet
    let validation: FeatureSet
    /// The training images of each source domain, and the validation images in the order they are classified in.
    private let trainingImages: [[Int]], validationImages: [[Int]]

    var course: Course<Descent<SGD>>

    /// Prepares to learn from the images of some source domains.
    /// - Precondition: both sets have norms.
    /// - Throws: `tooFewImages`, `noValidationImages` or `dimensions` if nothing can be learned from the images;
    ///   `contextTooLong` or `tooLong` if the vectors or a class's prompt do not fit the model.
    public init(
        _ parameters: Parameters, model: CLIPText, classNames: [String], training: FeatureSet, validation: FeatureSet
    ) throws(PromptError) {
        // Batches are drawn with replacement: one image is enough.
        try require(training: training, validation: validation, batchSize: 1, model: model)
        try require(contextLength: parameters.contextLength, model: model)
        (self.parameters, self.model, self.training, self.validation) = (parameters, model, training, validation)
        prompts = try ClassPrompts(classNames: classNames, contextLength: parameters.contextLength, model: model)
        trainingImages = imagesByDomain(training.domains)
        validationImages = imagesByDomain(validation.domains).enumerated().map { domain, images in
            var stream = RandomStream(seed: UInt64(parameters.seed), purpose: "validation order", domain)
            return images.shuffled(using: &stream)
        }
        let start = DomainPromptNetwork.initial(
            inputs: training.center.columns, hidden: parameters.hiddenWidth, depth: parameters.depth,
            outputs: parameters.contextLength * model.transformer.width, seed: parameters.seed)
        course = Course(
            Descent(start, momentum: parameters.momentum, weightDecay: parameters.weightDecay),
            measuring: ["loss", "training accuracy", "validation accuracy"])
    }

    /// An epoch is what lies between two looks at the validation images.
    public var epochs: Int { (parameters.steps - 1) / parameters.validateEvery + 1 }

    public var seed: Int { parameters.seed }

    func rate(step: Int, of steps: Int) -> Float { Float(parameters.learningRate) }

    /// Images of every source domain, one domain's after another's, and the step among all steps.
    typealias Batch = (images: Tensor, norms: [Float], labels: [Int], step: Int)

    func batches() -> Batches<Batch> {
        let (seed, size) = (UInt64(parameters.seed), parameters.batchSize)
        let first = epoch * parameters.validateEvery
        let count = min(parameters.validateEvery, parameters.steps - first)
        return Batches(count: count) { [training, trainingImages] step in
            let step = first + step
            var draws = RandomStream(seed: seed, purpose: "batch", step)
            let batch = trainingImages.flatMap { images in
                (0..<size).map { _ in images[draws.integer(below: images.count)] }
            }
            var views = RandomStream(seed: seed, purpose: "views", step)
            let (images, norms) = training.normedViews(of: batch, using: &views)
            return (images, norms, batch.map { training.labels[$0] }, step)
        }
    }

    mutating func take(_ batch: Batch, learningRate: Float) -> [Double] {
        let seed = UInt64(parameters.seed)
        let measured = update(
            images: batch.images, norms: batch.norms, labels: batch.labels, learningRate: learningRate
        ) { RandomStream(seed: seed, purpose: "dropout \($0)", batch.step) }
        return [Double(measured.step.loss), measured.accuracy]
    }

    /// One step of gradient descent on a batch of every source domain.
    ///
    /// - Parameters:
    ///   - images: unit features, `[domains · batchSize, F]`, one domain's after another's.
    ///   - norms: how long each was as the encoder put it out.
    ///   - labels: the class of each.
    ///   - learningRate: of the step.
    ///   - masks: the stream that decides what dropout drops behind each hidden layer.
    /// - Returns: what was measured; the accuracy is that of the domains' own prompts.
    package mutating func update(
        images: Tensor, norms: [Float], labels: [Int], learningRate: Float, masks: (_ layer: Int) -> RandomStream
    ) -> (step: DescentStep, accuracy: Double) {
        let (model, prompts, size, probability) = (model, prompts, parameters.batchSize, Float(parameters.dropout))
        let domains = images.rows / size, classes = prompts.classCount
        let isOwn = parameters.competitors == .ownDomain
        let written = images.scalingRows(by: norms)
        var correct = 0.0
        let step = course.learner.step(learningRate: learningRate) { p in
            let vectors = DomainPromptNetwork.prompts(of: written, batchesOf: size, parameters: p) { x, layer in
                dropout(x, probability: probability, using: masks(layer))
            }
            let contexts = reshaped(vectors, [domains * prompts.layout.contextCount, model.transformer.width])
            let text = prompts.textFeatures(contexts, model: model)  // [domains · classes, F]
            let own = (0..<domains).map { domain in
                scaledProduct(
                    Variable(images.rows(domain * size..<(domain + 1) * size)),
                    rows(Array(domain * classes..<(domain + 1) * classes), of: text), scale: model.logitScale)
            }
            let ownLabels = (0..<domains).map { Array(labels[$0 * size..<($0 + 1) * size]) }
            for (logits, labels) in zip(own, ownLabels) {
                correct += accuracy(logits.value.rowMaxima, labels: labels) / Double(domains)
            }
            guard isOwn else {
                return crossEntropy(scaledProduct(Variable(images), text, scale: model.logitScale), labels: labels)
            }
            let losses = zip(own, ownLabels).map { crossEntropy($0, labels: $1) }
            return scaled(losses.dropFirst().reduce(losses[0]) { sum($0, $1) }, by: 1 / Float(domains))
        }
        return (step, correct)
    }

    /// The mean over domains of the accuracy on their validation images.
    func validate() -> [Float] {
        let network = DomainPromptNetwork(parameters: current, width: model.transformer.width)
        let accuracies = validationImages.map { images in
            let own = validation.subset(images)
            let predictions = probabilities(
                of: own.center, norms: own.norms?.center ?? [], batchesOf: parameters.validationBatchSize,
                network: network, classes: prompts, model: model
            ).predictions
            return accuracy(predictions, labels: own.labels)
        }
        return [Float(accuracies.reduce(0, +) / Double(validationImages.count))]
    }

    /// What the values are now, as `DomainPromptNetwork.parameters`.
    package var current: [Tensor] { course.learner.parameters }

    /// The network that was best on the validation images.
    public var result: (network: DomainPromptNetwork, validationAccuracy: Double) {
        let (parameters, accuracy) = course.result
        return (DomainPromptNetwork(parameters: parameters, width: model.transformer.width), accuracy)
    }

    public var weights: TrainedWeights { (result.network.tensors, result.validationAccuracy) }
}

/// Classifies images in batches, each with the prompt that the network writes for it.
///
/// - Parameters:
///   - features: `[n, F]`, unit length; their order decides which of them share a prompt. A last, short batch has its own.
///   - norms: of each, its length as the encoder put it out: so long the network sees it.
///   - size: the images of a batch.
///   - network: writes the prompts.
///   - classes: what images may be taken for, in prompts with as many context vectors as the network writes.
///   - model: the text side of CLIP.
///   - progress: called after each batch, with the images done so far.
public func probabilities(
    of features: Tensor, norms: [Float], batchesOf size: Int, network: DomainPromptNetwork, classes: ClassPrompts,
    model: CLIPText, progress: (_ imagesDone: Int) -> Void = { _ in }
) -> ImageProbabilities {
    let batches = stride(from: 0, to: features.rows, by: size).map { first in
        let places = first..<min(first + size, features.rows), batch = features.rows(places)
        let prompt = network.prompt(of: batch.scalingRows(by: Array(norms[places])))
        let text = classes.textFeatures(Variable(prompt), model: model).value  // [classes, F]
        defer { progress(first + batch.rows) }
        return probabilities(of: batch, text: text, logitScale: model.logitScale)
    }
    return .joined(batches, classCount: classes.classCount)
}

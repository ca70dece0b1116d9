import CLIP
import Tensors

/// Domain Adaptation via Prompt Learning (Ge et al. 2022): context vectors of the source and of an unlabelled target domain,
/// learned together: the source's by its labels, the target's by those zero-shot labels that CLIP is sure of.
public struct DAPL: SteppedTraining, WeightTraining {
    public let parameters: Parameters
    let model: CLIPText
    let layout: DomainAdaptedContext.Layout
    /// Prompts of the source and of the target domain.
    let sourcePrompts: ClassPrompts, targetPrompts: ClassPrompts
    /// Zero-shot text features, `[classes, F]`.
    let zeroShot: Tensor
    let training: FeatureSet, validation: FeatureSet, target: UnlabelledFeatures

    var course: Course<Descent<SGD>>

    /// Prepares to learn from the images of the source, of one domain or of several, and from those of the target.
    ///
    /// - Parameters:
    ///   - parameters: what decides what is learned.
    ///   - model: the text side of CLIP that the prompts are for.
    ///   - classNames: as the data set writes them.
    ///   - training: labelled images of the source.
    ///   - validation: more of them; there may be none. They are only looked at: the last epoch is kept, since no
    ///     accuracy on the source tells how good the target's vectors are.
    ///   - target: the target domain's images.
    ///   - names: of the domains, as the prompts say them.
    /// - Throws: `tooFewImages`, `noTargetImages` or `dimensions` if nothing can be learned from the images;
    ///   `contextTooLong`, `tooLong` or `templateWithoutPlace` if the vectors, a class's prompt or the zero-shot prompt
    ///   do not fit the model.
    public init(
        _ parameters: Parameters, model: CLIPText, classNames: [String], training: FeatureSet, validation: FeatureSet,
        target: UnlabelledFeatures, names: (source: String, target: String)
    ) throws(PromptError) {
        try require(training: training, validation: nil, batchSize: parameters.batchSize, model: model)
        guard target.count > 0 else { throw .noTargetImages }
        guard target.center.columns == training.center.columns else {
            throw .dimensions(features: target.center.columns, text: training.center.columns)
        }
        // Each by itself first: their sum may be no number.
        try require(contextLength: parameters.contextLength, model: model)
        try require(contextLength: parameters.domainContextLength, by: "domainContextLength", model: model)
        try require(
            contextLength: parameters.contextLength + parameters.domainContextLength,
            by: "contextLength or domainContextLength", model: model)
        self.parameters = parameters
        self.model = model
        (self.training, self.validation, self.target) = (training, validation, target)
        layout = DomainAdaptedContext.Layout(
            contexts: parameters.classSpecificContexts ? classNames.count : 1, shared: parameters.contextLength,
            own: parameters.domainContextLength)
        sourcePrompts = try DomainAdaptedContext.prompts(
            classNames, layout: layout, domain: parameters.domainWords ? names.source : nil, model: model)
        targetPrompts = try DomainAdaptedContext.prompts(
            classNames, layout: layout, domain: parameters.domainWords ? names.target : nil, model: model)
        zeroShot = try ClassPrompts(classNames: classNames, template: parameters.template, model: model)
            .textFeatures(model: model)
        let start = randomPrompts([layout.count, model.transformer.width], seed: parameters.seed, purpose: "context")
        course = Course(
            Descent([start], momentum: parameters.momentum, weightDecay: parameters.weightDecay),
            measuring: ["loss", "target loss", "confident share", "training accuracy"]
                + (validation.count > 0 ? ["validation accuracy"] : []))
    }

    public static var access: ImageAccess<Self> { .fixedFeatures }
    /// The last epoch is what counts.
    static var keepsBest: Bool { false }
    func rate(step: Int, of steps: Int) -> Float {
        parameters.schedule.rate(epoch: epoch, step: step, of: steps, pace: parameters.pace)
    }

    /// One pass over the source's training images in a new order, with as many batches of the target's.
    func batches() -> Batches<(source: LabelledBatch, target: Tensor)> {
        let (seed, size) = (parameters.seed, parameters.batchSize)
        func passes(over count: Int, _ purpose: String) -> Passes {
            Passes(over: count, batchesOf: min(size, count), seed: seed, purpose, epoch: epoch)
        }
        var sources = passes(over: training.count, "batches"), targets = passes(over: target.count, "target batches")
        return Batches(count: training.count / size) { [training, target, epoch] step in
            let batch = sources.batch(step)
            var views = RandomStream(seed: UInt64(seed), purpose: "views", epoch, step)
            let images = training.views(of: batch, using: &views)
            return ((images, batch.map { training.labels[$0] }), target.views(of: targets.batch(step), using: &views))
        }
    }

    mutating func take(_ batch: (source: LabelledBatch, target: Tensor), learningRate: Float) -> [Double] {
        let measured = update(
            images: batch.source.images, labels: batch.source.labels, target: batch.target, learningRate: learningRate)
        return [
            Double(measured.step.loss), Double(measured.targetLoss), measured.confidentShare, measured.accuracy,
        ]
    }

    /// What a step measured.
    package struct Measured {
        package var step: DescentStep
        /// 0 where CLIP was sure of no image.
        package var targetLoss: Float
        /// The share of the target's images whose pseudo-labels were learned.
        package var confidentShare: Double
        package var accuracy: Double
    }

    /// One step of gradient descent on a batch of each domain.
    ///
    /// - Parameters:
    ///   - images: unit features of the source, `[n, F]`.
    ///   - labels: their classes.
    ///   - target: unit features of the target, `[m, F]`.
    ///   - learningRate: of the step.
    package mutating func update(images: Tensor, labels: [Int], target: Tensor, learningRate: Float) -> Measured {
        let (model, layout, prompts) = (model, layout, (sourcePrompts, targetPrompts))
        let weight = Float(parameters.targetWeight)
        let isOwn = parameters.competitors == .ownDomain
        let pseudo = pseudoLabels(of: target)
        let sure = target.gatheringRows(pseudo.map(\.image))
        var targetLoss: Float = 0, share = 0.0
        let step = course.learner.step(learningRate: learningRate) { p in
            let source = prompts.0.textFeatures(rows(layout.rows(.source), of: p[0]), model: model)  // [classes, F]
            let adapted =
                isOwn && sure.rows == 0
                ? nil : prompts.1.textFeatures(rows(layout.rows(.target), of: p[0]), model: model)
            func logits(_ images: Tensor, _ text: Variable) -> Variable {
                scaledProduct(Variable(images), text, scale: model.logitScale)
            }
            let own = logits(images, source)
            share = accuracy(own.value.rowMaxima, labels: labels)
            // Among both domains' classes, the target's have numbers behind the source's.
            func scored(_ images: Tensor) -> Variable {
                let own = logits(images, source)
                return adapted.map { concatenated(own, logits(images, $0)) } ?? own
            }
            let loss = crossEntropy(isOwn ? own : scored(images), labels: labels)
            guard let adapted, sure.rows > 0 else { return loss }
            let second = crossEntropy(
                isOwn ? logits(sure, adapted) : scored(sure),
                labels: pseudo.map { $0.label + (isOwn ? 0 : prompts.0.classCount) })
            targetLoss = second.value.scalar
            return sum(loss, scaled(second, by: weight))
        }
        return Measured(
            step: step, targetLoss: targetLoss, confidentShare: Double(sure.rows) / Double(max(1, target.rows)),
            accuracy: share)
    }

    /// The images that zero-shot CLIP is sure enough of, and what it takes them for.
    private func pseudoLabels(of target: Tensor) -> [(image: Int, label: Int)] {
        let scale = model.logitScale / Float(parameters.temperature)
        let probabilities = (Tensor.product(target, zeroShot, transposingB: true) * scale).softmaxOfRows()
        return probabilities.rowMaxima.enumerated().compactMap { image, label in
            probabilities[image, label] >= Float(parameters.threshold) ? (image, label) : nil
        }
    }

    /// By the source's vectors. That all are finite is asked without validation images, too.
    func validate() -> [Float] {
        guard course.learner.parameters[0].isFinite else { return [.nan] }
        guard validation.count > 0 else { return [] }
        let vectors = Variable(course.learner.parameters[0].gatheringRows(layout.rows(.source)))
        let text = sourcePrompts.textFeatures(vectors, model: model).value
        return [
            Float(accuracy(Tensor.product(validation.center, text, transposingB: true), labels: validation.labels))
        ]
    }

    /// What the values are now: all vectors in one matrix, as in `DomainAdaptedContext`.
    package var current: [Tensor] { course.learner.parameters }

    /// The context vectors after the last epoch, and how well the source's classify the source's validation images, where there
    /// are any.
    public var result: (context: DomainAdaptedContext, validationAccuracy: Double?) {
        (
            DomainAdaptedContext(vectors: course.learner.parameters[0], layout: layout),
            validation.count > 0 ? history.last("validation accuracy").map(Double.init) ?? .nan : nil
        )
    }

    public var weights: TrainedWeights { (result.context.tensors, result.validationAccuracy) }
}

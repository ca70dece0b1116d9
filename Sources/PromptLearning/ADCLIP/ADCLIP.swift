import CLIP
import Tensors

/// AD-CLIP (Singha et al., ICCV workshops 2023): adapts prompts from a labelled source domain to an unlabelled target domain.
///
/// Every image has a prompt of its own, whose vectors small networks make of the statistics of the image encoder's blocks:
/// tokens of the source domain's style, of the target domain's style, and of what the image shows. For images that are alone
/// the style mapping stands for the source domain.
public struct ADCLIP: SteppedTraining, WeightTraining {
    public let parameters: Parameters
    let model: CLIPText
    /// Of a pair of images, one of each domain.
    let pairPrompts: ClassPrompts
    /// Of an image alone.
    let prompts: ClassPrompts
    let training: FeatureSet, validation: FeatureSet, target: UnlabelledFeatures
    let widths: [Int]

    private let shape: StyleProjectors.Shape
    /// Of the projectors' parameters.
    var course: Course<Descent<Adam>>

    /// Prepares to learn.
    ///
    /// - Parameters:
    ///   - parameters: what decides what is learned.
    ///   - model: the text side of CLIP that the prompts are for.
    ///   - classNames: as the data set writes them.
    ///   - training: the source domain's labelled images, with block statistics.
    ///   - validation: more of them, which choose the epoch, each classified as an image alone.
    ///   - target: the target domain's images, with block statistics. Nothing else of the target is seen.
    /// - Throws: `tooFewImages`, `noValidationImages`, `noTargetImages` or `dimensions` if nothing can be learned from
    ///   the images; `noStatistics` or `tooManyScales` if they lack block statistics, or those of so many blocks;
    ///   `contextTooLong` or `tooLong` if the tokens or a class's prompt do not fit the model.
    public init(
        _ parameters: Parameters, model: CLIPText, classNames: [String], training: FeatureSet, validation: FeatureSet,
        target: UnlabelledFeatures
    ) throws(PromptError) {
        try require(training: training, validation: validation, batchSize: parameters.batchSize, model: model)
        guard target.count > 0 else { throw .noTargetImages }
        guard target.count >= parameters.batchSize else {
            throw .tooFewImages(of: "target", images: target.count, batchSize: parameters.batchSize)
        }
        guard target.center.columns == training.center.columns else {
            throw .dimensions(features: target.center.columns, text: training.center.columns)
        }
        guard let widths = training.styles?.widths, validation.styles?.widths == widths else {
            throw .noStatistics(domain: "source")
        }
        guard target.styles?.widths == widths else { throw .noStatistics(domain: "target") }
        guard parameters.scales <= widths.count else { throw .tooManyScales(asked: parameters.scales, blocks: widths.count) }
        let scales = parameters.scales > 0 ? parameters.scales : widths.count
        // Each by itself first: their sum may be no number.
        try require(contextLength: parameters.imageTokens, by: "imageTokens", model: model)
        let shape = StyleProjectors.Shape(
            widths: Array(widths.suffix(scales)), textWidth: model.transformer.width, hiddenWidth: parameters.hiddenWidth,
            styleHiddenWidth: parameters.styleHiddenWidth, imageTokens: parameters.imageTokens,
            ownMixtures: parameters.ownMixtures && parameters.imageTokens > 1)
        try require(contextLength: shape.contextLength, by: "scales or imageTokens", model: model)
        self.parameters = parameters
        self.model = model
        self.widths = widths
        (self.training, self.validation, self.target) = (training, validation, target)
        pairPrompts = try ClassPrompts(classNames: classNames, contexts: Self.pairContexts(shape), model: model)
        prompts = try ClassPrompts(classNames: classNames, contextLength: shape.contextLength, model: model)
        self.shape = shape
        course = Course(
            Descent(
                StyleProjectors(shape, seed: parameters.seed).parameters,
                learns: shape.isOfFirstLayer.map { parameters.trainsFirstLayers || !$0 },
                by: Adam(weightDecay: Float(parameters.weightDecay))),
            measuring: [
                "loss", "cross-entropy", "style mapping loss", "entropy", "divergence", "training accuracy",
                "validation accuracy",
            ])
    }

    public static var access: ImageAccess<Self> { .fixedFeatures }
    public var epochs: Int { parameters.epochs }
    public var seed: Int { parameters.seed }
    var validated: (from: Int, every: Int) { (1, parameters.validateEvery) }

    func rate(step: Int, of steps: Int) -> Float {
        LearningRateSchedule(
            base: Float(parameters.learningRate), epochs: parameters.epochs,
            warmUp: .linear(from: Float(parameters.warmUpLearningRate)), warmUpEpochs: parameters.warmUp
        ).rate(epoch: epoch, step: step, of: steps, pace: parameters.pace)
    }

    /// As many as there are whole batches of source images, or as `stepsPerEpoch` says; each with as many target images.
    func batches() -> Batches<AdaptationBatch> {
        let (seed, size) = (parameters.seed, parameters.batchSize)
        func passes(over count: Int, _ purpose: String) -> Passes {
            Passes(over: count, batchesOf: size, seed: seed, purpose, epoch: epoch)
        }
        var sources = passes(over: training.count, "source batches")
        var targets = passes(over: target.count, "target batches")
        let count = parameters.stepsPerEpoch > 0 ? parameters.stepsPerEpoch : training.count / size
        return Batches(count: count) { [training, target, epoch] step in
            var views = RandomStream(seed: UInt64(seed), purpose: "views", epoch, step)
            let own = sources.batch(step), others = targets.batch(step)
            let (source, sourceStatistics) = training.styledViews(of: own, using: &views)
            let (target, targetStatistics) = target.styledViews(of: others, using: &views)
            return AdaptationBatch(
                source: source, sourceStatistics: sourceStatistics, labels: own.map { training.labels[$0] },
                target: target, targetStatistics: targetStatistics)
        }
    }

    mutating func take(_ batch: AdaptationBatch, learningRate: Float) -> [Double] {
        let (losses, _) = update(batch, learningRate: learningRate)
        return [losses.total, losses.crossEntropy, losses.styleMapping, losses.entropy, losses.divergence]
            .map { Double($0.value.scalar) } + [accuracy(losses.sourceLogits.value.rowMaxima, labels: batch.labels)]
    }

    /// One step of Adam on a batch.
    /// - Returns: the losses before it, and the gradients of the projectors' parameters; none of those that do not learn.
    package mutating func update(
        _ batch: AdaptationBatch, learningRate: Float
    ) -> (losses: AdaptationLosses, gradients: [Tensor]) {
        let (projectors, widths, prompts, model, weights) = (projectors, widths, pairPrompts, model, parameters)
        var losses: AdaptationLosses?
        let step = course.learner.step(learningRate: learningRate) { p in
            let ofBatch = Self.losses(
                of: batch, projectors, p, widths: widths, prompts: prompts, model: model, weights: weights)
            losses = ofBatch.detached
            return ofBatch.total
        }
        return (losses!, step.gradients)
    }

    /// Each image alone.
    func validate() -> [Float] {
        guard let styles = validation.styles else { return [.nan] }
        let predictions = probabilities(
            of: validation.center, draws: [projectors.prompts(styles, sourceTokens: .mapped)], classes: prompts,
            model: model
        ).predictions
        return [Float(accuracy(predictions, labels: validation.labels))]
    }

    /// What is learned so far.
    package var projectors: StyleProjectors { StyleProjectors(shape, parameters: course.learner.parameters) }

    /// The projectors of the epoch that was best on the source domain's validation images.
    public var result: (projectors: StyleProjectors, validationAccuracy: Double) {
        let (parameters, accuracy) = course.result
        return (StyleProjectors(shape, parameters: parameters), accuracy)
    }

    public var weights: TrainedWeights { (result.projectors.tensors, result.validationAccuracy) }
}

extension AdaptationLosses {
    /// The values alone: what they were computed from is gone with their tape.
    fileprivate var detached: AdaptationLosses {
        AdaptationLosses(
            crossEntropy: crossEntropy.detached, styleMapping: styleMapping.detached, entropy: entropy.detached,
            divergence: divergence.detached, total: total.detached, sourceLogits: sourceLogits.detached)
    }
}

import CLIP
import Tensors

/// AD-CLIP (Singha et al., ICCV workshops 2023): adapts prompts from a labelled source domain to an unlabelled target domain.
///
/// Every image has a prompt of its own, whose vectors small networks make of the statistics of the image encoder's blocks:
/// tokens of the source domain's style, of the target domain's style, and of what the image shows. For images that are alone
/// the style mapping stands for the source domain.
public struct ADCLIP: Training {
    public let parameters: Parameters
    let model: CLIPText
    /// Of a pair of images, one of each domain.
    let pairPrompts: ClassPrompts
    /// Of an image alone.
    let prompts: ClassPrompts
    let training: FeatureSet, validation: FeatureSet, target: UnlabelledFeatures
    let widths: [Int]

    public private(set) var epoch = 0
    public private(set) var history = TrainingHistory([
        "loss", "cross-entropy", "style mapping loss", "entropy", "divergence", "training accuracy", "validation accuracy",
    ])
    package private(set) var projectors: StyleProjectors
    private var optimizer: Adam
    private var best: Best<[Tensor]>?
    public var kept: KeptEpoch? { best?.kept }

    /// Prepares to learn.
    ///
    /// - Parameters:
    ///   - training: the source domain's labelled images, with block statistics.
    ///   - validation: more of them, which choose the epoch, each classified as an image alone.
    ///   - target: the target domain's images, with block statistics. Nothing else of the target is seen.
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
        projectors = StyleProjectors(shape, seed: parameters.seed)
        optimizer = Adam(weightDecay: Float(parameters.weightDecay))
    }

    public var epochs: Int { parameters.epochs }

    var stepsPerEpoch: Int {
        parameters.stepsPerEpoch > 0 ? parameters.stepsPerEpoch : training.count / parameters.batchSize
    }

    private var schedule: LearningRateSchedule {
        LearningRateSchedule(
            base: Float(parameters.learningRate), epochs: parameters.epochs,
            warmUp: .linear(from: Float(parameters.warmUpLearningRate)), warmUpEpochs: parameters.warmUp)
    }

    /// As many steps as there are whole batches of source images, or as `stepsPerEpoch` says; each with as many target images.
    public mutating func runEpoch() throws(PromptError) {
        let steps = stepsPerEpoch
        func passes(over count: Int, _ purpose: String) -> Passes {
            Passes(over: count, batchesOf: parameters.batchSize, seed: parameters.seed, purpose, epoch: epoch)
        }
        var sources = passes(over: training.count, "source batches")
        var targets = passes(over: target.count, "target batches")
        var sums = [Double](repeating: 0, count: 6)
        for step in 0..<steps {
            var views = RandomStream(seed: UInt64(parameters.seed), purpose: "views", epoch, step)
            let own = sources.batch(step), others = targets.batch(step)
            let (source, sourceStatistics) = training.styledViews(of: own, using: &views)
            let (target, targetStatistics) = target.styledViews(of: others, using: &views)
            let batch = AdaptationBatch(
                source: source, sourceStatistics: sourceStatistics, labels: own.map { training.labels[$0] },
                target: target, targetStatistics: targetStatistics)
            let rate = schedule.rate(epoch: epoch, step: step, of: steps, pace: parameters.pace)
            let (losses, _) = update(batch, learningRate: rate)
            let measured = [
                losses.total, losses.crossEntropy, losses.styleMapping, losses.entropy, losses.divergence,
            ].map { Double($0.value.scalar) } + [accuracy(losses.sourceLogits.value.rowMaxima, labels: batch.labels)]
            guard measured.allSatisfy(\.isFinite) else {
                throw .notFinite(quantity: "loss", epoch: epoch, step: step, learningRate: rate)
            }
            for (index, value) in measured.enumerated() { sums[index] += value / Double(steps) }
        }
        var reached = Float.nan
        if (epoch + 1).isMultiple(of: parameters.validateEvery) || epoch + 1 == epochs {
            reached = validate()
            guard reached.isFinite else {
                throw .divergedBetweenSteps(quantity: "the scores of validation images", epoch: epoch + 1)
            }
            best = .updated(best, score: reached, epoch: epoch, learned: projectors.parameters)
        }
        history.append(sums.map { Float($0) } + [reached])
        epoch += 1
    }

    /// One step of Adam on a batch.
    /// - Returns: the losses before it, and the gradients of the projectors' parameters; none of those that do not learn.
    package mutating func update(
        _ batch: AdaptationBatch, learningRate: Float
    ) -> (losses: AdaptationLosses, gradients: [Tensor]) {
        let tape = Tape()
        let learns = projectors.shape.isOfFirstLayer.map { parameters.trainsFirstLayers || !$0 }
        let p = zip(projectors.parameters, learns).map { $1 ? tape.parameter($0) : Variable($0) }
        let losses = Self.losses(
            of: batch, projectors, p, widths: widths, prompts: pairPrompts, model: model, weights: parameters)
        let learning = learns.indices.filter { learns[$0] }
        let gradients = tape.gradients(of: losses.total, for: learning.map { p[$0] })
        var moved = learning.map { projectors.parameters[$0] }
        optimizer.update(&moved, gradients: gradients, learningRate: learningRate)
        for (index, tensor) in zip(learning, moved) { projectors.parameters[index] = tensor }
        return (losses.detached, gradients)
    }

    /// The accuracy on validation images, each alone; NaN where scores are not finite.
    private func validate() -> Float {
        guard let styles = validation.styles else { return .nan }
        let predictions = classify(
            validation.center, draws: [projectors.prompts(styles, sourceTokens: .mapped)], classes: prompts, model: model)
        guard predictions.allSatisfy(\.probability.isFinite) else { return .nan }
        return Float(accuracy(predictions.map(\.label), labels: validation.labels))
    }

    /// What was learned.
    public struct Result: Sendable {
        public var projectors: StyleProjectors
        /// On the source domain's validation images, in the epoch it was kept from.
        public var validationAccuracy: Double
        public var epoch: Int
    }

    /// The projectors of the epoch that was best on the source domain's validation images.
    public var result: Result {
        guard let best else { return Result(projectors: projectors, validationAccuracy: .nan, epoch: -1) }
        return Result(
            projectors: StyleProjectors(projectors.shape, parameters: best.learned),
            validationAccuracy: Double(best.score), epoch: best.epoch)
    }

    public var state: [String: Tensor] {
        var state: [String: Tensor] = ["epoch": Tensor(Float(epoch)), "history": history.tensor]
        state.set("parameters", projectors.parameters)
        state.set("means", optimizer.moments.means)
        state.set("squares", optimizer.moments.squares)
        state["steps"] = Tensor(Float(optimizer.moments.steps))
        if let best {
            state.set("best", best.learned)
            state.set(best)
        }
        return state
    }

    public mutating func restore(_ state: [String: Tensor]) throws(PromptError) {
        let shapes = projectors.shape.parameterShapes
        func ofShape(_ name: String) throws(PromptError) -> [Tensor] {
            let tensors = state.list(name)
            guard tensors.map(\.shape) == shapes else { throw .foreignCheckpoint(missing: name) }
            return tensors
        }
        epoch = try state.number("epoch")
        try history.restore(state.required("history"))
        projectors.parameters = try ofShape("parameters")
        optimizer.moments.steps = try state.number("steps")
        optimizer.moments.means = state.list("means")
        optimizer.moments.squares = state.list("squares")
        best = try state.best { () throws(PromptError) in try ofShape("best") }
    }
}

extension AdaptationLosses {
    /// The values alone: what they were computed from is gone with their tape.
    fileprivate var detached: AdaptationLosses {
        AdaptationLosses(
            crossEntropy: crossEntropy.detached, styleMapping: styleMapping.detached, entropy: entropy.detached,
            divergence: divergence.detached, total: total.detached, sourceLogits: sourceLogits.detached)
    }
}

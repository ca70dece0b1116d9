import CLIP
import Tensors

/// Stage II of Soft Prompt Generation: teaches a generator to write the prompt of an image's domain from its feature.
///
/// A least-squares GAN: the discriminator sees (label prompt of the image's domain, feature) as real and (generated prompt,
/// feature of another batch) as fake; the generator wants its prompts taken for real (paper, section 3.3).
public struct ConditionalGAN: FeatureTraining {
    public let parameters: Parameters
    let model: CLIPText
    let prompts: ClassPrompts
    /// One label prompt per source domain, flat: `[domains, P]`.
    let labelPrompts: Tensor
    public var training: FeatureSet
    let validation: FeatureSet

    public private(set) var epoch = 0
    public private(set) var history = TrainingHistory([
        "generator loss", "discriminator loss", "label error", "draw spread", "validation accuracy",
    ])
    private var pair: AdversarialPair
    private var best: Best<Generator>?
    public var kept: KeptEpoch? { best?.kept }

    /// Prepares to train on the images of some source domains.
    ///
    /// - Parameters:
    ///   - labelPrompts: the prompt of each source domain, `[M, width]`; `training.domains` index them.
    public init(
        _ parameters: Parameters, model: CLIPText, classNames: [String], labelPrompts: [Tensor], training: FeatureSet,
        validation: FeatureSet
    ) throws(PromptError) {
        try require(training: training, validation: validation, batchSize: parameters.batchSize, model: model)
        let (contextLength, width) = (labelPrompts[0].rows, labelPrompts[0].columns)
        guard width == model.transformer.width else { throw .widths(prompt: width, text: model.transformer.width) }
        self.parameters = parameters
        self.model = model
        self.training = training
        self.validation = validation
        self.labelPrompts = .stacked(labelPrompts.map { $0.reshaped([1, contextLength * width]) })
        prompts = try ClassPrompts(classNames: classNames, contextLength: contextLength, model: model)
        pair = AdversarialPair(
            parameters, featureDimension: training.center.columns, contextLength: contextLength, width: width)
    }

    public var epochs: Int { parameters.epochs }

    public mutating func runEpoch() throws(PromptError) {
        let seed = UInt64(parameters.seed)
        let batches = parameters.batches(of: training.domains)
        let rate = parameters.schedule.rate(epoch: epoch)
        let steps = batches.stepsPerEpoch
        var generatorLoss: Float = 0, discriminatorLoss: Float = 0
        for step in 0..<steps {
            var views = RandomStream(seed: seed, purpose: "views", epoch, step)
            let real = batches.real(epoch: epoch, step: step), fake = batches.fake(epoch: epoch, step: step)
            let losses = pair.update(
                realFeatures: training.views(of: real, using: &views),
                realPrompts: labelPrompts.gatheringRows(real.map { training.domains[$0] }),
                fakeFeatures: training.views(of: fake, using: &views),
                noise: noise(fake.count) { RandomStream(seed: seed, purpose: "noise", epoch, step, $0) },
                masks: (0..<4).map { RandomStream(seed: seed, purpose: "dropout \($0)", epoch, step) },
                learningRate: rate)
            guard losses.generator.isFinite, losses.discriminator.isFinite else {
                throw .notFinite(quantity: "GAN's loss", epoch: epoch, step: step, learningRate: rate)
            }
            generatorLoss += losses.generator / Float(steps)
            discriminatorLoss += losses.discriminator / Float(steps)
        }
        let isMeasured = (epoch + 1) % parameters.validateEvery == 0 || epoch + 1 == epochs
        let measured = isMeasured ? validate() : [.nan, .nan, .nan]
        guard !isMeasured || measured.allSatisfy(\.isFinite) else {
            throw .divergedBetweenSteps(quantity: "the measurements on validation images", epoch: epoch + 1)
        }
        history.append([generatorLoss, discriminatorLoss] + measured)
        if isMeasured { best = .updated(best, score: measured[2], epoch: epoch, learned: pair.generator) }
        epoch += 1
    }

    /// On the validation images: how far prompts are from their domain's label (root mean square over all numbers), how
    /// far two draws for one image differ (likewise, as a standard deviation), and the accuracy with one draw.
    private func validate() -> [Float] {
        let seed = UInt64(parameters.seed)
        func draw(_ number: Int) -> Tensor {
            pair.generator.prompts(
                noise: noise(validation.count) {
                    RandomStream(seed: seed, purpose: "validation noise \(number)", epoch, $0)
                },
                features: validation.center)
        }
        let first = draw(0), second = draw(1)
        let error = first - labelPrompts.gatheringRows(validation.domains)
        let difference = first - second
        let count = Double(first.count)
        let predictions = classify(validation.center, draws: [first], classes: prompts, model: model)
        return [
            Float((error.squaredNorm / count).squareRoot()),
            Float((difference.squaredNorm / count / 2).squareRoot()),
            predictions.allSatisfy(\.probability.isFinite)
                ? Float(accuracy(predictions.map(\.label), labels: validation.labels)) : .nan,
        ]
    }

    private func noise(_ count: Int, _ stream: (Int) -> RandomStream) -> Tensor {
        latentNoise(count, dimension: parameters.latentDimension, stream)
    }

    /// The generator of the epoch that was best on the validation images.
    public var result: Result {
        guard let best else { return Result(generator: pair.generator, validationAccuracy: .nan, epoch: -1) }
        return Result(generator: best.learned, validationAccuracy: Double(best.score), epoch: best.epoch)
    }

    /// A trained generator.
    public struct Result: Sendable {
        public var generator: Generator
        /// On the validation images of the source domains, in the epoch it was kept from.
        public var validationAccuracy: Double
        public var epoch: Int
    }

    public var state: [String: Tensor] {
        var state = pair.state
        state["epoch"] = Tensor(Float(epoch))
        state["history"] = history.tensor
        if let best {
            for (name, tensor) in best.learned.tensors { state["best." + name] = tensor }
            state.set(best)
        }
        return state
    }

    public mutating func restore(_ state: [String: Tensor]) throws(PromptError) {
        epoch = try state.number("epoch")
        try history.restore(state.required("history"))
        try pair.restore(state)
        best = try state.best { () throws(PromptError) in try pair.generator(in: state, under: "best.") }
    }
}

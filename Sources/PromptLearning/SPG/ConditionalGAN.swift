import CLIP
import Tensors

/// Stage II of Soft Prompt Generation: teaches a generator to write the prompt of an image's domain from its feature.
///
/// A least-squares GAN: the discriminator sees (label prompt of the image's domain, feature) as real and (generated prompt,
/// feature of another batch) as fake; the generator wants its prompts taken for real (paper, section 3.3).
public struct ConditionalGAN: SteppedTraining, FeatureTraining, WeightTraining {
    public let parameters: Parameters
    public var training: FeatureSet
    /// Its labels are the label prompts, flat: `[domains, P]`.
    let validation: LabelMeasurement

    var course: Course<AdversarialPair>

    /// Prepares to train on the images of some source domains.
    ///
    /// - Parameters:
    ///   - parameters: what decides what is learned.
    ///   - model: the text side of CLIP that the prompts are for.
    ///   - classNames: as the data set writes them.
    ///   - labelPrompts: the prompt of each source domain, `[M, width]`; `training.domains` index them.
    ///   - training: the images to learn from; their augmented views are used where there are any.
    ///   - validation: the images that choose the epoch.
    /// - Throws: `tooFewImages`, `noValidationImages` or `dimensions` if nothing can be learned from the images;
    ///   `widths` or `tooLong` if the label prompts or a class's prompt do not fit the model.
    public init(
        _ parameters: Parameters, model: CLIPText, classNames: [String], labelPrompts: [Tensor], training: FeatureSet,
        validation: FeatureSet
    ) throws(PromptError) {
        try require(training: training, validation: validation, batchSize: parameters.batchSize, model: model)
        let (contextLength, width) = (labelPrompts[0].rows, labelPrompts[0].columns)
        guard width == model.transformer.width else { throw .widths(prompt: width, text: model.transformer.width) }
        self.parameters = parameters
        self.training = training
        self.validation = LabelMeasurement(
            images: validation, labels: .stacked(labelPrompts.map { $0.reshaped([1, contextLength * width]) }),
            prompts: try ClassPrompts(classNames: classNames, contextLength: contextLength, model: model), model: model,
            seed: parameters.seed)
        course = Course(
            AdversarialPair(
                parameters, featureDimension: training.center.columns, contextLength: contextLength, width: width),
            measuring: ["generator loss", "discriminator loss"] + LabelMeasurement.names)
    }

    /// What a step sees: images with their domains' label prompts, others that prompts are generated for, and chance.
    struct Batch {
        var realFeatures: Tensor, realPrompts: Tensor, fakeFeatures: Tensor, noise: Tensor
        var masks: [RandomStream]
    }

    func batches() -> Batches<Batch> {
        let batches = parameters.batches(of: training.domains), labels = validation.labels
        let (seed, latentDimension) = (parameters.seed, parameters.latentDimension)
        return Batches(count: batches.stepsPerEpoch) { [training, epoch] step in
            let chance = StepChance(seed: seed, epoch: epoch, step: step)
            var views = chance.stream("views")
            let real = batches.real(epoch: epoch, step: step), fake = batches.fake(epoch: epoch, step: step)
            return Batch(
                realFeatures: training.views(of: real, using: &views),
                realPrompts: labels.gatheringRows(real.map { training.domains[$0] }),
                fakeFeatures: training.views(of: fake, using: &views),
                noise: latentNoise(fake.count, dimension: latentDimension) { chance.stream("noise", $0) },
                masks: (0..<4).map { chance.stream("dropout \($0)") })
        }
    }

    mutating func take(_ batch: Batch, learningRate: Float) -> [Float] {
        let losses = course.learner.update(
            realFeatures: batch.realFeatures, realPrompts: batch.realPrompts, fakeFeatures: batch.fakeFeatures,
            noise: batch.noise, masks: batch.masks, learningRate: learningRate)
        return [losses.generator, losses.discriminator]
    }

    func validate() -> [Float] { validation.measured(course.learner.generator, epoch: epoch) }

    /// The generator of the epoch that was best on the validation images of the source domains, and its accuracy there.
    public var result: (generator: Generator, validationAccuracy: Double) {
        let (generator, accuracy) = course.result
        return (generator, accuracy)
    }

    public var weights: TrainedWeights { (result.generator.tensors, result.validationAccuracy) }
}

import CLIP
import Tensors

/// Conditional Context Optimization (Zhou et al., CVPR 2022): context vectors shared by all classes, and a network that moves
/// them for each image, learned together by cross-entropy.
public struct CoCoOp: SteppedTraining, FeatureTraining, PooledTraining, WeightTraining {
    public let parameters: Parameters
    let model: CLIPText
    let prompts: ClassPrompts
    public var training: FeatureSet
    let validation: FeatureSet

    var course: Course<Descent<SGD>>

    /// Prepares to learn from the images of one domain, or of several; the parameters are `PooledTraining`'s.
    /// - Throws: what `PooledTraining` says.
    public init(
        _ parameters: Parameters, model: CLIPText, classNames: [String], training: FeatureSet, validation: FeatureSet
    ) throws(PromptError) {
        try require(training: training, validation: validation, batchSize: parameters.batchSize, model: model)
        (self.parameters, self.model, self.training, self.validation) = (parameters, model, training, validation)
        let context = try initialContext(
            words: parameters.context, length: parameters.contextLength, seed: parameters.seed, model: model)
        prompts = try ClassPrompts(classNames: classNames, contextLength: parameters.contextLength, model: model)
        let start = ConditionalContext.initial(
            context: context, featureDimension: training.center.columns, seed: parameters.seed)
        course = Course(
            Descent(start, momentum: parameters.momentum, weightDecay: parameters.weightDecay),
            measuring: ["loss", "training accuracy", "validation accuracy"])
    }

    var validated: (from: Int, every: Int) { (1, parameters.validateEvery) }

    mutating func take(_ batch: LabelledBatch, learningRate: Float) -> [Double] {
        let measured = update(images: batch.images, labels: batch.labels, learningRate: learningRate)
        return [Double(measured.step.loss), measured.accuracy]
    }

    /// One step of gradient descent on a batch.
    ///
    /// - Parameter images: unit features, `[batch, F]`.
    package mutating func update(
        images: Tensor, labels: [Int], learningRate: Float
    ) -> (step: DescentStep, accuracy: Double) {
        let (prompts, model) = (prompts, model)
        return course.learner.step(learningRate: learningRate, labels: labels) { p in
            let contexts = ConditionalContext.contexts(of: images, parameters: p)  // [batch · M, width]
            let text = prompts.textFeatures(contexts, model: model)  // [batch · classes, F]
            return ownScaledProduct(images, text, scale: model.logitScale)
        }
    }

    func validate() -> [Float] {
        let context = ConditionalContext(parameters: current)
        let predictions = probabilities(
            of: validation.center,
            draws: [context.prompts(noise: Tensor([validation.count, 0]), features: validation.center)],
            classes: prompts, model: model
        ).predictions
        return [Float(accuracy(predictions, labels: validation.labels))]
    }

    /// What the values are now, in the order of `ConditionalContext.parameterNames`.
    package var current: [Tensor] { course.learner.parameters }

    /// The prompt of the epoch that was best on the validation images.
    public var result: (context: ConditionalContext, validationAccuracy: Double) {
        (ConditionalContext(parameters: course.result.learned), course.result.validationAccuracy)
    }

    public var weights: TrainedWeights { (result.context.tensors, result.validationAccuracy) }
}

import CLIP
import Tensors

/// Stage I of Dual-Path Stable Soft Prompt Generation (Zhang et al. 2025): for one domain a prompt that is like an
/// image's class, and one that is like all classes but the image's.
///
/// The positive context is CoOp's, learned by cross-entropy. The negative one is learned by the binary cross-entropy of
/// every class's logit against 1 − one-hot, in which the positive terms, C − 1 of the C, have the weight C − 1.
public struct DualCoOp: SteppedTraining, FeatureTraining, PooledTraining, WeightTraining {
    /// Two learned contexts, each `[M, width]`.
    public struct Contexts: Sendable {
        public var positive: Tensor, negative: Tensor

        /// Contexts `[M, width]` each.
        public init(positive: Tensor, negative: Tensor) {
            (self.positive, self.negative) = (positive, negative)
        }
    }

    public let parameters: Parameters
    private let model: CLIPText
    private let prompts: ClassPrompts
    public var training: FeatureSet
    private let validation: FeatureSet

    /// Of the positive context and the negative one.
    var course: Course<Descent<SGD>>

    /// Prepares to learn the prompts of some images; the parameters are `PooledTraining`'s.
    /// - Throws: what `PooledTraining` says.
    public init(
        _ parameters: Parameters, model: CLIPText, classNames: [String], training: FeatureSet, validation: FeatureSet
    ) throws(PromptError) {
        try require(training: training, validation: validation, batchSize: parameters.batchSize, model: model)
        (self.parameters, self.model, self.training, self.validation) = (parameters, model, training, validation)
        func start(_ words: String, _ purpose: String) throws(PromptError) -> Tensor {
            try initialContext(
                words: words, length: parameters.contextLength, seed: parameters.seed, purpose: purpose, model: model)
        }
        // Before prompts, which would be made of any length.
        let contexts = [
            try start(parameters.context, "context"), try start(parameters.negativeContext, "negative context"),
        ]
        course = Course(
            Descent(contexts, momentum: parameters.momentum, weightDecay: parameters.weightDecay),
            measuring: ["loss", "positive loss", "negative loss", "validation accuracy"])
        prompts = try ClassPrompts(classNames: classNames, contextLength: parameters.contextLength, model: model)
    }

    mutating func take(_ batch: LabelledBatch, learningRate: Float) -> [Float] {
        let losses = update(images: batch.images, labels: batch.labels, learningRate: learningRate)
        return [losses.positive, losses.negative]
    }

    func measurements(_ means: [Float]) -> [Float] { [means[0] + means[1]] + means }

    /// One step of gradient descent on a batch.
    ///
    /// - Parameter images: unit features, `[batch, dimension]`.
    package mutating func update(
        images: Tensor, labels: [Int], learningRate: Float
    ) -> (step: DescentStep, positive: Float, negative: Float) {
        let (prompts, model) = (prompts, model)
        var others = Tensor([labels.count, prompts.classCount], repeating: 1)
        for (row, label) in labels.enumerated() { others[row, label] = 0 }
        var losses: (positive: Float, negative: Float) = (0, 0)
        let step = course.learner.step(learningRate: learningRate) { contexts in
            let logits = contexts.map {
                scaledProduct(Variable(images), prompts.textFeatures($0, model: model), scale: model.logitScale)
            }
            let positive = crossEntropy(logits[0], labels: labels)
            let negative = binaryCrossEntropy(logits[1], targets: others, positiveWeight: Float(prompts.classCount - 1))
            losses = (positive.value.scalar, negative.value.scalar)
            return sum(positive, negative)
        }
        return (step, losses.positive, losses.negative)
    }

    /// By the difference of positive and negative logits.
    func validate() -> [Float] {
        func cosines(_ context: Tensor) -> Tensor {
            Tensor.product(
                validation.center, prompts.textFeatures(Variable(context), model: model).value, transposingB: true)
        }
        let contexts = course.learner.parameters
        return [Float(accuracy(cosines(contexts[0]) - cosines(contexts[1]), labels: validation.labels))]
    }

    /// The contexts of the epoch that was best on the validation images.
    public var result: (contexts: Contexts, validationAccuracy: Double) {
        let (contexts, accuracy) = course.result
        return (Contexts(positive: contexts[0], negative: contexts[1]), accuracy)
    }

    public var weights: TrainedWeights {
        let (contexts, accuracy) = result
        return (["positive": contexts.positive, "negative": contexts.negative], accuracy)
    }
}

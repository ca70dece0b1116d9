import CLIP
import Tensors

/// Context Optimization (Zhou et al., IJCV 2022): learns the words around the class name as vectors, by cross-entropy.
///
/// On the images of one domain this is stage I of Soft Prompt Generation: the domain's prompt.
public struct CoOp: SteppedTraining, FeatureTraining, PooledTraining {
    public let parameters: Parameters
    let model: CLIPText
    let prompts: ClassPrompts
    public var training: FeatureSet
    let validation: FeatureSet
    /// What the classes' text features are kept near; nil if they are free.
    private let anchor: TextAnchor?

    var course: Course<Descent<SGD>>

    /// Prepares to learn the prompt of some images; the parameters are `PooledTraining`'s.
    /// - Throws: what `PooledTraining` says.
    public init(
        _ parameters: Parameters, model: CLIPText, classNames: [String], training: FeatureSet, validation: FeatureSet
    ) throws(PromptError) {
        try self.init(
            parameters, model: model, classNames: classNames, training: training, validation: validation, anchor: nil)
    }

    init(
        _ parameters: Parameters, model: CLIPText, classNames: [String], training: FeatureSet, validation: FeatureSet,
        anchor: TextAnchor?
    ) throws(PromptError) {
        try require(training: training, validation: validation, batchSize: parameters.batchSize, model: model)
        (self.parameters, self.model, self.training, self.validation) = (parameters, model, training, validation)
        self.anchor = anchor
        // Before prompts, which would be made of any length.
        let contexts = try initialContext(
            words: parameters.context, length: parameters.contextLength,
            copies: parameters.classSpecificContexts ? classNames.count : 1, seed: parameters.seed, model: model)
        course = Course(
            Descent([contexts], momentum: parameters.momentum, weightDecay: parameters.weightDecay),
            measuring: ["loss", "training accuracy", "validation accuracy"])
        prompts = try ClassPrompts(
            classNames: classNames, contextLength: parameters.contextLength, position: parameters.classTokenPosition,
            classSpecific: parameters.classSpecificContexts, model: model)
    }

    public var epochs: Int { parameters.epochs }

    mutating func take(_ batch: LabelledBatch, learningRate: Float) -> [Double] {
        let measured = update(images: batch.images, labels: batch.labels, learningRate: learningRate)
        return [Double(measured.step.loss), measured.accuracy]
    }

    /// One step of gradient descent on a batch.
    ///
    /// - Parameter images: unit features, `[batch, dimension]`.
    package mutating func update(
        images: Tensor, labels: [Int], learningRate: Float
    ) -> (step: DescentStep, accuracy: Double) {
        let (prompts, model, anchor) = (prompts, model, anchor)
        return course.learner.step(learningRate: learningRate, labels: labels) { contexts in
            // [M, width] or [classes · M, width]
            let text = prompts.textFeatures(contexts[0], model: model)  // [classes, dimension]
            return (scaledProduct(Variable(images), text, scale: model.logitScale), anchor?.loss(of: text))
        }
    }

    func validate() -> [Float] {
        let text = prompts.textFeatures(Variable(course.learner.parameters[0]), model: model).value
        return [Float(accuracy(Tensor.product(validation.center, text, transposingB: true), labels: validation.labels))]
    }

    /// The context vectors of the epoch that was best on the validation images: `[M, width]`; `[classes · M, width]` where they
    /// are class-specific.
    public var prompt: (contexts: Tensor, validationAccuracy: Double) {
        (course.result.learned[0], course.result.validationAccuracy)
    }
}

import CLIP
import Tensors

/// A method that learns prompt tokens of the image encoder, and perhaps of the text encoder with them.
public protocol VisionPromptMethod: Sendable {
    associatedtype Parameters: VisionTrainingParameters

    /// Prompts to learn from.
    /// - Parameters:
    ///   - parameters: what decides what is learned.
    ///   - classNames: as the data set writes them.
    ///   - model: the text side that the prompts are for.
    ///   - encoder: the image side.
    /// - Throws: `PromptError` where prompts do not fit the encoders.
    init(
        _ parameters: Parameters, classNames: [String], model: CLIPText, encoder: PromptedVisionTransformer
    ) throws(PromptError)

    /// What is learned, by the names of the authors' state dict: as it is now, or as learning starts.
    var learned: [(name: String, value: Tensor)] { get set }
    /// What both encoders are given.
    /// - Parameter learned: the values of `learned`, in their order.
    func inputs(_ learned: [Variable]) -> VisionPromptInputs
}

/// What a method gives the two encoders.
public struct VisionPromptInputs {
    /// The prompts of the image encoder's first layer, `[m, width]`, and of the layers that follow.
    var prompts: Variable, deeper: [Variable]
    /// The text features of every class at unit length, `[classes, dimension]`.
    var text: Variable
}

extension VisionPromptMethod {
    /// Takes over what was learned before: the tensors with the names of what is learned, in the same shapes.
    /// - Throws: `PromptError.prompts` for the first one that is missing or does not fit.
    mutating func take(_ tensors: [String: Tensor]) throws(PromptError) {
        for index in learned.indices {
            let (name, value) = learned[index]
            guard let tensor = tensors[name] else { throw .prompts("the tensor “\(name)” is missing") }
            guard tensor.shape == value.shape else {
                throw .prompts("the tensor “\(name)” has the shape \(tensor.shape), and the model takes \(value.shape)")
            }
            learned[index].value = tensor
        }
    }

    /// What is learned, as an artifact keeps it.
    public var tensors: [String: Tensor] {
        Dictionary(uniqueKeysWithValues: learned.map { ($0.name, $0.value) })
    }
}

/// A CLIP with prompts in its encoders, ready to classify.
public struct VisionPromptedCLIP<Method: VisionPromptMethod>: Sendable {
    public var method: Method
    let encoder: PromptedVisionTransformer
    let logitScale: Float

    public init(_ method: Method, encoder: PromptedVisionTransformer, logitScale: Float) {
        (self.method, self.encoder, self.logitScale) = (method, encoder, logitScale)
    }

    /// The same with other prompts.
    /// - Parameter values: in the order of what is learned.
    func learned(_ values: [Tensor]) -> VisionPromptedCLIP {
        var model = self
        for (index, value) in values.enumerated() { model.method.learned[index].value = value }
        return model
    }

    /// - Parameter learned: in the order of what is learned.
    /// - Returns: `[batch, classes]`.
    func logits(of pixels: Tensor, _ learned: [Variable]) -> Variable {
        let inputs = method.inputs(learned)
        return scaledProduct(features(of: pixels, inputs), inputs.text, scale: logitScale)
    }

    /// Unit features: `[batch, dimension]`.
    private func features(of pixels: Tensor, _ inputs: VisionPromptInputs) -> Variable {
        Profile.measure(.encode) {
            normalizedRows(
                encoder(
                    pixels, prompts: inputs.prompts, deeper: inputs.deeper,
                    activationBytes: ActivationBudget.bytes / 4 * 3))
        }
    }

    /// Images that are encoded together where nothing is learned.
    private static var group: Int { 16 }

    /// The text features of all classes, `[classes, dimension]`, and the values of the prompts in the image encoder: what
    /// classifying needs of the method, made once for however many images.
    public struct Fixed: Sendable {
        fileprivate let prompts: Tensor, deeper: [Tensor], text: Tensor
    }

    public var fixed: Fixed {
        let inputs = method.inputs(method.learned.map { Variable($0.value) })
        return Fixed(prompts: inputs.prompts.value, deeper: inputs.deeper.map(\.value), text: inputs.text.value)
    }

    /// How probable each class is, as evaluation sees images.
    /// - Parameters:
    ///   - images: read as they are needed.
    ///   - fixed: of this model.
    ///   - progress: called with the images done so far.
    /// - Throws: `images` if an image cannot be read.
    public func probabilities(
        of images: ImageSet, _ fixed: Fixed, progress: (_ imagesDone: Int) -> Void = { _ in }
    ) throws(PromptError) -> ImageProbabilities {
        let inputs = VisionPromptInputs(
            prompts: Variable(fixed.prompts), deeper: fixed.deeper.map { Variable($0) }, text: Variable(fixed.text))
        let groups = stride(from: 0, to: images.count, by: Self.group).map {
            Array($0..<min($0 + Self.group, images.count))
        }
        let batches = images.pixels(of: groups, .center)
        var parts: [ImageProbabilities] = []
        for group in groups.indices {
            parts.append(
                PromptLearning.probabilities(
                    of: features(of: try batches.batch(group), inputs).value, text: fixed.text, logitScale: logitScale))
            progress(group * Self.group + groups[group].count)
        }
        return .joined(parts, classCount: fixed.text.rows)
    }
}

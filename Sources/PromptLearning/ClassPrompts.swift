import CLIP
import Tensors

/// The classes of a data set as prompts of one form, ready for the text transformer.
public struct ClassPrompts: Sendable {
    public let classNames: [String]
    public let layout: PromptLayout

    public var classCount: Int { classNames.count }

    /// Prompts [SOS][v1 … vM][class name][.][EOS] with learnable context vectors.
    ///
    /// - Parameters:
    ///   - classNames: as the data set writes them; underscores are read as spaces.
    ///   - contextLength: M.
    ///   - position: where the class name stands among the vectors.
    ///   - classSpecific: whether every class has M vectors of its own (CSC), one class's after another's.
    ///   - wordsBehind: the tokens of words that stand before every class name (MaPLe: of "a photo of a", two are learned).
    ///   - ending: what stands in place of the full stop.
    ///   - model: its tokenizer and the most tokens of a text.
    /// - Throws: `tooLong` if a class's prompt has more tokens than the model reads.
    public init(
        classNames: [String], contextLength: Int, position: PromptLayout.ClassTokenPosition = .end,
        classSpecific: Bool = false, wordsBehind: [Int] = [], ending: String = ".", model: some TextReader
    ) throws(PromptError) {
        let tokenizer = model.tokenizer
        try self.init(classNames: classNames, model: model) {
            PromptLayout(
                classNames: classNames.map { wordsBehind + tokenizer.encode(spoken($0)) }, contextLength: contextLength,
                position: position, classSpecific: classSpecific,
                startToken: tokenizer.startToken, fullStop: tokenizer.encode(ending), endToken: tokenizer.endToken)
        }
    }

    /// Prompts [SOS][context][class name][.][EOS] for each of several contexts that share vectors.
    ///
    /// - Parameters:
    ///   - classNames: as the data set writes them; underscores are read as spaces.
    ///   - contexts: which of the learnable vectors stand in each context, in their order. Text features are those of
    ///     all classes with the first context, then with the next.
    ///   - model: its tokenizer and the most tokens of a text.
    /// - Throws: `tooLong` if a class's prompt has more tokens than the model reads.
    public init(classNames: [String], contexts: [[Int]], model: some TextReader) throws(PromptError) {
        let tokenizer = model.tokenizer
        try self.init(classNames: classNames, model: model) {
            PromptLayout(
                classNames: classNames.map { tokenizer.encode(spoken($0)) }, contexts: contexts,
                startToken: tokenizer.startToken, fullStop: tokenizer.encode("."), endToken: tokenizer.endToken)
        }
    }

    /// Prompts of plain words, such as "a photo of a {}.".
    ///
    /// - Parameters:
    ///   - classNames: as the data set writes them; underscores are read as spaces.
    ///   - template: `{}` stands for the class name.
    ///   - model: its tokenizer and the most tokens of a text.
    /// - Throws: `templateWithoutPlace` if the template has no `{}`, `tooLong` if a class's prompt has more tokens than
    ///   the model reads.
    public init(classNames: [String], template: String, model: some TextReader) throws(PromptError) {
        guard template.contains("{}") else { throw .templateWithoutPlace(template) }
        let tokenizer = model.tokenizer
        try self.init(classNames: classNames, model: model) {
            PromptLayout(
                prompts: classNames.map { name in
                    let words = tokenizer.encode(template.replacing("{}", with: spoken(name)))
                    return [.token(tokenizer.startToken)] + words.map(PromptLayout.Item.token) + [.token(tokenizer.endToken)]
                })
        }
    }

    private init(classNames: [String], model: some TextReader, layout: () -> PromptLayout) throws(PromptError) {
        self.classNames = classNames
        self.layout = layout()
        for (prompt, end) in self.layout.ends.enumerated()
        where self.layout.positions[end] >= model.contextLength {
            throw .tooLong(
                className: classNames[prompt % classNames.count], tokens: self.layout.positions[end] + 1,
                contextLength: model.contextLength)
        }
    }

    /// The text features of every class at unit length, for every group of context vectors.
    ///
    /// - Parameters:
    ///   - contexts: `[groups · M, width]`, or `[groups · classes · M, width]` where they are class-specific; `[0, width]` for
    ///     prompts of plain words.
    ///   - deeper: the contexts of deeper layers (`TextTransformer`), each of the shape of `contexts`.
    ///   - activationBytes: the memory that the gradient may take of the text encoder's layers.
    ///   - model: whose text encoder reads the prompts.
    /// - Returns: `[groups · classes, dimension]`.
    public func textFeatures(
        _ contexts: Variable, deeper: [Variable] = [], activationBytes: Int = ActivationBudget.bytes, model: CLIPText
    ) -> Variable {
        Profile.measure(.textForward) {
            normalizedRows(
                model.transformer(layout, contexts: contexts, deeper: deeper, activationBytes: activationBytes))
        }
    }

    /// The text features of plain prompts at unit length: `[classes, dimension]`.
    public func textFeatures(model: CLIPText) -> Tensor {
        textFeatures(Variable(Tensor([0, model.transformer.width])), model: model).value
    }
}

/// A class name as it is spoken in a prompt.
private func spoken(_ className: String) -> String {
    className.replacing("_", with: " ")
}

/// Why prompts cannot be made or learned.
public enum PromptError: Error, CustomStringConvertible {
    case tooLong(className: String, tokens: Int, contextLength: Int)
    /// - Parameter by: the parameters that ask for so many vectors.
    case contextTooLong(asked: Int, contextLength: Int, by: String)
    case templateWithoutPlace(String)
    case contextLength(words: String, tokens: Int, asked: Int)
    case widths(prompt: Int, text: Int)
    case dimensions(features: Int, text: Int)
    case noStatistics(domain: String)
    case tooManyScales(asked: Int, blocks: Int)
    case heads(features: Int, heads: Int)
    case samePrompts
    /// - Parameter of: which images, "training" or "target".
    case tooFewImages(of: String, images: Int, batchSize: Int)
    case noValidationImages
    case noTargetImages
    case notFinite(quantity: String, epoch: Int, step: Int, learningRate: Float)
    /// A number of the training's state that is not finite after all steps of an epoch gave finite losses.
    case divergedBetweenSteps(quantity: String, epoch: Int)
    case foreignCheckpoint(missing: String)
    /// More layers with prompts than an encoder has.
    case tooDeep(asked: Int, layers: Int, of: String)
    case tooFewWords(words: String, tokens: Int, asked: Int)
    /// Images that are read on the way cannot be.
    case images(any Error)
    /// Prompts that were learned before do not fit the model.
    case prompts(String)

    /// Whether the numbers of a training ceased to be finite.
    public var isDivergence: Bool {
        switch self {
        case .notFinite, .divergedBetweenSteps: true
        default: false
        }
    }

    public var description: String {
        switch self {
        case .tooLong(let name, let tokens, let length):
            "The prompt of class “\(name)” takes \(tokens) tokens, but this text encoder reads \(length). "
                + "Use a shorter class name or fewer context vectors."
        case .contextTooLong(let asked, let length, let parameters):
            "\(asked) context vectors are asked for, but this text encoder reads \(length) tokens, the class name among them. "
                + "Lower \(parameters)."
        case .templateWithoutPlace(let template):
            "The template “\(template)” has no {} where the class name goes."
        case .contextLength(let words, let tokens, let asked):
            "The words “\(words)” are \(tokens) tokens, but contextLength asks for \(asked) context vectors. "
                + "Set contextLength to \(tokens), or context to \"\" for random vectors."
        case .widths(let prompt, let text):
            "The prompt's vectors have \(prompt) numbers, but the text encoder's have \(text): "
                + "they were made with different checkpoints."
        case .dimensions(let features, let text):
            "The images' features have \(features) numbers, but the text features have \(text): "
                + "they were made with different checkpoints."
        case .tooManyScales(let asked, let blocks):
            "scales asks for the last \(asked) blocks of the image encoder, which has \(blocks). Lower scales, or leave it at "
                + "0 for all of them."
        case .noStatistics(let domain):
            "The \(domain) domain's images have no block statistics of the other's encoder. Extract both with statistics "
                + "(statistics: true)."
        case .heads(let features, let heads):
            "The images' features have \(features) numbers, which the attention's \(heads) heads cannot share evenly. "
                + "Use another checkpoint, or SPG's generator."
        case .samePrompts:
            "The source domains' prompts are all the same: there is nothing between them to draw from. "
                + "Fit each domain a prompt of its own."
        case .tooFewImages(let kind, let images, let batchSize):
            "There are \(images) \(kind) images, fewer than one batch of \(batchSize). Lower batchSize, or add images."
        case .noValidationImages:
            "No image is left for validation, which chooses the epoch. Of a class with a single image in a domain, that image "
                + "trains, whatever trainFraction says: add images, or give split files that name some to validate."
        case .noTargetImages:
            "The target domain has no images to adapt to."
        case .notFinite(let quantity, let epoch, let step, let rate):
            "The \(quantity) is not a finite number in epoch \(epoch + 1), step \(step + 1), at a learning rate of "
                + "\(rate). Lower the learning rate or clip gradients."
        case .divergedBetweenSteps(let quantity, let epoch):
            "After the last step of epoch \(epoch), \(quantity) hold a number that is not finite. "
                + "Lower the learning rate or clip gradients."
        case .foreignCheckpoint(let missing):
            "The training checkpoint lacks \(missing): it was written by another version."
        case .tooDeep(let asked, let layers, let encoder):
            "depth asks for prompts in \(asked) layers, but the \(encoder) has \(layers). Lower depth."
        case .tooFewWords(let words, let tokens, let asked):
            "The words “\(words)” are \(tokens) tokens, but contextLength asks for \(asked) context vectors that start from "
                + "them. Lower contextLength, or set context to \"\" for random vectors."
        case .images(let error):
            "\(error)"
        case .prompts(let problem):
            "The prompts do not fit: \(problem)."
        }
    }
}

import ArtifactStore
import CLIP
import Datasets
import PromptLearning
import Tensors

/// A way to classify images: what `EvaluateStage` runs from store to store, and a `Model` on files of pictures.
///
/// What was learned is gathered out of a store first, and what classifies is made of that alone: so a bundle that holds it
/// classifies as the store does, to the last bit.
public protocol EvaluationMethod: StageMethod {
    associatedtype Parameters: CheckedParameters

    /// What making an artifact comes to.
    static func work(_ size: StageSize) -> Work

    /// What of an image it looks at.
    static var reads: ImageInput { get }

    /// Gathers what was learned.
    /// - Throws: `StageInputError` for artifacts that do not fit together; `StoreError`.
    static func learned(_ inputs: EvaluationInputs, _ parameters: Parameters) throws -> LearnedParts

    /// Makes what was learned ready to classify.
    /// - Parameters:
    ///   - learned: as `learned(_:_:)` gives it, or of that form: a file may claim anything.
    ///   - parameters: all of the method's.
    ///   - base: what it stands on.
    /// - Throws: `StageInputError` where it does not fit the model or the classes; `PromptError`.
    static func classifier(
        _ learned: LearnedParts, _ parameters: Parameters, on base: ClassifierBase
    ) throws -> any Classifier

    /// The order in which the images of a domain are classified, where images share prompts with their neighbours.
    static func order(of count: Int, _ parameters: Parameters) -> [Int]?
}

extension EvaluationMethod {
    public static var reads: ImageInput { .features }
    public static func order(of count: Int, _ parameters: Parameters) -> [Int]? { nil }

    /// As above, of parameters as a recipe has them.
    static func learned(_ inputs: EvaluationInputs, parameters: JSONValue) throws -> LearnedParts {
        try learned(inputs, parameters.parameters())
    }

    /// As above, of parameters as a recipe has them.
    static func classifier(
        _ learned: LearnedParts, parameters: JSONValue, on base: ClassifierBase
    ) throws -> any Classifier {
        try classifier(learned, parameters.parameters(), on: base)
    }
}

/// What a method looks at of an image.
public enum ImageInput: Sendable {
    /// Its feature, and the feature's norm where the parameters need that (`ModelNeed.norms`).
    case features
    /// Its feature and what the encoder's blocks make of it.
    case statistics
    /// Its pixels: the method has an encoder of its own.
    case pixels
}

/// The artifacts that an evaluation is of.
public struct EvaluationInputs {
    /// All artifacts that fill the stage's roles.
    let keys: RoleKeys
    let store: ArtifactStore
    /// The domain that is evaluated; nil where a model is wanted for whatever images.
    let target: (domain: Name, classes: [Name])?
    /// What the store calls the encoder of the features.
    let encoder: Digest
}

/// What a method has learned, with nothing of the store about it.
public struct LearnedParts: Sendable {
    /// What the store calls the method.
    public var method: String
    /// Of what was learned; nil where nothing was, or by no seed.
    public var seed: Int?
    /// What errors call it.
    public var source: String
    public var tensors: [String: Tensor]
    /// What tensors do not tell, such as the words of prompts, by the method's own names.
    public var facts: [String: JSONValue]
    /// The classes that it has vectors of their own for, in their order; nil where it takes any.
    public var classes: [Name]?

    init(
        method: String, seed: Int? = nil, source: String = "", tensors: [String: Tensor] = [:],
        facts: [String: JSONValue] = [:], classes: [Name]? = nil
    ) {
        (self.method, self.seed, self.source) = (method, seed, source)
        (self.tensors, self.facts, self.classes) = (tensors, facts, classes)
    }

    /// Weights out of a store.
    init(_ key: ArtifactKey, in store: ArtifactStore) throws {
        let weights = try store.weights(key)
        self.init(method: weights.method, seed: weights.seed, source: key.short, tensors: weights.tensors)
    }

    /// A fact that is a text.
    func text(_ name: String) -> String? {
        if case .string(let text)? = facts[name] { text } else { nil }
    }
}

/// What a classifier stands on: a CLIP model and classes.
public struct ClassifierBase {
    let classes: [Name]
    let model: CLIPText
    /// The numbers of an image's feature.
    let featureDimension: Int
    /// The widths of the image encoder's blocks.
    let blockWidths: [Int]
    /// The image encoder as prompts are put into it. Loaded whenever it is asked for.
    let promptedEncoder: () throws -> PromptedVisionTransformer

    var classNames: [String] { classes.map(\.text) }

    /// Prompts of the classes with places for context vectors.
    func prompts(contextLength: Int) throws(PromptError) -> ClassPrompts {
        try ClassPrompts(classNames: classNames, contextLength: contextLength, model: model)
    }
}

extension StageKind {
    /// A kind that classifies the images of the target domain.
    /// - Parameters:
    ///   - command: the kind is called after it.
    ///   - version: of the algorithm.
    ///   - roles: besides `embeddings`, the target's.
    ///   - taking: what several prompts that it takes must have in common.
    init<Method: EvaluationMethod>(
        evaluating method: Method.Type, as command: String, version: Int, roles: [Role] = [], taking: PromptsTaken = .any,
        isNamedInRecipes: Bool = true
    ) {
        self.init(
            name: "evaluate-\(command)", executable: "spg-evaluate", command: [command], makes: .evaluation,
            algorithmVersion: version, parameters: Method.Parameters.declared + TextParameters.declared,
            roles: [Role("embeddings", .embeddings, .target)] + roles, isNamedInRecipes: isNamedInRecipes,
            check: { values throws(UnfitParameter) in
                _ = try values.parameters(TextParameters.self)
                return try values.parameters(Method.Parameters.self).needs
            })
        (promptsTaken, work) = (taking, { Method.work($0) })
    }
}

/// What a stage can be told that takes no parameters: nothing.
public struct NoParameters: CheckedParameters {
    public static let source = ""

    public init() {}
}

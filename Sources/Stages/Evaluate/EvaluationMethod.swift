import ArtifactStore
import CLIP
import Datasets
import PromptLearning
import Tensors

/// A way to classify the images of a domain: what `EvaluateStage` runs from store to store.
public protocol EvaluationMethod: StageMethod {
    associatedtype Parameters: CheckedParameters

    /// What making an artifact comes to.
    static func work(_ size: StageSize) -> Work

    /// Classifies the images.
    /// - Parameter progress: called with the number of images that are done.
    /// - Throws: `StageInputError` for artifacts that do not fit together; `PromptError`.
    static func classify(
        _ images: TargetImages, _ parameters: Parameters, progress: (_ done: Int) -> Void
    ) throws -> Classified
}

/// The images that are to be classified, and what there is to do it with.
public struct TargetImages {
    /// All artifacts that fill the stage's roles.
    let keys: RoleKeys
    let store: ArtifactStore
    /// The one that the features were made with.
    let checkpoint: Checkpoint
    /// What the store calls the encoder of the features.
    let encoder: Digest
    let manifest: DomainManifest
    /// Where each of them is among all images of the domain.
    let places: [Int]
    /// Of the center views, `[n, dimension]`, unit length.
    let features: Tensor
    /// How long each of them was as the encoder put it out; empty where the method's parameters do not need that.
    let norms: [Float]
    let model: CLIPText
    /// Whether the probabilities of all classes are asked for, and not of the likeliest alone.
    var withProbabilities = false

    var classNames: [String] { manifest.classes.map(\.text) }
}

/// What images were taken for, and what did it.
public struct Classified: Sendable {
    /// What the store calls the method.
    var method: String
    /// Of what was learned; nil where nothing was, or by no seed.
    var seed: Int?
    /// One for each image.
    var predictions: [Prediction]
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
            algorithmVersion: version, parameters: Method.Parameters.declared,
            roles: [Role("embeddings", .embeddings, .target)] + roles, isNamedInRecipes: isNamedInRecipes,
            check: { values throws(UnfitParameter) in try values.parameters(Method.Parameters.self).needs })
        (promptsTaken, work) = (taking, { Method.work($0) })
    }
}

/// What a stage can be told that takes no parameters: nothing.
public struct NoParameters: CheckedParameters {
    public static let source = ""

    public init() {}
}

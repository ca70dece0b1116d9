import ArtifactStore
import CLIP
import Datasets
import PromptLearning

/// A method that learns from images' features: what `LearningStage` runs from store to store.
public protocol LearnedMethod: StageMethod {
    associatedtype Parameters: CheckedParameters
    associatedtype Learner: Training

    /// Whether it learns from the block statistics of images, too.
    static var readsStatistics: Bool { get }

    /// The training at its start.
    /// - Throws: `StageInputError` for artifacts that do not fit together; `PromptError`.
    static func learner(_ parameters: Parameters, from inputs: LearningInputs) throws -> Learner

    /// What the store keeps when it has learned.
    /// - Throws: `StoreError` if what goes with it cannot be read.
    static func contents(of learner: Learner, from inputs: LearningInputs) throws -> ArtifactContents
}

extension LearnedMethod {
    public static var readsStatistics: Bool { false }
}

/// What a training has to learn from.
public struct LearningInputs {
    /// All artifacts that fill the stage's roles.
    let keys: RoleKeys
    let store: ArtifactStore
    /// The one that the features were made with.
    let checkpoint: Checkpoint
    /// Of the domains whose artifacts have the role `embeddings`.
    let features: SourceFeatures
    let training: FeatureSet, validation: FeatureSet
    /// What those are the features of.
    let trainingImages: [LabelledImage], validationImages: [LabelledImage]
    let model: CLIPText

    var classNames: [String] { features.classNames }
    /// The domains' names, joined.
    var domainNames: String { features.domainNames }
}

/// The artifacts that fill a stage's roles, as they stand in its recipe.
public struct RoleKeys: Hashable, Sendable {
    let inputs: [Recipe.Input]

    /// - Parameter keys: of each role, in the order of its domains. In recipes roles have the kind's order.
    public init(_ keys: [String: [ArtifactKey]], of kind: StageKind) {
        inputs = kind.roles.flatMap { role in (keys[role.name] ?? []).map { Recipe.Input(role.name, $0) } }
    }

    /// The artifacts of a role; none for one that is not filled.
    subscript(role: String) -> [ArtifactKey] { inputs.filter { $0.role == role }.map(\.key) }
}

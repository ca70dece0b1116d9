import ArtifactStore
import CLIP
import Datasets
import PromptLearning

/// A method that learns from images' features: what `LearningStage` runs from store to store.
public protocol LearnedMethod: StageMethod {
    associatedtype Parameters: CheckedParameters
    associatedtype Learner: Training = Self

    /// What the store calls it. Its command is called so, too, and its kind of stage after it, unless they say otherwise.
    static var name: String { get }

    /// The network that writes prompts for images out of the weights that it learns; nil where it learns none.
    static var writer: (any PromptGenerator.Type)? { get }

    /// Whether it learns from the block statistics of images, too.
    static var readsStatistics: Bool { get }

    /// What making an artifact comes to.
    static func work(_ size: StageSize) -> Work

    /// The training at its start.
    /// - Throws: `StageInputError` for artifacts that do not fit together; `PromptError`.
    static func learner(_ parameters: Parameters, from inputs: LearningInputs) throws -> Learner

    /// What the store keeps when it has learned.
    /// - Throws: `StoreError` if what goes with it cannot be read.
    static func contents(of learner: Learner, from inputs: LearningInputs) throws -> ArtifactContents
}

extension LearnedMethod {
    public static var readsStatistics: Bool { false }
    public static var writer: (any PromptGenerator.Type)? { nil }
}

extension LearnedMethod where Self: PooledTraining, Learner == Self {
    /// Learns from the images of all domains that are given.
    /// - Throws: what the initializer throws.
    public static func learner(_ parameters: Parameters, from inputs: LearningInputs) throws -> Self {
        try Self(
            parameters, model: inputs.model, classNames: inputs.classNames, training: inputs.training,
            validation: inputs.validation)
    }
}

extension LearnedMethod where Learner: WeightTraining {
    /// The weights, with the method's name and what they were learned from.
    public static func contents(of learner: Learner, from inputs: LearningInputs) -> ArtifactContents {
        let (tensors, accuracy) = learner.weights
        return .weights(
            LearnedWeights(
                method: name, domain: inputs.domainNames, seed: learner.seed, tensors: tensors,
                validationAccuracy: accuracy))
    }
}

extension StageKind {
    /// A kind that trains on one part of the source images and validates on the other.
    /// - Parameters:
    ///   - name: as written after `uses:`; nil for the method's after "fit-".
    ///   - command: the method's name if it is nil.
    ///   - version: of the algorithm.
    ///   - taking: what several prompts that it takes must have in common.
    ///   - choosesEpoch: see the property.
    init<Method: LearnedMethod>(
        learning method: Method.Type, as name: String? = nil, by executable: String = "spg-fit", command: String? = nil,
        makes: ArtifactKind = .generator, version: Int, roles: [Role], taking: PromptsTaken = .any,
        isNamedInRecipes: Bool = true, choosesEpoch: Bool = true
    ) {
        self.init(
            name: name ?? "fit-\(Method.name)", executable: executable, command: [command ?? Method.name], makes: makes,
            algorithmVersion: version,
            parameters: Method.Parameters.declared + SplitParameters.declared + TextParameters.declared, roles: roles,
            isNamedInRecipes: isNamedInRecipes, trains: true,
            check: { values throws(UnfitParameter) in
                let needs = try values.parameters(Method.Parameters.self).needs
                let split = try values.parameters(SplitParameters.self)
                if choosesEpoch { try split.requireValidation() }
                _ = try values.parameters(TextParameters.self)
                return needs
            })
        (promptsTaken, self.choosesEpoch, work) = (taking, choosesEpoch, { Method.work($0) })
    }

    /// A kind that trains a network to write prompts, from features and prompts of the source domains.
    /// - Parameters:
    ///   - name: as written after `uses:`, and the command.
    ///   - prompts: as what the store has the prompts of a domain.
    init<Method: LearnedMethod>(
        writing method: Method.Type, as name: String, version: Int, from prompts: ArtifactKind,
        isNamedInRecipes: Bool = true
    ) {
        self.init(
            learning: method, as: name, by: "spg-cgan", command: name, version: version,
            roles: [Role("embeddings", .embeddings, .sources), Role("prompts", prompts, .sources)],
            taking: prompts == .prompt ? .plain : .alike, isNamedInRecipes: isNamedInRecipes)
    }
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

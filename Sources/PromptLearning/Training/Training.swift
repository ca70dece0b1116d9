import Tensors

/// A training run that can stop after any epoch and go on later, to the same bits.
///
/// A method is a value: its constants (data, frozen encoder, parameters) and its state (what it has learned so far).
public protocol Training: Sendable {
    /// How it sees its images.
    static var access: ImageAccess<Self> { get }
    /// How many epochs are behind it.
    var epoch: Int { get }
    var epochs: Int { get }
    /// What each epoch has measured so far.
    var history: TrainingHistory { get }
    /// The epoch whose result is kept, as things stand; nil where none is chosen, or none was measured yet.
    var kept: KeptEpoch? { get }

    /// Trains for one epoch and measures it.
    /// - Throws: `notFinite` or `divergedBetweenSteps` if a number of the training is no longer finite; `images` if an
    ///   image cannot be read.
    mutating func runEpoch() throws(PromptError)

    /// All that changes from epoch to epoch, by name, in shapes that the parameters and the model tell.
    var state: [String: Tensor] { get }
    /// Puts back what `state` gave.
    /// - Throws: `foreignCheckpoint` if the state is not of such a training.
    mutating func restore(_ state: [String: Tensor]) throws(PromptError)
}

/// How a training sees its images, and so how it is given others in every epoch.
public enum ImageAccess<Learner> {
    /// As cached features, whose augmented views may be exchanged between epochs.
    case features(WritableKeyPath<Learner, FeatureSet>)
    /// As cached features that stay.
    case fixedFeatures
    /// It reads their files: what was encoded of them beforehand means nothing to it.
    case files
}

/// A training that sees images through cached features, so that they can be others in every epoch.
public protocol FeatureTraining: Training {
    /// What it learns from. Between epochs the augmented views may be exchanged.
    var training: FeatureSet { get set }
}

extension FeatureTraining {
    public static var access: ImageAccess<Self> { .features(\.training) }
}

extension Training {
    /// Runs the epochs that are left, reporting after each.
    ///
    /// - Parameters:
    ///   - epochBegins: called with the training before each epoch, to exchange what it sees of the images.
    ///   - epochEnded: called with the training after each epoch, to show progress and keep a checkpoint.
    /// - Throws: what `runEpoch` and the two throw; the epochs until then stay.
    public mutating func run(
        epochBegins: (inout Self) throws -> Void = { _ in }, epochEnded: (Self) throws -> Void
    ) throws {
        while epoch < epochs {
            try epochBegins(&self)
            try runEpoch()
            try epochEnded(self)
        }
    }
}

/// The epoch that was best on the validation images: its result is what a training comes to.
public struct KeptEpoch: Sendable, Equatable {
    /// Counted from 1.
    public let number: Int
    /// On the validation images, from 0 to 1.
    public let accuracy: Float
}

/// Named measurements per epoch.
public struct TrainingHistory: Sendable, Equatable {
    public let names: [String]
    /// One row per epoch, one column per name. A measurement not taken in an epoch is NaN.
    public private(set) var rows: [[Float]] = []

    public init(_ names: [String]) {
        self.names = names
    }

    /// - Parameter row: values of the first names; what belongs to the others was not taken.
    mutating func append(_ row: [Float]) {
        precondition(row.count <= names.count, "\(row.count) values for \(names)")
        rows.append(row + Array(repeating: .nan, count: names.count - row.count))
    }

    /// The last value of a measurement.
    public func last(_ name: String) -> Float? {
        names.firstIndex(of: name).flatMap { rows.last?[$0] }
    }

    var tensor: Tensor { Tensor([rows.count, names.count], rows.flatMap { $0 }) }

    mutating func restore(_ tensor: Tensor) throws(PromptError) {
        guard tensor.shape.count == 2, tensor.columns == names.count else { throw .foreignCheckpoint(missing: "history") }
        rows = (0..<tensor.count / names.count).map { tensor.rows($0..<$0 + 1).values }
    }
}

import Tensors

/// A training run that can stop after any epoch and go on later, to the same bits.
///
/// A method is a value: its constants (data, frozen encoder, parameters) and its state (what it has learned so far).
public protocol Training: Sendable {
    /// How many epochs are behind it.
    var epoch: Int { get }
    var epochs: Int { get }
    /// What each epoch has measured so far.
    var history: TrainingHistory { get }
    /// The epoch whose result is kept, as things stand; nil where none is chosen, or none was measured yet.
    var kept: KeptEpoch? { get }

    /// Trains for one epoch and measures it.
    mutating func runEpoch() throws(PromptError)

    /// All that changes from epoch to epoch, by name.
    var state: [String: Tensor] { get }
    /// Puts back what `state` gave.
    mutating func restore(_ state: [String: Tensor]) throws(PromptError)
}

/// A training that sees images through cached features, so that they can be others in every epoch.
public protocol FeatureTraining: Training {
    /// What it learns from. Between epochs the augmented views may be exchanged.
    var training: FeatureSet { get set }
}

/// A training that reads its images itself: what was encoded of them beforehand means nothing to it.
public protocol ImageTraining: Training {}

extension Training {
    /// Runs the epochs that are left, reporting after each.
    ///
    /// - Parameters:
    ///   - epochBegins: called with the training before each epoch, to exchange what it sees of the images.
    ///   - epochEnded: called with the training after each epoch, to show progress and keep a checkpoint.
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

    mutating func append(_ row: [Float]) {
        precondition(row.count == names.count, "\(row.count) values for \(names)")
        rows.append(row)
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

extension [String: Tensor] {
    /// A named tensor of a checkpoint.
    func required(_ name: String) throws(PromptError) -> Tensor {
        guard let tensor = self[name] else { throw .foreignCheckpoint(missing: name) }
        return tensor
    }

    /// A number of epochs or steps of a checkpoint.
    /// - Parameter index: its place in the tensor.
    func number(_ name: String, at index: Int = 0) throws(PromptError) -> Int {
        let values = try required(name).values
        guard values.indices.contains(index), let number = Int(exactly: values[index]), number >= 0 else {
            throw .foreignCheckpoint(missing: name)
        }
        return number
    }

    /// The best epoch that a checkpoint has; nil where none was measured.
    /// - Parameter learned: what was learned by then.
    func best<Learned>(_ learned: () throws(PromptError) -> Learned) throws(PromptError) -> Best<Learned>? {
        guard let kept = self["best"] else { return nil }
        return Best(score: kept.values.first ?? .nan, epoch: try number("best", at: 1), learned: try learned())
    }

    mutating func set<Learned>(_ best: Best<Learned>) {
        self["best"] = Tensor([2], [best.score, Float(best.epoch)])
    }

    /// Named tensors in order: `prefix.0`, `prefix.1`, …
    func list(_ prefix: String) -> [Tensor] {
        var result: [Tensor] = []
        while let tensor = self["\(prefix).\(result.count)"] { result.append(tensor) }
        return result
    }

    mutating func set(_ prefix: String, _ list: [Tensor]) {
        for (index, tensor) in list.enumerated() { self["\(prefix).\(index)"] = tensor }
    }
}

/// The best value so far of a measurement, and what was learned when it was measured. The first of equals is kept.
struct Best<Learned: Sendable>: Sendable {
    var score: Float
    var epoch: Int
    var learned: Learned

    var kept: KeptEpoch { KeptEpoch(number: epoch + 1, accuracy: score) }

    static func updated(_ best: Best?, score: Float, epoch: Int, learned: @autoclosure () -> Learned) -> Best {
        if let best, best.score >= score { return best }
        return Best(score: score, epoch: epoch, learned: learned())
    }
}

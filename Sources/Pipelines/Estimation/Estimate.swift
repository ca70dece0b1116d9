import Datasets

/// How long making an artifact will take, and what it will take in the store.
public struct Estimate: Hashable, Sendable {
    /// What an estimate rests on.
    public enum Origin: Hashable, Sendable {
        /// Artifacts of the kind that were made here, scaled by the kind's formula.
        case runs(Int)
        /// The same, scaled by images and epochs, where the kind has no formula.
        case runsByImages(Int)
        /// The formula's arithmetic over a rate that was measured just now.
        case arithmetic
        case unknown
    }

    /// By the clock; nil where nothing can be told.
    public var seconds: Double?
    public var bytes: Int?
    /// What is in the store only while it is being made.
    public var checkpointBytes = 0
    public var origin: Origin
}

extension Estimate.Origin: CustomStringConvertible {
    public var description: String {
        switch self {
        case .runs(let count): "from \(count) \(count == 1 ? "run" : "runs") here"
        case .runsByImages(let count): "from \(count) \(count == 1 ? "run" : "runs") here, by images and epochs"
        case .arithmetic: "from arithmetic"
        case .unknown: "unknown: none was made here yet, and there is no formula for it"
        }
    }
}

extension Estimate.Origin: Encodable {
    private struct Basis: Encodable {
        let basis: String
        @OrNull var runs: Int?
    }

    /// An object: a word, and of how many runs.
    public func encode(to encoder: any Encoder) throws {
        let basis =
            switch self {
            case .runs(let count): Basis(basis: "runs", runs: count)
            case .runsByImages(let count): Basis(basis: "runs_by_images", runs: count)
            case .arithmetic: Basis(basis: "arithmetic", runs: nil)
            case .unknown: Basis(basis: "unknown", runs: nil)
            }
        try basis.encode(to: encoder)
    }
}

extension Estimate.Origin {
    /// The least certain has the most.
    var doubt: Int {
        switch self {
        case .runs: 0
        case .runsByImages: 1
        case .arithmetic: 2
        case .unknown: 3
        }
    }
}

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

/// What a run will take.
public struct RunEstimate: Sendable {
    /// The instances of a stage together.
    public struct Stage: Sendable {
        public let name: String
        public let estimates: [Estimate]

        /// Nil where one of them is unknown.
        public var seconds: Double? { sum(estimates.map(\.seconds)) }
        public var bytes: Int? { sum(estimates.map(\.bytes)) }
        /// The least certain of their origins.
        public var origin: Estimate.Origin {
            let origins = estimates.map(\.origin)
            return origins.max { $0.doubt < $1.doubt } ?? .unknown
        }

        private func sum<Number: AdditiveArithmetic>(_ values: [Number?]) -> Number? {
            values.contains(nil) ? nil : values.compactMap(\.self).reduce(.zero, +)
        }
    }

    /// In the order of the plan.
    public let stages: [Stage]
    /// By the clock, from beginning to end, with several at a time; of those whose time is known.
    public let seconds: Double
    /// Of what stays in the store, and of the training states that it needs room for meanwhile.
    public let bytes: Int
    /// How many instances' time is not known.
    public let unknown: Int
    /// How many trainings encode crops of their own in every epoch besides, which is not counted.
    public let encodingFreshViews: Int
}

extension Estimate.Origin {
    fileprivate var doubt: Int {
        switch self {
        case .runs: 0
        case .runsByImages: 1
        case .arithmetic: 2
        case .unknown: 3
        }
    }
}

/// Mean and spread of a few values.
public struct MeanAndSpread: Hashable, Sendable {
    public var count: Int
    public var mean: Double
    /// The sample standard deviation (over n − 1), or nil for a single value.
    public var deviation: Double?

    /// Nil for no values.
    public init?(_ values: some Collection<Double>) {
        guard !values.isEmpty else { return nil }
        count = values.count
        let mean = values.reduce(0, +) / Double(values.count)
        self.mean = mean
        if values.count > 1 {
            let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            deviation = (squares / Double(values.count - 1)).squareRoot()
        }
    }

    /// In percent with one digit, `68.0 ± 0.2`, where the values are shares of one.
    public var percentText: String { percentage(mean * 100, deviation.map { $0 * 100 }) }

    /// Nil for no values, and where one is missing.
    init?(whole values: [Double?]) {
        let present = values.compactMap(\.self)
        guard present.count == values.count else { return nil }
        self.init(present)
    }
}

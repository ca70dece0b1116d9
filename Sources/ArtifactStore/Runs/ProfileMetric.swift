import Tensors

/// What a profile's figures are called among an artifact's metrics: `profile encode seconds`, in epoch 0.
public struct ProfileMetric: Hashable, Sendable {
    public enum Unit: String, Sendable {
        case seconds
        /// Thousand millions of additions and multiplications in matrix products.
        case gigaflop
    }

    /// The part that stands for the whole.
    public static let total = "total"

    public var part: String
    public var unit: Unit

    public init(part: String, unit: Unit) {
        (self.part, self.unit) = (part, unit)
    }

    /// Reads a metric's name; nil where it is no profile's.
    public init?(_ metric: Metric) {
        let words = metric.name.split(separator: " ")
        guard metric.epoch == 0, words.count >= 3, words[0] == "profile", let unit = Unit(rawValue: String(words.last!))
        else { return nil }
        self.init(part: words[1..<words.count - 1].joined(separator: " "), unit: unit)
    }

    public func metric(_ value: Double) -> Metric {
        Metric(epoch: 0, name: "profile \(part) \(unit.rawValue)", value: value)
    }
}

extension Profile {
    /// What the stage that is under way has spent its time on, as measurements of its epoch 0; none where nobody asked.
    static var metrics: [Metric] {
        guard isOn else { return [] }
        let (parts, total) = shares
        let named = parts.map { ($0.key.rawValue, $0.value) } + [(ProfileMetric.total, total)]
        return named.flatMap { part, share in
            [
                ProfileMetric(part: part, unit: .seconds).metric(share.seconds),
                ProfileMetric(part: part, unit: .gigaflop).metric(Double(share.operations) / 1e9),
            ]
        }
    }
}

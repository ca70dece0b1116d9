import ArtifactStore
import Foundation

/// Where the time of a stage, or of several, went: a row for each part, the longest first.
public struct ProfileTable: Sendable {
    private var figures: [ProfileMetric: Double] = [:]

    public init() {}

    /// Adds what an artifact's making was measured at; other metrics are no concern of this table.
    public mutating func add(_ metrics: [Metric]) {
        for metric in metrics {
            if let name = ProfileMetric(metric) { figures[name, default: 0] += metric.value }
        }
    }

    public var isEmpty: Bool { figures.isEmpty }

    /// Seconds, their share of the whole, the matrix products' arithmetic, and its rate.
    public var table: Table {
        var table = Table(
            [Table.Column("part")] + ["seconds", "share", "GFLOP", "GFLOP/s"].map { Table.Column($0, .trailing) })
        let total = figures(of: ProfileMetric.total)
        let parts = Set(figures.keys.map(\.part)).subtracting([ProfileMetric.total])
            .map { (name: $0, figures: figures(of: $0)) }
            .sorted { ($1.figures.seconds, $0.name) < ($0.figures.seconds, $1.name) }
        let rest = (
            seconds: max(0, total.seconds - parts.reduce(0) { $0 + $1.figures.seconds }),
            gigaflop: max(0, total.gigaflop - parts.reduce(0) { $0 + $1.figures.gigaflop })
        )
        for (name, figures) in parts + [("the rest", rest), (ProfileMetric.total, total)] {
            let (seconds, gigaflop) = figures
            table.append([
                name, String(format: "%.3f", seconds),
                String(format: "%.1f %%", total.seconds > 0 ? 100 * seconds / total.seconds : 0),
                gigaflop > 0 ? String(format: "%.2f", gigaflop) : "",
                gigaflop > 0 && seconds > 0 ? String(format: "%.0f", gigaflop / seconds) : "",
            ])
        }
        return table
    }

    private func figures(of part: String) -> (seconds: Double, gigaflop: Double) {
        (
            figures[ProfileMetric(part: part, unit: .seconds), default: 0],
            figures[ProfileMetric(part: part, unit: .gigaflop), default: 0]
        )
    }
}

import ArtifactStore
import Foundation

extension Chart {
    /// What a method costs, and what it brings: its average accuracy by a cost.
    public enum Cost: String, CaseIterable, Sendable {
        case parameters, seconds, memory

        var title: String {
            switch self {
            case .parameters: "learned numbers"
            case .seconds: "learning time, s"
            case .memory: "peak memory, MB"
            }
        }

        func value(of cost: EvaluationCost) -> Double? {
            switch self {
            case .parameters: Double(cost.parameters)
            case .seconds: cost.learningSeconds
            case .memory: cost.peakBytes.map { Double($0) / 1e6 }
            }
        }
    }

    /// - Returns: nil where no method has both a cost and an average.
    static func cost(_ cost: Cost, _ costs: CostTable, _ table: AccuracyTable) -> Chart? {
        let entries = Dictionary(grouping: costs.entries, by: \.method)
        let methods = table.methods
        let rows = methods.compactMap { method -> JSONValue? in
            guard let summary = table.average(method),
                let value = MeanAndSpread((entries[method] ?? []).compactMap { $0.cost.flatMap(cost.value) })?.mean
            else { return nil }
            return [
                "method": .string(method), "accuracy": .percent(summary.mean), "cost": .figure(value, digits: 4),
                "low": .percent(summary.mean - (summary.deviation ?? 0)),
                "high": .percent(summary.mean + (summary.deviation ?? 0)),
            ]
        }
        guard !rows.isEmpty else { return nil }
        // Zero has its place on a scale of roots, and large costs leave room for small ones.
        let x = JSONValue.channel(
            "cost", "quantitative",
            [
                "title": .string(cost.title), "scale": ["type": "sqrt", "nice": true, "padding": 8],
                "axis": ["labelExpr": "format(datum.value, '~s')", "tickCount": 5],
            ])
        // Colours come again after ten methods, with another shape.
        let shape = JSONValue.channel(
            "method", "nominal",
            [
                "title": .null, "sort": .texts(methods),
                "scale": [
                    "domain": .texts(methods),
                    "range": .texts(methods.indices.map { ["circle", "diamond", "triangle-up"][$0 / 10 % 3] }),
                ], "legend": ["columns": 2],
            ])
        let tooltip = JSONValue.tooltip([
            ("method", "method", nil), ("accuracy", "average accuracy, %", ".1f"), ("cost", cost.title, ",.4~r"),
        ])
        let y: [String: JSONValue] = [
            "title": "average accuracy, %", "scale": ["zero": false, "padding": 14], "axis": ["tickCount": 5],
        ]
        let color = JSONValue.channel(
            "method", "nominal",
            [
                "title": .null, "sort": .texts(methods), "scale": ["domain": .texts(methods)], "legend": ["columns": 2],
            ])
        return Chart(
            "cost-\(cost.rawValue)", "Accuracy by \(cost.title)",
            description: "The average accuracy of each method by \(cost.title), with the deviation over seeds.",
            height: 270 + 16 * ((methods.count + 1) / 2),
            [
                "data": .rows(rows), "encoding": ["x": x, "color": color, "tooltip": tooltip],
                "layer": [
                    [
                        "mark": ["type": "rule", "strokeWidth": 2, "opacity": 0.6],
                        "encoding": ["y": .channel("low", "quantitative", y), "y2": ["field": "high"]],
                    ],
                    [
                        "mark": ["type": "point", "filled": true, "size": 90, "opacity": 1],
                        "encoding": ["y": .channel("accuracy", "quantitative", y), "shape": shape],
                    ],
                ],
            ])
    }
}

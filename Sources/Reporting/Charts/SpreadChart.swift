import ArtifactStore

extension Chart {
    /// Accuracy by how far a prediction's probability varies from draw to draw.
    /// - Parameters:
    ///   - reports: those that have spreads.
    ///   - choice: of target and method.
    static func spreads(_ reports: [TargetReport], _ choice: TargetChoice) -> Chart {
        let rows = reports.flatMap { report in
            report.spreads.map { bin -> JSONValue in
                [
                    "target": .string(report.target), "method": .string(report.method), "from": .percent(bin.from),
                    "accuracy": .percent(bin.accuracy), "images": .number(Double(bin.images)),
                ]
            }
        }
        // The same for every choice, one without a spread too, which would have none of its own.
        let bins = reports.flatMap(\.spreads)
        func domain(_ most: JSONValue) -> JSONValue { .array([0, most]) }
        let encoding: [String: JSONValue] = [
            "x": .channel(
                "from", "quantitative",
                [
                    "title": "standard deviation of the probability over draws, points",
                    "scale": ["domain": domain(.percent(max(0.025, bins.map(\.from).max() ?? 0))), "nice": true],
                ]),
            "y": .channel(
                "accuracy", "quantitative", ["title": "accuracy, %", "scale": ["domain": [0, 100]], "axis": ["tickCount": 5]]),
        ]
        let points: [String: JSONValue] = [
            "size": .channel(
                "images", "quantitative",
                [
                    "title": "predictions",
                    "scale": ["domain": domain(.number(Double(bins.map(\.images).max() ?? 1))), "range": [16, 700]],
                ]),
            "tooltip": .tooltip([
                ("from", "spread from, points", ".1f"), ("accuracy", "accuracy, %", ".1f"), ("images", "predictions", ",d"),
            ]),
        ]
        return Chart(
            "spreads", "Accuracy by spread over draws",
            description: "Accuracy of predictions by the standard deviation of their probability from draw to draw.",
            height: 300, choices: choice.all,
            [
                "data": .rows(rows), "transform": .array(choice.filters),
                "layer": [
                    ["mark": ["type": "line", "tooltip": .null], "encoding": .object(encoding)],
                    [
                        "mark": ["type": "point", "filled": true, "opacity": 0.9],
                        "encoding": .object(encoding.merging(points) { own, _ in own }),
                    ],
                ],
            ])
    }
}

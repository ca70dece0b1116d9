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
        let encoding: [String: JSONValue] = [
            "x": .channel("from", "quantitative", ["title": "standard deviation of the probability over draws, points"]),
            "y": .channel(
                "accuracy", "quantitative", ["title": "accuracy, %", "scale": ["domain": [0, 100]], "axis": ["tickCount": 5]]),
        ]
        let points: [String: JSONValue] = [
            "size": .channel("images", "quantitative", ["title": "predictions", "scale": ["range": [16, 700]]]),
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

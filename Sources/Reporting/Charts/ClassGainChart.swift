import ArtifactStore

extension Chart {
    /// Classes that are shown at the most: those with the largest gains and losses.
    private static let mostGains = 40

    /// The accuracy on each class beside the baseline's.
    /// - Parameters:
    ///   - reports: those that have gains.
    ///   - choice: of target and method.
    ///   - baseline: the row that they are held against.
    static func classGains(_ reports: [TargetReport], _ choice: TargetChoice, baseline: String) -> Chart {
        let rows = reports.flatMap { report in
            report.gains.map { gain -> JSONValue in
                [
                    "target": .string(report.target), "method": .string(report.method), "class": .string(gain.label),
                    "images": .number(Double(gain.images)), "accuracy": .percent(gain.accuracy),
                    "baseline": .percent(gain.baseline),
                    "gain": .percent(gain.accuracy - gain.baseline),
                ]
            }
        }
        let classes = min(mostGains, reports.map(\.gains.count).max() ?? 0)
        let y = JSONValue.channel(
            "class", "nominal",
            [
                "title": .null, "sort": ["field": "gain", "op": "max", "order": "descending"],
                "axis": ["grid": true, "labelFontSize": 11, "labelOverlap": false],
            ])
        let x: [String: JSONValue] = ["title": "accuracy on the class, %", "scale": ["domain": [0, 100]]]
        let tooltip = JSONValue.tooltip([
            ("class", "class", nil), ("images", "images", "d"), ("accuracy", "accuracy, %", ".1f"),
            ("baseline", "\(baseline), %", ".1f"), ("gain", "gain, points", "+.1f"),
        ])
        let color = JSONValue.channel(
            "change", "nominal",
            [
                "title": .null, "scale": ["domain": ["gain", "loss"]], "legend": ["symbolType": "stroke"],
            ])
        return Chart(
            "class-gains", "Accuracy by class, beside \(baseline)",
            description:
                "For each class a line from the accuracy of \(baseline) (hollow) to that of the method (filled); classes by "
                + "gain. The table of classes below has all of them.",
            height: classes * 16 + 90, choices: choice.all,
            [
                "data": .rows(rows),
                "transform": .array(
                    choice.filters + [
                        ["calculate": "abs(datum.gain)", "as": "size"],
                        [
                            "window": [["op": "row_number", "as": "place"]],
                            "sort": [["field": "size", "order": "descending"], ["field": "class", "order": "ascending"]],
                        ],
                        ["filter": .string("datum.place <= \(mostGains)")],
                        ["calculate": "datum.gain < 0 ? 'loss' : 'gain'", "as": "change"],
                    ]),
                "encoding": ["y": y, "tooltip": tooltip],
                "layer": [
                    [
                        "mark": ["type": "rule", "strokeWidth": 2.5],
                        "encoding": [
                            "x": .channel("baseline", "quantitative", x), "x2": ["field": "accuracy"], "color": color,
                        ],
                    ],
                    [
                        "mark": ["type": "point", "size": 34, "style": "hollow"],
                        "encoding": ["x": .channel("baseline", "quantitative", x)],
                    ],
                    [
                        "mark": ["type": "point", "filled": true, "size": 46, "opacity": 1],
                        "encoding": ["x": .channel("accuracy", "quantitative", x), "color": color],
                    ],
                ],
            ])
    }
}

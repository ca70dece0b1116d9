import ArtifactStore

extension Chart {
    /// Reliability diagrams: accuracy by the probability that was stated, with the expected calibration error.
    static func reliability(_ reports: [TargetReport], _ choice: TargetChoice) -> Chart {
        let rows = reports.flatMap { report in
            let images = report.calibration.reduce(0) { $0 + $1.images }
            return report.calibration.map { bin -> JSONValue in
                [
                    "target": .string(report.target), "method": .string(report.method), "confidence": .percent(bin.confidence),
                    "accuracy": .percent(bin.accuracy), "images": .number(Double(bin.images)),
                    "share": .figure(Double(bin.images) / Double(max(1, images)), digits: 3),
                ]
            }
        }
        let errors = reports.compactMap { report -> JSONValue? in
            report.expectedCalibrationError.map {
                [
                    "target": .string(report.target), "method": .string(report.method),
                    "note": .string("expected calibration error \(percent($0))"),
                ]
            }
        }
        let x: [String: JSONValue] = [
            "title": "stated probability, %", "scale": ["domain": [0, 100]], "axis": ["tickCount": 5],
        ]
        let y: [String: JSONValue] = ["title": "accuracy, %", "scale": ["domain": [0, 100]], "axis": ["tickCount": 5]]
        let tooltip = JSONValue.tooltip([
            ("confidence", "mean probability, %", ".1f"), ("accuracy", "accuracy, %", ".1f"), ("images", "predictions", ",d"),
            ("share", "of all predictions", ".1%"),
        ])
        return Chart(
            "reliability", "Reliability",
            description:
                "Accuracy by stated probability in 15 bins. On the dashed diagonal, probabilities are right; below it they "
                + "are too high. The table of calibration errors below has a figure for each method and target.",
            height: 360, choices: choice.all,
            [
                "layer": [
                    [
                        "data": .rows([["at": 0], ["at": 100]]),
                        "mark": ["type": "line", "style": "reference", "tooltip": .null],
                        "encoding": ["x": .channel("at", "quantitative", x), "y": .channel("at", "quantitative", y)],
                    ],
                    [
                        "data": .rows(rows), "transform": .array(choice.filters), "mark": ["type": "line", "tooltip": .null],
                        "encoding": [
                            "x": .channel("confidence", "quantitative", x), "y": .channel("accuracy", "quantitative", y),
                        ],
                    ],
                    [
                        "data": .rows(rows), "transform": .array(choice.filters),
                        "mark": ["type": "point", "filled": true, "opacity": 0.9],
                        "encoding": [
                            "x": .channel("confidence", "quantitative", x), "y": .channel("accuracy", "quantitative", y),
                            "size": .channel(
                                "share", "quantitative",
                                [
                                    "title": "share of predictions",
                                    "scale": ["domain": [0, 1], "range": [16, 900]],
                                    "legend": ["format": "~%", "values": [0.01, 0.1, 0.4]],
                                ]),
                            "tooltip": tooltip,
                        ],
                    ],
                    [
                        "data": .rows(errors), "transform": .array(choice.filters),
                        "mark": ["type": "text", "style": "note", "align": "left", "baseline": "top", "tooltip": .null],
                        "encoding": ["text": ["field": "note"], "x": ["datum": 3], "y": ["datum": 97]],
                    ],
                ]
            ])
    }
}

import ArtifactStore

extension Chart {
    /// States at the places of their colours among a theme's ten: blue runs, orange lacks something, red has failed, grey is
    /// not there. The others are no states.
    private static let colours = ["running", "incomplete", "done", "4", "stale", "images", "failed", "8", "9", "missing"]

    /// The stages as boxes, from what is taken to what takes it; a column for each step from the images.
    static func stages(_ stages: [StageSummary]) -> Chart {
        var columns = [Int](repeating: 0, count: stages.count)
        // Inputs stand before what takes them.
        for (place, stage) in stages.enumerated() {
            columns[place] = (stage.inputs.filter { $0 < place }.map { columns[$0] + 1 }).max() ?? 0
        }
        let width = (columns.max() ?? 0) + 1
        let heights = (0..<width).map { column in columns.count { $0 == column } }
        let tallest = heights.max() ?? 1
        var taken = [Int](repeating: 0, count: width), middles: [Double] = []
        for column in columns {
            middles.append(Double(tallest - heights[column]) / 2 + Double(taken[column]) + 0.5)
            taken[column] += 1
        }
        let half = (x: 0.4, y: 0.34)
        let boxes = zip(stages, zip(columns, middles)).map { stage, place -> JSONValue in
            let x = Double(place.0) + 0.5, y = place.1
            let time = stage.seconds > 0 ? clockTime(stage.seconds) : ""
            return [
                "x": .number(x - half.x), "x2": .number(x + half.x), "y": .number(y - half.y), "y2": .number(y + half.y),
                "middle": .number(x), "height": .number(y), "name": .string(stage.name),
                "kind": .string(stage.kind ?? "images"),
                "state": .string(stage.states.first?.word ?? "images"), "states": .string(stage.stateText),
                "time": .string(time),
                "note": .string([stage.stateText, time].filter { !$0.isEmpty }.joined(separator: ", ")),
            ]
        }
        let arrows = zip(stages.indices, stages).flatMap { place, stage in
            stage.inputs.map { input -> JSONValue in
                [
                    "x": .number(Double(columns[input]) + 0.5 + half.x), "y": .number(middles[input]),
                    "x2": .number(Double(columns[place]) + 0.5 - half.x), "y2": .number(middles[place]),
                ]
            }
        }
        func axis(_ field: String, upTo end: Int, reversed: Bool = false) -> JSONValue {
            .channel(
                field, "quantitative",
                [
                    "axis": .null,
                    "scale": ["domain": [0, .number(Double(end))], "nice": false, "zero": false, "reverse": .bool(reversed)],
                ])
        }
        let x = axis("x", upTo: width), y = axis("y", upTo: tallest, reversed: true)
        let middle: [String: JSONValue] = [
            "x": axis("middle", upTo: width), "y": axis("height", upTo: tallest, reversed: true),
        ]
        func text(_ field: String, _ mark: [String: JSONValue]) -> JSONValue {
            let mark = JSONValue.object(
                mark.merging(["type": "text", "limit": .number(Double(max(110, 900 / width)))]) { own, _ in own })
            return [
                "data": .rows(boxes), "mark": mark,
                "encoding": .object(middle.merging(["text": ["field": .string(field)]]) { own, _ in own }),
            ]
        }
        let shown = colours.filter { state in boxes.contains { $0["state"] == .string(state) } }
        let fill = JSONValue.channel(
            "state", "nominal",
            [
                "title": .null, "scale": ["domain": .texts(colours)], "legend": ["values": .texts(shown)],
            ])
        var chart = Chart(
            "stages", "Stages",
            description:
                "The stages of the pipeline from the images on the left to the evaluations on the right, with their states "
                + "and the time that they took. The table below says the same.",
            height: tallest * 78 + 50,
            [
                "layer": [
                    [
                        "data": .rows(arrows), "mark": ["type": "rule", "strokeWidth": 1.4, "tooltip": .null],
                        "encoding": ["x": x, "y": y, "x2": ["field": "x2"], "y2": ["field": "y2"]],
                    ],
                    [
                        "data": .rows(boxes), "mark": ["type": "rect", "cornerRadius": 6, "style": "card", "tooltip": .null],
                        "encoding": ["x": x, "y": y, "x2": ["field": "x2"], "y2": ["field": "y2"]],
                    ],
                    [
                        "data": .rows(boxes),
                        "mark": [
                            "type": "rect", "cornerRadius": 6, "fillOpacity": 0.14, "strokeWidth": 1.5, "strokeOpacity": 1,
                        ],
                        "encoding": [
                            "x": x, "y": y, "x2": ["field": "x2"], "y2": ["field": "y2"],
                            "fill": fill, "stroke": fill,
                            "tooltip": .tooltip([
                                ("name", "stage", nil), ("kind", "uses", nil), ("states", "states", nil),
                                ("time", "time in all", nil),
                            ]),
                        ],
                    ],
                    text("name", ["dy": -12, "style": "note"]), text("kind", ["dy": 3]), text("note", ["dy": 17]),
                ]
            ])
        chart.narrowest = width * 170
        return chart
    }
}

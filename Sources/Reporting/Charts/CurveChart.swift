import ArtifactStore

extension Chart {
    /// Points of a curve at the most.
    private static let mostPoints = 120

    /// A measurement of all trainings of a stage, a line for each.
    /// - Parameters:
    ///   - curves: of one stage and one measurement, at least one.
    ///   - stage: the stage's place among the page's, which makes names of parameters.
    ///   - measurement: its place among the stage's.
    static func curves(_ curves: [LearningCurve], stage: Int, measurement: Int) -> Chart {
        let first = curves[0], axes = curves.flatMap { $0.cell.map(\.axis) }.uniqued
        let values = axes.map { axis in curves.compactMap { curve in curve.cell.first { $0.axis == axis }?.value }.uniqued }
        let choices = zip(axes, values).enumerated().filter { $1.1.count > 1 }.map { place, axis in
            Choice("stage\(stage)axis\(place)", title: axis.0, options: [Choice.all] + axis.1)
        }
        let rows = curves.enumerated().flatMap { line, curve in
            curve.thinned(to: mostPoints).points.map { point -> JSONValue in
                var row: [String: JSONValue] = [
                    "line": .number(Double(line)), "epoch": .number(Double(point.epoch)), "value": .figure(point.value),
                ]
                if point.isKept { row["kept"] = true }
                for (place, axis) in axes.enumerated() {
                    row["axis\(place)"] = .string(curve.cell.first { $0.axis == axis }?.value ?? "")
                }
                return .object(row)
            }
        }
        let filters = zip(axes.indices, axes).compactMap { place, _ in
            choices.first { $0.name == "stage\(stage)axis\(place)" }?.filter("axis\(place)")
        }
        let isShare = first.name.hasSuffix("accuracy") || first.name.hasSuffix("share")
        var shared: [String: JSONValue] = [
            "x": .channel(
                "epoch", "quantitative",
                ["title": "epoch", "axis": ["tickMinStep": 1, "grid": false], "scale": ["nice": false, "zero": false]]),
            "y": .channel(
                "value", "quantitative",
                [
                    "title": .null, "scale": ["zero": false],
                    "axis": isShare ? ["format": "~%", "tickCount": 5] : ["tickCount": 5],
                ]),
            "detail": ["field": "line"],
        ]
        // A colour for each domain, say; all alike where there is one of each.
        if let place = values.firstIndex(where: { $0.count > 1 }) {
            shared["color"] = .channel(
                "axis\(place)", "nominal",
                [
                    "title": .null, "sort": .texts(values[place]), "scale": ["domain": .texts(values[place])],
                    "legend": ["columns": 3, "symbolType": "stroke"],
                ])
        }
        let tooltip = JSONValue.tooltip(
            axes.enumerated().map { ("axis\($0)", $1, nil) } + [
                ("epoch", "epoch", "d"), ("value", first.name, isShare ? ".1%" : ".4~g"),
            ])
        func layer(_ mark: JSONValue, _ more: [String: JSONValue] = [:], filter: String? = nil) -> JSONValue {
            var members: [String: JSONValue] = [
                "mark": mark, "encoding": .object(shared.merging(more) { _, new in new }),
            ]
            if let filter { members["transform"] = [["filter": .string(filter)]] }
            return .object(members)
        }
        return Chart(
            "curves-\(stage + 1)-\(measurement + 1)", "\(first.stage): \(first.name)", caption: first.name,
            description: "\(first.name) by epoch of \(curves.count) trainings of the stage \(first.stage); "
                + "a dot marks the epoch that was kept.",
            height: 270, choices: choices,
            [
                "data": .rows(rows), "transform": .array(filters),
                "layer": [
                    layer(["type": "line", "opacity": 0.75, "tooltip": .null]),
                    layer(["type": "point", "filled": true, "size": 60, "opacity": 0], ["tooltip": tooltip]),
                    layer(
                        ["type": "point", "filled": true, "size": 42, "opacity": 1], ["tooltip": tooltip], filter: "datum.kept"),
                ],
            ])
    }
}

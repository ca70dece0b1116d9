import ArtifactStore

extension Chart {
    /// Accuracies by method and target: each seed as a point, the mean and the deviation over seeds.
    ///
    /// A row for each target with its methods below each other; of many methods, a row for each method with its targets.
    static func accuracies(_ table: AccuracyTable) -> Chart {
        let groups = table.columns.count == 1 ? table.columns : [table.averageTitle] + table.columns
        let means = groups.flatMap { group in
            table.methods.compactMap { method -> JSONValue? in
                let isAverage = group == table.averageTitle && table.columns.count > 1
                guard let summary = isAverage ? table.average(method) : table.summary(method, group) else { return nil }
                let deviation = summary.deviation ?? 0
                return [
                    "method": .string(method), "target": .string(group), "mean": .percent(summary.mean),
                    "low": .percent(summary.mean - deviation), "high": .percent(summary.mean + deviation),
                    "deviation": .percent(deviation), "seeds": .number(Double(summary.count)),
                ]
            }
        }
        let seeds = table.scores.compactMap { score -> JSONValue? in
            score.accuracy.map {
                [
                    "method": .string(score.method), "target": .string(score.column), "accuracy": .percent($0),
                    "seed": .string(score.seed ?? "none"),
                ]
            }
        }
        let manyMethods = table.methods.count > 8
        let (rows, within) = manyMethods ? (table.methods, groups) : (groups, table.methods)
        let (row, offset) = manyMethods ? ("method", "target") : ("target", "method")
        let step = max(9, min(15, 40 - 5 * within.count)), height = rows.count * (within.count * step + 12)
        let place: [String: JSONValue] = [
            "y": .channel(
                row, "nominal", ["sort": .texts(rows), "title": .null, "axis": ["grid": true, "tickBand": "extent"]]),
            "yOffset": .channel(offset, "nominal", ["sort": .texts(within)]),
            "color": .channel(
                offset, "nominal",
                ["sort": .texts(within), "scale": ["domain": .texts(within)], "title": .null, "legend": ["columns": 4]]),
        ]
        func layer(_ data: [JSONValue]?, _ mark: JSONValue, _ encoding: [String: JSONValue]) -> JSONValue {
            var members: [String: JSONValue] = ["mark": mark, "encoding": .object(encoding.merging(place) { own, _ in own })]
            if let data { members["data"] = .rows(data) }
            return .object(members)
        }
        func x(_ field: String) -> JSONValue {
            .channel(
                field, "quantitative",
                ["title": "accuracy, %", "scale": ["zero": false, "padding": 10], "axis": ["tickCount": 10]])
        }
        let tooltip = JSONValue.tooltip([
            ("method", "method", nil), ("target", table.title, nil), ("mean", "mean, %", ".1f"), ("deviation", "±", ".1f"),
            ("seeds", "seeds", "d"),
        ])
        return Chart(
            "accuracies", "Accuracy by \(table.title) and method",
            description: "Accuracy in percent of \(table.methods.count) methods on \(table.columns.count) columns: "
                + "seeds as small points, means as diamonds, standard deviations as lines. The table above has the same figures.",
            height: height + 80 + 18 * (within.count / 4),
            [
                "layer": [
                    layer(
                        means, ["type": "rule", "strokeWidth": 2, "opacity": 0.7],
                        [
                            "x": x("low"), "x2": ["field": "high"], "tooltip": tooltip,
                        ]),
                    layer(
                        seeds, ["type": "point", "filled": true, "size": 22, "opacity": 0.55],
                        [
                            "x": x("accuracy"),
                            "tooltip": .tooltip([
                                ("method", "method", nil), ("target", table.title, nil), ("seed", "seed", nil),
                                ("accuracy", "accuracy, %", ".1f"),
                            ]),
                        ]),
                    layer(
                        means, ["type": "point", "filled": true, "shape": "diamond", "size": 80, "opacity": 1],
                        ["x": x("mean"), "tooltip": tooltip]),
                ]
            ])
    }
}

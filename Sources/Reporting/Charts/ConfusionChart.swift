import ArtifactStore

extension Chart {
    /// Classes that a matrix shows at the most: the most confused.
    static let mostClasses = 60
    /// Cells beside the diagonal that a matrix has at the most: those of the most images.
    private static let mostConfusions = 800

    /// Confusion matrices, one at a time: a row for each true class, a column for each predicted one.
    static func confusion(_ reports: [TargetReport], _ choice: TargetChoice) -> Chart {
        var cells: [JSONValue] = [], ranks: [JSONValue] = [], most = 1
        for (number, report) in reports.enumerated() {
            let matrix = ConfusionMatrix(report.confusion, mostClasses: mostClasses)
            most = max(most, matrix.classes.count)
            for row in matrix.classes {
                ranks.append([
                    "key": .string("\(number)/\(row.name)"), "byName": .number(Double(row.byName)),
                    "byAccuracy": .number(Double(row.byAccuracy)), "byConfusion": .number(Double(row.byConfusion)),
                ])
            }
            cells += matrix.cells(atMost: mostConfusions).map { cell in
                [
                    "report": .number(Double(number)), "target": .string(report.target), "method": .string(report.method),
                    "label": .string(cell.label), "predicted": .string(cell.predicted), "images": .number(Double(cell.images)),
                    "share": .figure(cell.share, digits: 3),
                ]
            }
        }
        let order = Choice("order", title: "sort classes by", options: ["name", "accuracy", "confusion"])
        func rank(_ field: String, as name: String) -> [JSONValue] {
            let fields: JSONValue = .texts(["byName", "byAccuracy", "byConfusion"])
            return [
                ["calculate": .string("datum.report + '/' + datum.\(field)"), "as": "key"],
                ["lookup": "key", "from": ["data": .rows(ranks), "key": "key", "fields": fields]],
                [
                    "calculate":
                        "order === 'name' ? datum.byName : order === 'accuracy' ? datum.byAccuracy : datum.byConfusion",
                    "as": .string(name),
                ],
            ]
        }
        func axis(_ field: String, _ title: String, _ rank: String, _ more: [String: JSONValue]) -> JSONValue {
            .channel(
                field, "nominal",
                [
                    "title": .string(title), "sort": ["field": .string(rank), "op": "min", "order": "ascending"],
                    "axis": .object(
                        ["labelFontSize": most > 30 ? 8 : 11, "labelLimit": 110, "labelOverlap": false, "ticks": false].merging(
                            more
                        ) { _, new in new }),
                ])
        }
        let step = max(11, min(34, 660 / max(1, most)))
        var chart = Chart(
            "confusion", "Confusion matrix",
            description:
                "True classes in rows, predicted classes in columns. Darker cells have a larger share of the true class's "
                + "images. The table of confusions below has the largest.",
            height: most * step + 190, choices: choice.all + [order],
            [
                "data": .rows(cells),
                "transform": .array(
                    choice.filters + rank("label", as: "rowRank") + rank("predicted", as: "columnRank") + [
                        ["calculate": "datum.label === datum.predicted ? 'right' : 'wrong'", "as": "outcome"]
                    ]),
                "mark": ["type": "rect"],
                "encoding": [
                    "y": axis("label", "true class", "rowRank", [:]),
                    "x": axis("predicted", "predicted class", "columnRank", ["labelAngle": -90]),
                    "opacity": .channel(
                        "share", "quantitative",
                        [
                            "scale": ["type": "pow", "exponent": 0.6, "domain": [0, 1], "range": [0, 1]], "legend": .null,
                        ]),
                    "color": .channel("outcome", "nominal", ["scale": ["domain": ["right", "wrong"]], "title": .null]),
                    "tooltip": .tooltip([
                        ("label", "true class", nil), ("predicted", "predicted", nil), ("images", "images", "d"),
                        ("share", "of the true class", ".0%"),
                    ]),
                ],
            ])
        chart.narrowest = min(700, most * step + 130)
        chart.widest = max(480, most * (step + 10) + 130)
        return chart
    }
}

/// The confused part of a confusion matrix.
struct ConfusionMatrix {
    struct Row {
        var name: String
        /// The places in three orders, from 0: of the names, from the worst accuracy on, from the most confusions on.
        var byName = 0, byAccuracy = 0, byConfusion = 0
    }

    struct Cell {
        var label: String, predicted: String, images: Int
        /// Of the true class's images.
        var share: Double
    }

    private(set) var classes: [Row]
    private let counts: [TargetReport.Confusion]
    private let totals: [String: Int]

    init(_ counts: [TargetReport.Confusion], mostClasses: Int) {
        var totals: [String: Int] = [:], right: [String: Int] = [:], confused: [String: Int] = [:]
        for count in counts {
            totals[count.label, default: 0] += count.images
            if count.label == count.predicted {
                right[count.label, default: 0] += count.images
            } else {
                confused[count.label, default: 0] += count.images
                confused[count.predicted, default: 0] += count.images
            }
        }
        let names = counts.flatMap { [$0.label, $0.predicted] }.uniqued.sorted()
        let byConfusion = names.sorted { (confused[$1, default: 0], $0) < (confused[$0, default: 0], $1) }.prefix(mostClasses)
        let shown = Set(byConfusion), ordered = names.filter(shown.contains)
        func accuracy(_ name: String) -> Double { Double(right[name, default: 0]) / Double(max(1, totals[name, default: 0])) }
        var rows = Dictionary(uniqueKeysWithValues: ordered.enumerated().map { ($1, Row(name: $1, byName: $0)) })
        for (place, name) in ordered.sorted(by: { (accuracy($0), $0) < (accuracy($1), $1) }).enumerated() {
            rows[name]?.byAccuracy = place
        }
        for (place, name) in byConfusion.enumerated() { rows[name]?.byConfusion = place }
        classes = ordered.compactMap { rows[$0] }
        self.counts = counts.filter { shown.contains($0.label) && shown.contains($0.predicted) }
        self.totals = totals
    }

    /// The diagonal, whole, and the cells beside it that have the most images.
    func cells(atMost limit: Int) -> [Cell] {
        var right: [String: Int] = [:]
        for count in counts where count.label == count.predicted { right[count.label] = count.images }
        func cell(_ label: String, _ predicted: String, _ images: Int) -> Cell {
            Cell(
                label: label, predicted: predicted, images: images,
                share: Double(images) / Double(max(1, totals[label, default: 0])))
        }
        let wrong = counts.filter { $0.label != $0.predicted && $0.images > 0 }
            .sorted { ($1.images, $0.label, $0.predicted) < ($0.images, $1.label, $1.predicted) }
        return classes.map { cell($0.name, $0.name, right[$0.name, default: 0]) }
            + wrong.prefix(limit).map { cell($0.label, $0.predicted, $0.images) }
    }
}

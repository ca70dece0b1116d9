import Foundation

extension ExperimentReport {
    /// The experiment in a sentence.
    var lead: HTML {
        let made = planned - missing.count
        let methods = results.methods.count
        let best = results.best
        let state: HTML =
            missing.isEmpty
            ? "" : " \(made) of \(planned) artifacts are made so far; see <a href=\"#stages\">what is missing</a>."
        guard let best else { return "\(methods) methods, and no result for all columns yet.\(state)" }
        let figure = percentage(best.1.mean * 100, best.1.deviation.map { $0 * 100 })
        return """
            \(methods == 1 ? "One method" : "\(methods) methods"). Best average: <strong>\(best.0)</strong> with \
            <strong>\(figure) %</strong>.\(state)
            """
    }

    /// The rows that some of the figures compare, in words.
    var comparison: String { [focus, baseline].compactMap(\.self).uniqued.joined(separator: " and ") }
}

extension PagePart {
    static func results(_ report: ExperimentReport) -> PagePart {
        var table = report.results
        table.marksBest = true
        let hasScores = table.scores.contains { $0.accuracy != nil }
        let charts = hasScores ? [Chart.accuracies(table)] : []
        let body: HTML =
            "\(table.table.html(best: table.bestRow))\(hasScores ? HTML.figures(charts, layout: "wide") : .empty("No evaluation has been made yet."))"
        return PagePart(
            .results, name: "Results", title: "Results",
            reading: """
                Accuracy in percent, mean ± standard deviation over seeds; the best of each column is bold, and the best average has a star. Below, each seed is a small \
                point, the diamond is the mean, and the line is the deviation: methods whose lines overlap cannot be told apart.
                """,
            charts: charts, of: report, body: body)
    }

    static func curves(_ report: ExperimentReport) -> PagePart {
        let stages = report.curves.map(\.stage).uniqued
        let groups = stages.enumerated().map { place, stage in
            let own = report.curves.filter { $0.stage == stage }
            let names = own.map(\.name).uniqued
            return (
                stage,
                names.enumerated().map { number, name in
                    Chart.curves(own.filter { $0.name == name }, stage: place, measurement: number)
                }
            )
        }
        let body = groups.map { stage, charts -> HTML in "<h3>\(stage)</h3>\n\(HTML.figures(charts))" }
        return PagePart(
            .curves, name: "Training", title: "Training curves",
            reading: """
                A line for each training, epoch by epoch; the dot is the epoch whose result was kept. A loss that still falls at the end \
                asks for more epochs; a validation accuracy that falls while the loss falls shows that images are learned by heart.
                """,
            charts: groups.flatMap(\.1), of: report,
            body: groups.isEmpty ? .empty("Nothing has been learned yet.") : "\(body)")
    }

    static func targets(_ report: ExperimentReport) -> PagePart {
        let (title, reading) = (
            "Each target",
            """
            What was mistaken for what, which classes gain or lose beside \(report.baseline ?? "the baseline"), and whether stated \
            probabilities can be trusted. Seeds are taken together. Choose a target and a method; all figures follow.
            """
        )
        guard !report.targets.isEmpty else {
            return PagePart(
                .targets, name: "Targets", title: title, reading: "\(reading)", of: report,
                body: .empty("No evaluation has been made yet."))
        }
        let choice = TargetChoice(report.targets, method: report.focus ?? report.targets[0].method)
        let gains = report.targets.filter { !$0.gains.isEmpty }, spreads = report.targets.filter { !$0.spreads.isEmpty }
        let confusion = Chart.confusion(report.targets, choice)
        let pair = [Chart.reliability(report.targets, choice)] + (spreads.isEmpty ? [] : [Chart.spreads(spreads, choice)])
        let byClass = gains.isEmpty ? [] : [Chart.classGains(gains, choice, baseline: report.baseline ?? "the baseline")]
        let charts = [confusion] + byClass + pair
        // One set of lists for all of them.
        let errors: HTML = "<div><h3>Expected calibration error</h3>\n\(report.calibrationTable.html())</div>"
        let body: HTML = """
            \(HTML.figures(charts, layout: "targets", aside: errors))
            <details><summary>The most frequent confusions of \(choice.method.options[0]), as a table</summary>\(report.confusionTable(of: choice.method.options[0]).html())</details>
            \(gains.isEmpty ? nil : "<details><summary>Accuracy on every class, as a table</summary>\(report.classTable.html())</details>" as HTML?)
            """
        return PagePart(.targets, name: "Targets", title: title, reading: "\(reading)", charts: charts, of: report, body: body)
    }

    static func map(_ report: ExperimentReport) -> PagePart {
        let charts = (report.features.map { [Chart.features($0)] } ?? []) + (report.prompts.map { [Chart.prompts($0)] } ?? [])
        return PagePart(
            .map, name: "Map", title: "Features and prompts in two dimensions",
            reading: """
                Principal components: the two directions in which points vary most; near points may still lie apart in the others. \
                Hover over a point to see its image, where there is a thumbnail. Prompts: large diamonds were learned on a domain, \
                small dots were generated for images of a target.
                """,
            charts: charts, of: report,
            body: charts.isEmpty
                ? .empty("There are no features yet.") : charts.map { HTML.figures([$0], layout: "wide") }.joined)
    }

    static func gallery(_ report: ExperimentReport) -> PagePart {
        let targets = report.gallery.map(\.target).uniqued
        let focus = report.focus ?? "the last method", baseline = report.baseline ?? "the baseline"
        let chooser: HTML? =
            targets.count < 2
            ? nil
            : """
            <div class="controls"><label>target <select id="gallery-target"><option value="">all</option>\
            \(targets.map { "<option>\($0)</option>" as HTML })</select></label></div>
            """
        let groups = targets.map { target -> HTML in
            let own = report.gallery.filter { $0.target == target }
            return """
                <div data-target="\(target)"><h3>\(target)</h3>
                \(own.map { "<h4 class=\"how\">\($0.title(focus: focus, baseline: baseline))</h4>\($0.html(focus: focus, baseline: baseline))" as HTML })</div>
                """
        }
        return PagePart(
            .gallery, name: "Images", title: "Images that tell most",
            reading: """
                Predictions of \(focus) with one seed: the most confident right and wrong ones, and where it disagrees with \
                \(baseline); of each pair of classes one. Under each image: its class, what it was taken for, and the probability.
                """,
            of: report, body: report.gallery.isEmpty ? .empty("There are no predictions yet.") : "\(chooser)\(groups)")
    }

    static func stages(_ report: ExperimentReport) -> PagePart {
        let chart = report.stages.isEmpty ? [] : [Chart.stages(report.stages)]
        var table = Table([
            .init("stage"), .init("uses"), .init("from"), .init("states"), .init("time", .trailing), .init("size", .trailing),
        ])
        for stage in report.stages where stage.kind != nil {
            table.append([
                stage.name, stage.kind ?? "", stage.inputs.map { report.stages[$0].name }.joined(separator: ", "),
                stage.stateText,
                stage.seconds > 0 ? clockTime(stage.seconds) : "", stage.bytes > 0 ? byteSize(stage.bytes) : "",
            ])
        }
        return PagePart(
            .stages, name: "Stages", title: "Stages",
            reading: "What is made from what, how far it is, and the time that all cells of a stage took together.",
            charts: chart, of: report, body: "\(report.missingList)\(HTML.figures(chart, layout: "wide"))\(table.html())")
    }

    static func cost(_ report: ExperimentReport) -> PagePart {
        let charts = Chart.Cost.allCases.compactMap { Chart.cost($0, report.costs, report.results) }
        var table = AccuracyTable(report.results.scores, columns: report.results.columns, by: report.results.title).costTable(
            report.costs)
        table.caption = "Averages over targets and seeds."
        return PagePart(
            .cost, name: "Cost", title: "Cost against accuracy",
            reading: """
                Up and to the left is better: more accuracy for less. Time is that of everything learned that an evaluation was made \
                from, as one process; features are in no figure.
                """,
            charts: charts, of: report,
            body: charts.isEmpty
                ? .empty("No method has an average over all columns yet.") : "\(HTML.figures(charts))\(table.html())")
    }

    static func run(_ report: ExperimentReport) -> PagePart {
        PagePart(
            .run, name: "What was run", title: "What was run",
            reading: "Enough to run it again: the pipeline with all values, versions, and the key of every artifact.",
            of: report,
            body: """
                <dl class="facts">\(report.run.facts.map { "<div><dt>\($0.title)</dt><dd>\($0.text)</dd></div>" as HTML })</dl>
                <h3>The pipeline</h3>
                <pre tabindex="0"><code>\(report.run.specification)</code></pre>
                <details><summary>All \(report.run.artifacts.rows.count) artifacts with their keys</summary>\(report.run.artifacts.html())</details>
                """)
    }
}

extension [HTML] {
    var joined: HTML { "\(self)" }
}

extension AccuracyTable {
    /// The methods with their averages and costs alone.
    fileprivate func costTable(_ costs: CostTable) -> Table {
        let remarks = costs.remarks
        var table = Table([.init("method"), .init(averageTitle, .trailing)] + remarks.map { .init($0.title, .trailing) })
        for method in methods {
            let average = average(method).map { percentage($0.mean * 100, $0.deviation.map { $0 * 100 }) } ?? "–"
            table.append([method, average] + remarks.map { $0.values[method] ?? "–" })
        }
        return table
    }
}

extension ExperimentReport {
    /// Lines at the most.
    private static let mostMissing = 30

    fileprivate var missingList: HTML? {
        guard !missing.isEmpty else { return nil }
        var table = Table([.init("not made"), .init("state"), .init("why")])
        for one in missing.prefix(Self.mostMissing) { table.append([one.name, one.state, one.reason]) }
        if missing.count > Self.mostMissing { table.notes = ["and \(missing.count - Self.mostMissing) more"] }
        return """
            <div class="alert" role="note"><p><strong>\(missing.count) of \(planned) artifacts are missing</strong>; figures are of what \
            there is.</p>\(table.html(sortable: false))</div>
            """
    }

    fileprivate var calibrationTable: Table {
        let names = targets.map(\.target).uniqued
        var table = Table([.init("method")] + names.map { .init($0, .trailing) })
        table.caption = "Mean distance of probability and accuracy over 15 bins, in percent points; seeds taken together."
        for method in targets.map(\.method).uniqued {
            table.append(
                [method]
                    + names.map { name in
                        let report = targets.first { $0.target == name && $0.method == method }
                        return report?.expectedCalibrationError.map { String(format: "%.1f", 100 * $0) } ?? "–"
                    })
        }
        return table
    }

    /// Rows of a table of confusions for each target.
    private static let mostConfusions = 10

    fileprivate func confusionTable(of method: String) -> Table {
        var table = Table([.init("target"), .init("true class"), .init("predicted"), .init("images", .trailing)])
        table.caption = "Predictions of all seeds together."
        for report in targets where report.method == method {
            let wrong = report.confusion.filter { $0.label != $0.predicted }
                .sorted { ($1.images, $0.label, $0.predicted) < ($0.images, $1.label, $1.predicted) }
            for one in wrong.prefix(Self.mostConfusions) {
                table.append([report.target, one.label, one.predicted, "\(one.images)"])
            }
        }
        return table
    }

    fileprivate var classTable: Table {
        let reports = targets.filter { $0.method == focus && !$0.gains.isEmpty }
        var table = Table(
            [.init("class")] + reports.flatMap { [Table.Column($0.target, .trailing), Table.Column("gain", .trailing)] })
        table.caption =
            "Accuracy of \(focus ?? "the method") in percent, and the gain over \(baseline ?? "the baseline") in points."
        let byClass = reports.map { Dictionary($0.gains.map { ($0.label, $0) }) { first, _ in first } }
        for name in reports.flatMap({ $0.gains.map(\.label) }).uniqued.sorted() {
            table.append(
                [name]
                    + byClass.flatMap { gains in
                        gains[name].map {
                            [
                                String(format: "%.1f", 100 * $0.accuracy),
                                String(format: "%+.1f", 100 * ($0.accuracy - $0.baseline)),
                            ]
                        }
                            ?? ["–", "–"]
                    })
        }
        return table
    }
}

extension GalleryGroup {
    fileprivate func html(focus: String, baseline: String) -> HTML {
        guard !items.isEmpty else { return .empty("None.") }
        let cards = items.map { item -> HTML in
            let isRight = item.predicted == item.label
            let outcome: HTML = isRight ? "right" : "wrong"
            let other: HTML? = item.other.map { other in
                "<span class=\"said\">\(baseline): \(other)\((item.otherProbability.map { " \(percent($0).unbroken)" } ?? "") as String)</span>"
            }
            return """
                <li><div class="picture">\(item.picture.html(alt: item.label))</div><span class="truth">\(item.label)</span>
                <span class="said"><span class="\(outcome)">\(isRight ? "✓" : "✗") \(item.predicted)</span> \(percent(item.probability).unbroken)</span>\(other)</li>
                """
        }
        return "<ul class=\"gallery\">\(cards)</ul>\n"
    }
}

extension String {
    /// Without a place to break a line between a number and its unit.
    fileprivate var unbroken: String { replacing(" ", with: "\u{A0}") }
}

extension Thumbnail {
    fileprivate func html(alt: String) -> HTML {
        switch self {
        case .jpeg(let data, let width, let height):
            "<img src=\"data:image/jpeg;base64,\(data.base64EncodedString())\" width=\"\(width)\" height=\"\(height)\" alt=\"\(alt)\">"
        case .none(let reason): "<span>\(reason)</span>"
        }
    }
}

import ArtifactStore
import Foundation
import Reporting
import Testing

@Suite("The page of a report")
struct ReportPageTests {
    @Test("A curve of many epochs is thinned evenly; its last epoch and the one that was kept stay")
    func thinned() {
        let points = (1...10).map { LearningCurve.Point(epoch: $0, value: 1 / Double($0), isKept: $0 == 6) }
        let curve = LearningCurve(stage: "fit", cell: [], name: "loss", points: points)
        #expect(curve.thinned(to: 10) == curve)
        #expect(curve.thinned(to: 4).points.map(\.epoch) == [1, 4, 6, 7, 10])
        #expect(curve.thinned(to: 3).points.map(\.epoch) == [1, 5, 6, 9, 10])
    }

    /// What must not become markup or end a script.
    private static let hostile = "</script><script>alert('1 & 2')</script>"

    private static func report(named name: String) -> ExperimentReport {
        let scores = [
            AccuracyTable.Score(method: name, column: name, accuracy: 0.5),
            .init(method: "Zero-shot", column: name, accuracy: 0.25),
        ]
        var report = ExperimentReport(name: name, file: name, results: AccuracyTable(scores))
        report.facts = [.init(name, name)]
        report.planned = 3
        report.missing = [.init(name: name, state: name, reason: name)]
        report.curves = [
            LearningCurve(
                stage: name, cell: [CellValue(name, name)], name: name, points: [.init(epoch: 1, value: 2, isKept: true)])
        ]
        report.targets = [
            TargetReport(
                target: name, method: name,
                confusion: [.init(label: name, predicted: "a", images: 1), .init(label: "a", predicted: "a", images: 3)],
                calibration: [.init(bin: 3, images: 4, confidence: 0.25, accuracy: 0.75)],
                spreads: [.init(from: 0.1, images: 4, accuracy: 0.75)],
                gains: [.init(label: name, images: 1, accuracy: 0, baseline: 1)])
        ]
        (report.focus, report.baseline) = (name, "Zero-shot")
        let point = PointMap.Point(x: 0.5, y: 1, domain: name, label: name, seed: "1", target: name, thumbnail: 0)
        report.features = PointMap(points: [point], shares: [0.7, 0.1], total: 1)
        report.prompts = report.features
        report.thumbnails = [Data([1, 2, 3])]
        report.gallery = [
            GalleryGroup(
                kind: .wrong, target: name,
                items: [
                    .init(
                        path: name, picture: .none(name), label: name, predicted: name, probability: 0.5, other: name,
                        otherProbability: 0.5)
                ])
        ]
        report.stages = [StageSummary(name: name, kind: name, inputs: [], states: [.init(name, 1)], seconds: 1, bytes: 1)]
        report.run.specification = name
        report.run.facts = [.init(name, name)]
        report.queries = [.results: [name]]
        report.notes = [.map: [name]]
        return report
    }

    @Test("Text from anywhere is shown and never run: in no place does it become markup, or end a script")
    func escapes() {
        let text = ReportPage(Self.report(named: Self.hostile)).text
        let plain = ReportPage(Self.report(named: "plain")).text
        func count(_ words: String, in text: String) -> Int { text.components(separatedBy: words).count - 1 }
        #expect(count("<script", in: text) == count("<script", in: plain))
        #expect(count("</script", in: text) == count("</script", in: plain))
        // Both ways to write it are there: in the page, and in specifications.
        #expect(text.contains("&lt;/script&gt;&lt;script&gt;alert(&#39;1 &amp; 2&#39;)"))
        #expect(text.contains("\\u003c/script>\\u003cscript>alert('1 & 2')"))
    }

    @Test("A page without results says what is missing, and has every part")
    func nothing() {
        var report = ExperimentReport(
            name: "new", file: "new.yaml", results: AccuracyTable([.init(method: "SPG", column: "ink", accuracy: nil)]))
        report.planned = 1
        report.missing = [.init(name: "spg(target ink)", state: "missing", reason: "never made")]
        let page = ReportPage(report)
        #expect(page.charts.isEmpty)
        for part in ExperimentReport.Part.allCases { #expect(page.text.contains("<section id=\"\(part.rawValue)\"")) }
        for words in ["No evaluation has been made yet.", "Nothing has been learned yet.", "spg(target ink)", "never made"] {
            #expect(page.text.contains(words))
        }
    }

    @Test("Nothing outside of the page is asked for")
    func isWhole() {
        // What comes before the page's scripts, which name elements in plenty.
        let text = ReportPage(Self.report(named: "plain")).text.components(separatedBy: "<script>")[0]
        for reference in text.matches(of: #/<(?:img|script|link|iframe)[^>]*(?:src|href)="([^"]*)"/#) {
            #expect(reference.output.1.hasPrefix("data:"), "\(reference.output.1)")
        }
        #expect(!text.contains("@import") && !text.contains("url("))
    }

    @Test("Every chart is a Vega-Lite specification with a description, and fields have names of the program alone")
    func specifications() throws {
        let charts = ReportPage(Self.report(named: Self.hostile)).charts
        #expect(
            charts.map(\.name) == [
                "accuracies", "curves-1-1", "confusion", "class-gains", "reliability", "spreads", "features", "prompts",
                "stages",
            ])
        for chart in charts {
            #expect(chart.specification["$schema"]?.plainText.contains("vega-lite/v6") == true)
            #expect((chart.specification["description"]?.plainText.count ?? 0) > 20)
            func fields(_ value: JSONValue) -> [String] {
                switch value {
                case .array(let elements): elements.flatMap(fields)
                case .object(let members):
                    members.filter { $0.key != "values" }.flatMap { key, value in
                        ["field", "calculate", "filter", "expr"].contains(key) ? [value.plainText] : fields(value)
                    }
                default: []
                }
            }
            #expect(fields(chart.specification).allSatisfy { !$0.contains("script") }, "\(chart.name)")
        }
    }

    @Test("The calibration error is the weighted mean distance of confidence and accuracy")
    func calibration() throws {
        let report = TargetReport(
            target: "a", method: "b", confusion: [],
            calibration: [
                .init(bin: 1, images: 1, confidence: 0.1, accuracy: 0.4),
                .init(bin: 9, images: 3, confidence: 0.6, accuracy: 0.5),
            ])
        let error = try #require(report.expectedCalibrationError)
        #expect(abs(error - 0.15) < 1e-12)
        #expect(TargetReport(target: "a", method: "b", confusion: [], calibration: []).expectedCalibrationError == nil)
    }
}

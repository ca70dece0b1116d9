import ArtifactStore
import Datasets
import Reporting

extension ReportReading {
    /// The training curves of everything that the pipeline has learned, stage by stage.
    mutating func readCurves() throws {
        let rows = try ask(
            .curves,
            """
            SELECT key, name, epoch, value, is_kept FROM curves WHERE \(keyCondition) ORDER BY key, name, epoch
            """)
        var points: [ArtifactKey: [String: [LearningCurve.Point]]] = [:]
        for row in rows {
            guard let key = ArtifactKey(row[0].text), let epoch = row[2].integer, let value = row[3].number else { continue }
            points[key, default: [:]][row[1].text, default: []].append(
                .init(epoch: epoch, value: value, isKept: row[4].integer == 1))
        }
        report.curves = plan.work.flatMap { instance -> [LearningCurve] in
            let own = points[instance.key] ?? [:]
            return own.keys.sorted(by: Self.precedes).map { name in
                LearningCurve(
                    stage: instance.stage, cell: instance.cell.coordinates.map { CellValue($0.axis, $0.value.text) },
                    name: name,
                    points: own[name] ?? [])
            }
        }
    }

    /// Losses first, what validation images say last.
    private static func precedes(_ a: String, _ b: String) -> Bool {
        func place(_ name: String) -> Int { name.hasSuffix("loss") ? 0 : name.hasPrefix("validation") ? 2 : 1 }
        return (place(a), a) < (place(b), b)
    }
}

import ArtifactStore
import Datasets
import Reporting

extension ReportReading {
    /// Predictions that are counted for one page at the most: some seconds' work.
    static let mostPredictions = 4_000_000

    /// How each method did on each target: confusions, calibration, classes beside the baseline's, spreads.
    ///
    /// Accuracies of classes are sums of the confusions' rows. The view `class_gains` says the same, and would read all
    /// predictions once more.
    mutating func readTargets() throws {
        // The two rows that are compared come first, target by target.
        let compared = [report.focus, report.baseline].compactMap(\.self), targets = evaluations.map(\.target).uniqued
        let others = evaluations.map(\.planned.title).uniqued.filter { !compared.contains($0) }
        let places =
            targets.flatMap { target in compared.map { (target, $0) } }
            + others.flatMap { title in targets.map { ($0, title) } }
        var counted = 0, leftOut: [String] = [], isFirst = true
        for (target, title) in places {
            let own = evaluations.filter { $0.target == target && $0.planned.title == title }
            guard !own.isEmpty else { continue }
            counted += own.reduce(0) { $0 + $1.record.images }
            guard counted <= Self.mostPredictions || isFirst else {
                leftOut.append("\(title) on \(target)")
                continue
            }
            report.targets.append(try targetReport(title, target, own, isShown: isFirst))
            isFirst = false
        }
        addGains()
        if !report.targets.isEmpty {
            report.notes[.targets] = [
                "The queries are those of the first target and method; the others differ in their keys alone."
            ]
        }
        if !leftOut.isEmpty {
            report.notes[.targets]?.append(
                "Not counted, since more than \(Self.mostPredictions / 1_000_000) million predictions would have been: "
                    + leftOut.joined(separator: ", ") + ".")
        }
    }

    /// What classes gain and lose, where the baseline was counted, too.
    private mutating func addGains() {
        guard let title = report.baseline else { return }
        let baselines = Dictionary(
            report.targets.filter { $0.method == title }.map { ($0.target, $0.classAccuracies) }
        ) { first, _ in first }
        for (index, own) in report.targets.enumerated() where own.method != title {
            guard let baseline = baselines[own.target] else { continue }
            report.targets[index].gains = own.classAccuracies.keys.sorted().compactMap { label in
                guard let accuracy = own.classAccuracies[label], let other = baseline[label] else { return nil }
                return .init(label: label, images: other.images, accuracy: accuracy.accuracy, baseline: other.accuracy)
            }
        }
        guard let first = report.targets.first, first.method != title,
            let own = evaluations.first(where: { $0.target == first.target && $0.planned.title == first.method }),
            let other = evaluations.first(where: { $0.target == first.target && $0.planned.title == title })
        else { return }
        report.queries[.targets, default: []].append(
            """
            SELECT label, images, accuracy, other_accuracy, gain FROM class_gains
            WHERE evaluation_key = \(own.planned.key.description.quotedForSQL)
                AND other_key = \(other.planned.key.description.quotedForSQL) ORDER BY gain DESC, label
            """)
    }

    private mutating func targetReport(
        _ title: String, _ target: String, _ own: [MadeEvaluation], isShown: Bool
    ) throws -> TargetReport {
        let keys = own.map(\.planned.key.description).listedForSQL
        let confusion = try ask(
            .targets,
            """
            SELECT label, predicted, sum(images) AS images FROM confusion
            WHERE evaluation_key IN (\(keys)) GROUP BY label, predicted ORDER BY label, predicted
            """, isShown: isShown)
        let calibration = try ask(
            .targets,
            """
            SELECT bin, sum(images) AS images, sum(images * confidence) / sum(images) AS confidence,
                   sum(images * accuracy) / sum(images) AS accuracy
            FROM calibration WHERE evaluation_key IN (\(keys)) GROUP BY bin ORDER BY bin
            """, isShown: isShown)
        var result = TargetReport(
            target: target, method: title,
            confusion: confusion.map { .init(label: $0[0].text, predicted: $0[1].text, images: $0[2].integer ?? 0) },
            calibration: calibration.map {
                .init(
                    bin: $0[0].integer ?? 0, images: $0[1].integer ?? 0, confidence: $0[2].number ?? 0,
                    accuracy: $0[3].number ?? 0)
            })
        // Only what was drawn several times has spreads.
        guard try own.contains(where: { try store.artifact($0.planned.key)?.recipe.parameters["draws"] != nil }) else {
            return result
        }
        result.spreads = try ask(
            .targets,
            """
            SELECT CAST(40 * spread AS INTEGER) / 40.0 AS spread_from, count(*) AS images, avg(predicted = label) AS accuracy
            FROM uncertainties WHERE evaluation_key IN (\(keys)) GROUP BY spread_from ORDER BY spread_from
            """, isShown: !report.targets.contains { !$0.spreads.isEmpty }
        ).map { .init(from: $0[0].number ?? 0, images: $0[1].integer ?? 0, accuracy: $0[2].number ?? 0) }
        return result
    }
}

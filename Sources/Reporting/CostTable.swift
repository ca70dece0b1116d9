import ArtifactStore
import Foundation

/// What evaluations have cost: numbers learned, and seconds of learning and of evaluating.
///
/// Learning is everything learned that an evaluation was made from, each counted whole. What other evaluations of the table
/// were made from too is told apart as shared: running the method for one target and seed alone costs the whole, adding it to
/// the others the rest. Features are in no figure.
public struct CostTable: Sendable {
    public struct Entry: Sendable {
        public var method: String
        public var source: String?
        public var target: String
        public var seed: String?
        public var evaluation: ArtifactKey
        /// Thousand millions of operations of one training step of what the evaluation reads; nil where nothing is learned.
        public var stepGigaflop: Double?
        /// The same of the prediction of one new image, with its feature; nil where no formula is known.
        public var imageGigaflop: Double?
        /// Nil where the evaluation has not been made.
        public var cost: EvaluationCost?

        public init(
            method: String, source: String? = nil, target: String, seed: String?, evaluation: ArtifactKey,
            stepGigaflop: Double? = nil, imageGigaflop: Double? = nil, cost: EvaluationCost?
        ) {
            (self.method, self.source, self.target, self.seed) = (method, source, target, seed)
            (self.evaluation, self.cost) = (evaluation, cost)
            (self.stepGigaflop, self.imageGigaflop) = (stepGigaflop, imageGigaflop)
        }
    }

    public let entries: [Entry]
    /// How many evaluations were made from each thing learned.
    private let uses: [ArtifactKey: Int]

    public init(_ entries: [Entry]) {
        self.entries = entries
        var users: [ArtifactKey: Set<ArtifactKey>] = [:]
        for entry in entries {
            for key in entry.cost.map({ Array($0.learning.keys) }) ?? [] { users[key, default: []].insert(entry.evaluation) }
        }
        uses = users.mapValues(\.count)
    }

    /// Seconds of what was learned for other evaluations too.
    func sharedSeconds(of cost: EvaluationCost) -> Double {
        cost.learning.reduce(0) { $0 + (uses[$1.key, default: 0] > 1 ? $1.value : 0) }
    }

    /// For people: columns beside a table of accuracies, averages over a method's evaluations.
    public var remarks: [AccuracyTable.Remark] {
        let methods = Dictionary(grouping: entries, by: \.method)
        func column(_ title: String, _ text: (Double) -> String, of value: (Entry) -> Double?) -> AccuracyTable.Remark {
            .init(title, methods.compactMapValues { MeanAndSpread($0.compactMap(value)).map { text($0.mean) } })
        }
        func short(_ value: Double) -> String { String(format: value < 10 ? "%.2f" : "%.1f", value) }
        func digits(_ value: Double) -> String { String(format: value < 1 ? "%.3f" : value < 100 ? "%.1f" : "%.0f", value) }
        return [
            column("parameters", { Int($0.rounded()).grouped }) { $0.cost.map { Double($0.parameters) } },
            column("GFLOP a step", digits) { $0.stepGigaflop },
            column("GFLOP an image", digits) { $0.imageGigaflop },
            column("learning, s", short) { $0.cost?.learningSeconds },
            column("of that shared, s", short) { $0.cost.map(sharedSeconds) },
            column("evaluation, s", short) { $0.cost?.evaluationSeconds },
            column("memory, MB", { Int(($0 / 1e6).rounded()).grouped }) { $0.cost?.peakBytes.map(Double.init) },
        ]
    }

    /// For programs: one row for each evaluation that has been made.
    public var csv: String {
        let titles = [
            "method", "source", "target", "seed", "parameters", "learning_seconds", "shared_seconds", "evaluation_seconds",
            "step_gigaflop", "image_gigaflop", "learning_peak_bytes", "evaluation_peak_bytes",
        ]
        func figure(_ value: (some CustomStringConvertible)?) -> String { value.map { "\($0)" } ?? "" }
        var table = Table(titles.map { .init($0) })
        for entry in entries {
            guard let cost = entry.cost else { continue }
            table.append([
                entry.method, entry.source ?? "", entry.target, entry.seed ?? "", "\(cost.parameters)",
                "\(cost.learningSeconds)", "\(sharedSeconds(of: cost))", "\(cost.evaluationSeconds)",
                figure(entry.stepGigaflop), figure(entry.imageGigaflop), figure(cost.learningPeakBytes),
                figure(cost.evaluationPeakBytes),
            ])
        }
        return table.csv
    }
}

extension Int {
    /// 151277313 as 151,277,313.
    package var grouped: String {
        String(self).reversed().enumerated().reduce(into: "") { text, digit in
            if digit.offset > 0, digit.offset % 3 == 0, digit.element != "-" { text = "," + text }
            text = String(digit.element) + text
        }
    }
}

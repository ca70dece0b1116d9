import ArtifactStore
import Foundation

/// What evaluations have cost: numbers learned, and seconds of learning and of evaluating.
///
/// Learning is everything learned that an evaluation was made from, each counted whole. What other evaluations of the table were
/// made from too is told apart as shared: running the method for one target and seed alone costs the whole, adding it to the
/// others the rest. Features are in no figure.
public struct CostTable: Sendable {
    public struct Entry: Sendable {
        public var method: String
        public var source: String?
        public var target: String
        public var seed: String?
        public var evaluation: ArtifactKey
        /// Nil where the evaluation has not been made.
        public var cost: EvaluationCost?

        public init(
            method: String, source: String? = nil, target: String, seed: String?, evaluation: ArtifactKey, cost: EvaluationCost?
        ) {
            (self.method, self.source, self.target, self.seed) = (method, source, target, seed)
            (self.evaluation, self.cost) = (evaluation, cost)
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
        let costs = Dictionary(grouping: entries, by: \.method).mapValues { $0.compactMap(\.cost) }.filter { !$0.value.isEmpty }
        func column(_ title: String, _ text: (Double) -> String, of value: (EvaluationCost) -> Double) -> AccuracyTable.Remark {
            .init(title, costs.compactMapValues { Summary($0.map(value)).map { text($0.mean) } })
        }
        func seconds(_ value: Double) -> String { String(format: value < 10 ? "%.2f" : "%.1f", value) }
        return [
            column("parameters", { Int($0.rounded()).grouped }) { Double($0.parameters) },
            column("learning, s", seconds) { $0.learningSeconds },
            column("of that shared, s", seconds) { sharedSeconds(of: $0) },
            column("evaluation, s", seconds) { $0.evaluationSeconds },
        ]
    }

    /// For programs: one row for each evaluation that has been made.
    public var csv: String {
        let titles = [
            "method", "source", "target", "seed", "parameters", "learning_seconds", "shared_seconds", "evaluation_seconds",
        ]
        var table = Table(titles.map { .init($0) })
        for entry in entries {
            guard let cost = entry.cost else { continue }
            table.append([
                entry.method, entry.source ?? "", entry.target, entry.seed ?? "", "\(cost.parameters)",
                "\(cost.learningSeconds)", "\(sharedSeconds(of: cost))", "\(cost.evaluationSeconds)",
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

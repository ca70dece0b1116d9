import Foundation

/// Accuracies of methods on target domains, over seeds: a row for each method, a column for each target, and the average.
///
/// The average is over the targets for each seed first, and then summarized over seeds as every other column is, so that
/// its ± tells how the average itself varies. It is given only where every target has the same seeds.
public struct AccuracyTable: Hashable, Sendable {
    /// One evaluation.
    public struct Score: Hashable, Sendable {
        /// The row's title.
        public var method: String
        public var target: String
        /// Nil for a method that does not depend on one.
        public var seed: String?
        /// In 0...1; nil where the evaluation has not been made.
        public var accuracy: Double?

        public init(method: String, target: String, seed: String? = nil, accuracy: Double?) {
            self.method = method
            self.target = target
            self.seed = seed
            self.accuracy = accuracy
        }
    }

    public var scores: [Score]

    /// Rows and columns come in the order in which the scores name them first.
    public init(_ scores: [Score]) {
        self.scores = scores
    }

    private var methods: [String] { scores.map(\.method).uniqued }
    private var targets: [String] { scores.map(\.target).uniqued }

    /// What there is of one cell: nil where nothing has been made yet, or not for every seed.
    func summary(_ method: String, _ target: String) -> Summary? {
        let values = scores.filter { $0.method == method && $0.target == target }.map(\.accuracy)
        return values.contains(nil) ? nil : Summary(values.compactMap(\.self))
    }

    /// The average over targets.
    func average(_ method: String) -> Summary? {
        let scores = scores.filter { $0.method == method }
        let seeds = scores.map(\.seed).uniqued
        let averages = seeds.map { seed -> Double? in
            let values = targets.map { target in
                scores.first { $0.seed == seed && $0.target == target }?.accuracy
            }
            return values.contains(nil) ? nil : Summary(values.compactMap(\.self))?.mean
        }
        return averages.contains(nil) ? nil : Summary(averages.compactMap(\.self))
    }

    /// For people: percent, one decimal, mean ± standard deviation over seeds; “–” for what is not there.
    public var table: Table {
        var table = Table([.init("accuracy, %")] + (targets + ["average"]).map { .init($0, .trailing) })
        for method in methods {
            table.append([method] + (targets.map { summary(method, $0) } + [average(method)]).map(Self.cell))
        }
        return table
    }

    /// For programs: one row for each method and target (and `average`), accuracies in 0...1 with all their digits.
    public var csv: String {
        var table = Table(["method", "target", "mean", "standard_deviation", "seeds"].map { .init($0) })
        for method in methods {
            for (target, summary) in targets.map({ ($0, summary(method, $0)) }) + [("average", average(method))] {
                guard let summary else { continue }
                table.append([
                    method, target, "\(summary.mean)", summary.deviation.map { "\($0)" } ?? "", "\(summary.count)",
                ])
            }
        }
        return table.csv
    }

    private static func cell(_ summary: Summary?) -> String {
        guard let summary else { return "–" }
        let mean = String(format: "%.1f", summary.mean * 100)
        return summary.deviation.map { mean + " ± " + String(format: "%.1f", $0 * 100) } ?? mean
    }
}

extension Sequence where Element: Hashable {
    /// Each element once, where it comes first.
    fileprivate var uniqued: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}

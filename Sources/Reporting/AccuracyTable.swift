import Foundation

/// Accuracies of methods on target domains, over seeds: a row for each method, a column for each target, and the
/// average.
///
/// A column may be something else: a source, whose targets are then taken together, image by image, or a data set. The average
/// is over the columns for each seed first, and then summarized over seeds as every other column is, so that its ± tells how
/// the average itself varies. It is given only where every column has the same seeds.
public struct AccuracyTable: Hashable, Sendable {
    /// One evaluation.
    public struct Score: Hashable, Sendable {
        /// The row's title.
        public var method: String
        public var column: String
        /// Nil for a method that does not depend on one.
        public var seed: String?
        /// In 0...1; nil where the evaluation has not been made.
        public var accuracy: Double?
        /// How many images it is of: its weight among those of the same method, column and seed.
        public var images: Int

        public init(method: String, column: String, seed: String? = nil, accuracy: Double?, images: Int = 1) {
            self.method = method
            self.column = column
            self.seed = seed
            self.accuracy = accuracy
            self.images = images
        }
    }

    public var scores: [Score]
    public var columns: [String]
    /// What the columns are: `target`, `source`, ….
    public var title: String

    /// - Parameter columns: in their order; as the scores name them first, if it is not given.
    /// Rows come in the order in which the scores name them first.
    public init(_ scores: [Score], columns: [String]? = nil, by title: String = "target") {
        self.scores = scores
        self.columns = columns ?? scores.map(\.column).uniqued
        self.title = title
    }

    private var methods: [String] { scores.map(\.method).uniqued }

    /// The accuracies of a row by seed and column, each over all images that there are.
    private func pooled(_ method: String) -> [String?: [String: Double?]] {
        Dictionary(grouping: scores.filter { $0.method == method }, by: \.seed).mapValues { scores in
            Dictionary(grouping: scores, by: \.column).mapValues { scores -> Double? in
                let images = scores.reduce(0) { $0 + $1.images }
                guard scores.count > 1 else { return scores[0].accuracy }
                guard scores.allSatisfy({ $0.accuracy != nil }), images > 0 else { return nil }
                return scores.reduce(0) { $0 + ($1.accuracy ?? 0) * Double($1.images) } / Double(images)
            }
        }
    }

    /// What there is of one cell: nil where nothing has been made yet, or not for every seed.
    func summary(_ method: String, _ column: String) -> Summary? {
        let values = seeds(method).compactMap { pooled(method)[$0]?[column] }
        return values.contains(nil) ? nil : Summary(values.compactMap(\.self))
    }

    /// The average over columns.
    func average(_ method: String) -> Summary? {
        let pooled = pooled(method)
        let averages = seeds(method).map { seed -> Double? in
            let values = columns.map { pooled[seed]?[$0] ?? nil }
            return values.contains(nil) ? nil : Summary(values.compactMap(\.self))?.mean
        }
        return averages.contains(nil) ? nil : Summary(averages.compactMap(\.self))
    }

    private func seeds(_ method: String) -> [String?] { scores.filter { $0.method == method }.map(\.seed).uniqued }

    /// For people: percent, one decimal, mean ± standard deviation over seeds; “–” for what is not there.
    public var table: Table {
        var table = Table([.init("accuracy, %")] + (columns + ["average"]).map { .init($0, .trailing) })
        for method in methods {
            table.append([method] + (columns.map { summary(method, $0) } + [average(method)]).map(Self.cell))
        }
        return table
    }

    /// For programs: one row for each method and column (and `average`), accuracies in 0...1 with all their digits.
    public var csv: String {
        var table = Table(["method", title, "mean", "standard_deviation", "seeds"].map { .init($0) })
        for method in methods {
            for (column, summary) in columns.map({ ($0, summary(method, $0)) }) + [("average", average(method))] {
                guard let summary else { continue }
                table.append([
                    method, column, "\(summary.mean)", summary.deviation.map { "\($0)" } ?? "", "\(summary.count)",
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

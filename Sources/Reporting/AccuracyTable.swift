import Datasets

/// Accuracies of methods on target domains, over seeds: a row for each method, a column for each target, and the
/// average.
///
/// A column may be something else: a source, whose targets are then taken together, image by image, or a data set. The average
/// is over the columns for each seed first, and then summarized over seeds as every other column is, so that its ± tells how
/// the average itself varies. It is given only where every column has the same seeds.
public struct AccuracyTable: Sendable {
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

    /// A column of one's own figures, right of the accuracies.
    public struct Remark: Sendable {
        public var title: String
        /// By method.
        public var values: [String: String]

        public init(_ title: String, _ values: [String: String]) {
            (self.title, self.values) = (title, values)
        }
    }

    public let scores: [Score]
    public let columns: [String]
    /// What the columns are: `target`, `source`, ….
    public let title: String
    /// What the average over columns is called.
    public var averageTitle = "average"
    /// Figures of others, to stand above one's own.
    public var published: [PublishedTable] = []
    /// Whether the best of one's own of each column is set in bold.
    public var marksBest = false
    public var caption: String?
    public var remarks: [Remark] = []

    /// The rows' titles, in their order.
    public let methods: [String]
    private let seeds: [String: [String?]]
    private let accuracies: [Cell: Double?]

    private struct Cell: Hashable {
        let method: String, column: Name, seed: String?
    }

    /// A table whose rows come in the order in which the scores name them first.
    /// - Parameters:
    ///   - scores: those of one method in one column are its seeds.
    ///   - columns: in their order; as the scores name them first, if it is not given.
    ///   - title: what the columns are.
    public init(_ scores: [Score], columns: [String]? = nil, by title: String = "target") {
        self.scores = scores
        self.columns = columns ?? scores.map { Name($0.column) }.uniqued.map(\.text)
        self.title = title
        methods = scores.map(\.method).uniqued
        seeds = Dictionary(grouping: scores, by: \.method).mapValues { $0.map(\.seed).uniqued }
        accuracies = Dictionary(grouping: scores) { Cell(method: $0.method, column: Name($0.column), seed: $0.seed) }
            .mapValues(Self.pooled)
    }

    /// The accuracy over all images of some scores; nil where one is missing.
    static func pooled(_ scores: [Score]) -> Double? {
        guard scores.count > 1 else { return scores.first?.accuracy }
        let images = scores.reduce(0) { $0 + $1.images }
        guard scores.allSatisfy({ $0.accuracy != nil }), images > 0 else { return nil }
        return scores.reduce(0) { $0 + ($1.accuracy ?? 0) * Double($1.images) } / Double(images)
    }

    /// What there is of one cell: nil where nothing has been made yet, or not for every seed.
    public func summary(_ method: String, _ column: String) -> MeanAndSpread? {
        MeanAndSpread(
            whole: (seeds[method] ?? []).compactMap { accuracies[Cell(method: method, column: Name(column), seed: $0)] })
    }

    /// The average over columns; nil where one is missing.
    public func average(_ method: String) -> MeanAndSpread? {
        MeanAndSpread(
            whole: (seeds[method] ?? []).map { seed in
                MeanAndSpread(whole: columns.map { accuracies[Cell(method: method, column: Name($0), seed: seed)] ?? nil })?
                    .mean
            })
    }

    /// The method with the best average of one's own, and that average; nil where none is there.
    var best: (method: String, average: MeanAndSpread)? {
        methods.compactMap { method in average(method).map { (method, $0) } }.max { $0.1.mean < $1.1.mean }
    }

    /// The row of `table` that the best method has.
    var bestRow: Int? {
        let others = PublishedRows(published, for: columns).rows.count
        return best.flatMap { best in methods.firstIndex(of: best.method) }.map { others + $0 }
    }

    /// For people: percent, one decimal, mean ± standard deviation over seeds; “–” for what is not there.
    public var table: Table {
        // The average of a single column is that column.
        let hasAverage = columns.count != 1
        var table = Table(
            [.init("accuracy, %")] + (columns + (hasAverage ? [averageTitle] : [])).map { .init($0, .trailing) }
                + remarks.map { .init($0.title, .trailing) })
        table.caption = caption
        let published = PublishedRows(self.published, for: columns)
        for row in published.rows {
            let figures = row.figures + (hasAverage ? [row.average] : [])
            table.append(
                ["\(row.method) [\(row.source + 1)]"] + figures.map { $0.map { percentage($0.mean, $0.deviation) } ?? "–" }
                    + remarks.map { _ in "" })
        }
        table.notes = published.notes
        table.divide()
        let first = table.rows.count
        let summaries = methods.map { method in
            columns.map { summary(method, $0) } + (hasAverage ? [average(method)] : [])
        }
        for (method, summaries) in zip(methods, summaries) {
            table.append([method] + summaries.map(Self.cell) + remarks.map { $0.values[method] ?? "–" })
        }
        guard marksBest else { return table }
        for column in 0..<columns.count + (hasAverage ? 1 : 0) {
            let best = summaries.compactMap { $0[column]?.mean }.max()
            for (row, summaries) in summaries.enumerated() where best != nil && summaries[column]?.mean == best {
                table.emphasize(row: first + row, column: column + 1)
            }
        }
        return table
    }

    /// For programs: one row for each method and column (and `average`), accuracies in 0...1 with all their digits. Others'
    /// figures come last, and `published` says where they are from.
    public var longTable: Table {
        let titles = ["method", title, "mean", "standard_deviation", "seeds", "published"]
        var table = Table(titles.map { .init($0) })
        for method in methods {
            for (column, summary) in columns.map({ ($0, summary(method, $0)) }) + [("average", average(method))] {
                guard let summary else { continue }
                let figures = ["\(summary.mean)", summary.deviation.map { "\($0)" } ?? "", "\(summary.count)"]
                table.append([method, column] + figures + [""])
            }
        }
        for row in PublishedRows(published, for: columns).rows {
            for (column, figure) in zip(columns + ["average"], row.figures + [row.average]) {
                guard let figure else { continue }
                let figures = [share(figure.mean), figure.deviation.map(share) ?? "", ""]
                table.append([row.method, column] + figures + [published[row.source].source])
            }
        }
        return table
    }

    public var csv: String { longTable.csv }

    private static func cell(_ summary: MeanAndSpread?) -> String {
        summary?.percentText ?? "–"
    }
}

extension Sequence where Element: Hashable {
    /// Each element once, where it comes first.
    var uniqued: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}

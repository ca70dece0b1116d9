import Datasets

/// A table of accuracies for programs: what the table shows, with all digits.
public struct AccuracyDocument: Encodable, Sendable {
    /// What a figure is about, besides the column.
    struct Figure: Encodable {
        /// Nil for an average.
        let column: String
        /// From 0 to 1; nil where it is not there, or not for every seed.
        @OrNull var mean: Double?
        /// Over seeds, n − 1; nil for one of them, and for none.
        @OrNull var standardDeviation: Double?
        /// How many there are; nil of what others have published.
        @OrNull var seeds: Int?
    }

    struct Row: Encodable {
        let method: String
        /// Where a figure that others have published is from; nil of one's own.
        @OrNull var published: String?
        /// One for each column.
        let figures: [Figure]
        let average: Figure
    }

    /// Of what the table is; nil where it is not about one, or about several.
    @OrNull public private(set) var pipeline: String?
    @OrNull public private(set) var task: String?
    @OrNull public private(set) var backbone: String?
    @OrNull public private(set) var target: String?
    @OrNull public private(set) var caption: String?
    /// What the columns are: `target`, `source`, ….
    public let columnsAre: String
    public let columns: [String]
    let rows: [Row]

    /// - Parameters: what it is about.
    public init(
        _ table: AccuracyTable, pipeline: String? = nil, task: String? = nil, backbone: String? = nil, target: String? = nil
    ) {
        (self.pipeline, self.task, self.backbone, self.target) = (pipeline, task, backbone, target)
        (caption, columnsAre, columns) = (table.caption, table.title, table.columns)
        let published = PublishedRows(table.published, for: table.columns).rows.map { row in
            Row(
                method: row.method, published: table.published[row.source].source,
                figures: zip(table.columns, row.figures).map { Figure($0, $1) },
                average: Figure(table.averageTitle, row.average))
        }
        let own = table.methods.map { method in
            Row(
                method: method, published: nil,
                figures: table.columns.map { Figure($0, table.summary(method, $0)) },
                average: Figure(table.averageTitle, table.average(method)))
        }
        rows = published + own
    }
}

extension AccuracyDocument.Figure {
    fileprivate init(_ column: String, _ summary: MeanAndSpread?) {
        self.init(
            column: column, mean: summary?.mean, standardDeviation: summary?.deviation, seeds: summary?.count)
    }

    /// Without the digits that dividing a percentage would add.
    fileprivate init(_ column: String, _ figure: PublishedTable.Figure?) {
        self.init(
            column: column, mean: figure.flatMap { Double(share($0.mean)) },
            standardDeviation: figure?.deviation.flatMap { Double(share($0)) }, seeds: nil)
    }
}

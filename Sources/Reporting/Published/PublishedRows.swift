/// What published tables say about the columns of one's own.
struct PublishedRows {
    struct Row {
        let method: String
        /// The place of the table in the list.
        let source: Int
        /// One for each column; nil where it is not about it.
        let figures: [PublishedTable.Figure?]
        /// Nil where one's own columns are not all of the published ones: theirs is of other columns then.
        let average: PublishedTable.Figure?
    }

    let rows: [Row]
    /// Where they are from, each number once.
    let notes: [String]

    init(_ tables: [PublishedTable], for columns: [String]) {
        rows = tables.enumerated().flatMap { source, table in
            table.rows.map { row in
                let figures = Dictionary(uniqueKeysWithValues: zip(table.columns, row.figures))
                return Row(
                    method: row.method, source: source, figures: columns.map { figures[$0] },
                    average: Set(columns) == Set(table.columns) ? row.average : nil)
            }
        }
        .filter { $0.figures.contains { $0 != nil } }
        let used = Set(rows.map(\.source))
        notes = tables.enumerated().filter { used.contains($0.offset) }.map {
            "[\($0.offset + 1)] published: \($0.element.source)"
        }
    }
}

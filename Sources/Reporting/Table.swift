/// Cells in rows and columns, to be written for a screen, for a document, or for a program.
public struct Table: Hashable, Sendable {
    public enum Alignment: Sendable {
        case leading, trailing
    }

    public struct Column: Hashable, Sendable {
        public var title: String
        public var alignment: Alignment

        public init(_ title: String, _ alignment: Alignment = .leading) {
            self.title = title
            self.alignment = alignment
        }
    }

    /// A cell by its row and column.
    struct Place: Hashable, Sendable {
        let row: Int, column: Int
    }

    public var columns: [Column]
    /// As many cells in each row as there are columns.
    public private(set) var rows: [[String]] = []
    /// What the table is of, above it; no part of what programs read.
    public var caption: String?
    /// What there is to say about rows, below it; no part of what programs read.
    public var notes: [String] = []
    /// The rows that have a line above them.
    private(set) var ruled: Set<Int> = []
    private(set) var emphasized: Set<Place> = []

    public init(_ columns: [Column]) {
        self.columns = columns
    }

    /// Adds a row.
    /// - Precondition: it has a cell for each column.
    public mutating func append(_ row: [String]) {
        precondition(row.count == columns.count, "a row of \(row.count) cells in a table of \(columns.count) columns")
        rows.append(row)
    }

    /// Sets the rows that follow apart from those before, by a line where the format has one.
    public mutating func divide() {
        if !rows.isEmpty { ruled.insert(rows.count) }
    }

    /// Sets a cell in bold in documents.
    public mutating func emphasize(row: Int, column: Int) {
        emphasized.insert(Place(row: row, column: column))
    }

    /// For a fixed-width screen: columns two spaces apart, a line under the titles.
    public var text: String {
        let widths = widths(of: rows.map { $0.map(\.count) })
        let rule = widths.map { String(repeating: "─", count: $0) }
        var underTitles = rule
        // Remarks in the last column may be long; a line as long would wrap.
        if let last = columns.last, last.alignment == .leading {
            underTitles[columns.count - 1] = String(repeating: "─", count: last.title.count)
        }
        var lines = [columns.map(\.title), underTitles]
        for (index, row) in rows.enumerated() {
            if ruled.contains(index) { lines.append(rule) }
            lines.append(row)
        }
        return framed(lines.map { line($0, widths, separator: "  ").trimmingTrailingSpaces }.joined(separator: "\n"))
    }

    /// As a table of GitHub's Markdown, which has no lines between rows.
    public var markdown: String {
        let titles = columns.map { $0.title.escapingBars }
        let rows = rows.enumerated().map { row, cells in
            cells.enumerated().map { column, cell in
                let cell = cell.escapingBars
                return emphasized.contains(Place(row: row, column: column)) ? "**\(cell)**" : cell
            }
        }
        let widths = widths(of: [titles.map(\.count)] + rows.map { $0.map(\.count) }).map { max(3, $0) }
        let rule = zip(columns, widths).map { column, width in
            column.alignment == .trailing
                ? String(repeating: "-", count: width - 1) + ":" : String(repeating: "-", count: width)
        }
        return framed(
            ([titles, rule] + rows).map { "| " + line($0, widths, separator: " | ") + " |" }.joined(separator: "\n"))
    }

    /// As comma-separated values (RFC 4180, with line feeds).
    public var csv: String {
        ([columns.map(\.title)] + rows).map { $0.map(\.quotedForCSV).joined(separator: ",") + "\n" }.joined()
    }

    /// A body between the caption and the notes.
    private func framed(_ body: String) -> String {
        ((caption.map { [$0, ""] } ?? []) + [body] + (notes.isEmpty ? [] : [""] + notes)).joined(separator: "\n")
    }

    private func widths(of lengths: [[Int]]) -> [Int] {
        columns.indices.map { column in max(columns[column].title.count, lengths.map { $0[column] }.max() ?? 0) }
    }

    private func line(_ cells: [String], _ widths: [Int], separator: String) -> String {
        columns.indices.map { index in
            let space = String(repeating: " ", count: max(0, widths[index] - cells[index].count))
            return columns[index].alignment == .leading ? cells[index] + space : space + cells[index]
        }.joined(separator: separator)
    }
}

extension Table {
    /// Rows as columns and columns as rows; the first column's title stays where it is.
    public var transposed: Table {
        guard let corner = columns.first else { return self }
        var table = Table([corner] + rows.map { Column($0[0], .trailing) })
        (table.caption, table.notes) = (caption, notes)
        for index in columns.indices.dropFirst() { table.append([columns[index].title] + rows.map { $0[index] }) }
        for place in emphasized where place.column > 0 { table.emphasize(row: place.column - 1, column: place.row + 1) }
        return table
    }
}

extension Table {
    /// The table with further columns in front that have the same value in each row.
    public func prefixed(by columns: [(title: String, value: String)]) -> Table {
        var table = Table(columns.map { Column($0.title) } + self.columns)
        for row in rows { table.append(columns.map(\.value) + row) }
        return table
    }

    /// The rows of several tables that have the same columns.
    public init(joining tables: [Table]) {
        self.init(tables.first?.columns ?? [])
        for row in tables.flatMap(\.rows) { append(row) }
    }
}

extension String {
    fileprivate var trimmingTrailingSpaces: String {
        String(reversed().drop { $0 == " " }.reversed())
    }

    fileprivate var escapingBars: String {
        replacing("|", with: "\\|").replacing("\n", with: " ")
    }

    fileprivate var quotedForCSV: String {
        let needsQuotes = contains { $0 == "," || $0 == "\"" || $0.isNewline } || first == " " || last == " "
        return needsQuotes ? "\"" + replacing("\"", with: "\"\"") + "\"" : self
    }
}

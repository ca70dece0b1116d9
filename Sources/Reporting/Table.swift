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

    public var columns: [Column]
    /// As many cells in each row as there are columns.
    public private(set) var rows: [[String]] = []

    public init(_ columns: [Column]) {
        self.columns = columns
    }

    /// Adds a row.
    /// - Precondition: it has a cell for each column.
    public mutating func append(_ row: [String]) {
        precondition(row.count == columns.count, "a row of \(row.count) cells in a table of \(columns.count) columns")
        rows.append(row)
    }

    /// For a fixed-width screen: columns two spaces apart, a line under the titles.
    public var text: String {
        let widths = widths(of: rows.map { $0.map(\.count) })
        let lines = [columns.map(\.title), widths.map { String(repeating: "─", count: $0) }] + rows
        return lines.map { line($0, widths, separator: "  ").trimmingTrailingSpaces }.joined(separator: "\n")
    }

    /// As a table of GitHub's Markdown.
    public var markdown: String {
        let titles = columns.map { $0.title.escapingBars }
        let rows = rows.map { $0.map(\.escapingBars) }
        let widths = widths(of: [titles.map(\.count)] + rows.map { $0.map(\.count) }).map { max(3, $0) }
        let rule = zip(columns, widths).map { column, width in
            column.alignment == .trailing
                ? String(repeating: "-", count: width - 1) + ":" : String(repeating: "-", count: width)
        }
        return ([titles, rule] + rows).map { "| " + line($0, widths, separator: " | ") + " |" }.joined(separator: "\n")
    }

    /// As comma-separated values (RFC 4180, with line feeds).
    public var csv: String {
        ([columns.map(\.title)] + rows).map { $0.map(\.quotedForCSV).joined(separator: ",") + "\n" }.joined()
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

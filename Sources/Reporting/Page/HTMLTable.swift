extension Table {
    /// As a table of a page, which the page's script sorts by a column. Numbers stand right, and the cells of the first column
    /// are headings of their rows.
    /// - Parameters:
    ///   - sortable: whether a click on a heading sorts it.
    ///   - best: a row that is marked.
    func html(sortable: Bool = true, best: Int? = nil) -> HTML {
        let titles = columns.map { column -> HTML in
            let kind: HTML = column.alignment == .trailing ? " class=\"number\"" : ""
            return "<th scope=\"col\"\(kind)>\(column.title)</th>"
        }
        let caption: HTML? = caption.map { "<caption>\($0)</caption>" }
        let body = rows.enumerated().map { row, cells -> HTML in
            let parts = cells.enumerated().map { column, cell -> HTML in
                let isBest = emphasized.contains(Place(row: row, column: column))
                let text: HTML = isBest ? "<strong>\(cell)</strong>" : "\(cell)"
                let kind: HTML = columns[column].alignment == .trailing ? " class=\"number\"" : ""
                return column == 0 ? "<th scope=\"row\"\(kind)>\(text)</th>" : "<td\(kind)>\(text)</td>"
            }
            let rule: HTML = row == best ? " class=\"best\"" : ruled.contains(row) ? " class=\"ruled\"" : ""
            return "<tr\(rule)>\(parts)</tr>\n"
        }
        let notes: HTML? =
            self.notes.isEmpty
            ? nil : "<p class=\"notes\">\(self.notes.enumerated().map { $0 == 0 ? "\($1)" : "<br>\($1)" as HTML })</p>"
        return """
            <div class="scroll" tabindex="0" role="group" aria-label="Table"><table\((sortable ? " class=\"sortable\"" : "") as HTML)>
            \(caption)<thead><tr>\(titles)</tr></thead>
            <tbody>
            \(body)</tbody></table></div>\(notes)
            """
    }
}

extension Table {
    /// As a table of LaTeX with the lines of the package booktabs, notes below it in small print.
    public var latex: String {
        func row(_ cells: [String]) -> String { "    " + cells.joined(separator: " & ") + " \\\\" }
        var lines = ["% needs \\usepackage{booktabs}", "\\begin{table}", "  \\centering"]
        if let caption { lines.append("  \\caption{\(caption.escapedForLaTeX)}") }
        lines.append("  \\begin{tabular}{\(columns.map { $0.alignment == .leading ? "l" : "r" }.joined())}")
        lines += ["    \\toprule", row(columns.map(\.title.escapedForLaTeX)), "    \\midrule"]
        for (index, cells) in rows.enumerated() {
            if ruled.contains(index) { lines.append("    \\midrule") }
            lines.append(
                row(
                    cells.enumerated().map { column, cell in
                        let cell = cell.escapedForLaTeX
                        return emphasized.contains(Place(row: index, column: column)) ? "\\textbf{\(cell)}" : cell
                    }))
        }
        lines += ["    \\bottomrule", "  \\end{tabular}"]
        lines += notes.map { "  \\par\\smallskip{\\footnotesize \($0.escapedForLaTeX)\\par}" }
        return (lines + ["\\end{table}"]).joined(separator: "\n")
    }
}

extension String {
    /// The text as LaTeX prints it: what means something to LaTeX stands for itself, signs that fonts may lack are commands.
    var escapedForLaTeX: String {
        reduce(into: "") { text, character in
            switch character {
            case "\\": text += "\\textbackslash{}"
            case "{", "}", "$", "&", "#", "%", "_": text += "\\\(character)"
            case "~": text += "\\textasciitilde{}"
            case "^": text += "\\textasciicircum{}"
            case "<": text += "\\textless{}"
            case ">": text += "\\textgreater{}"
            case "|": text += "\\textbar{}"
            case "\"": text += "\\textquotedbl{}"
            // A bracket after \\ would be taken for its option, the height of a line.
            case "[", "]": text += "{\(character)}"
            case "±": text += "$\\pm$"
            case "→": text += "$\\rightarrow$"
            case "×": text += "$\\times$"
            case "–": text += "--"
            case "…": text += "\\dots{}"
            case "“": text += "``"
            case "”": text += "''"
            case _ where character.isNewline: text += " "
            default: text.append(character)
            }
        }
    }
}

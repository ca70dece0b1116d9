import ArgumentParser
import Reporting

/// How a table is to be written.
enum TableFormat: String, ExpressibleByArgument, CaseIterable {
    case text, markdown, latex, csv
}

extension Table {
    /// The table with a line feed at its end.
    func written(as format: TableFormat) -> String {
        switch format {
        case .text: text + "\n"
        case .markdown: markdown + "\n"
        case .latex: latex + "\n"
        case .csv: csv
        }
    }
}

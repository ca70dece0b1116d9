import ArgumentParser
import CommandLineSupport
import Pipelines
import Reporting

struct ResultsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "results",
        abstract: "Prints the table of accuracies: a row for each method, a column for each target domain.",
        discussion: """
            EXAMPLE
              spg results Pipelines/desktop-icons.yaml --format markdown
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, markdown, csv
    }

    @OptionGroup var arguments: PipelineArguments

    @Option(help: "text, markdown, or csv (long form, all digits).")
    var format = Format.text

    func run() throws {
        try reportingErrors {
            let (plan, store) = try arguments.plan()
            let table = try plan.accuracyTable(in: store)
            switch format {
            case .text: print(table.table.text)
            case .markdown: print(table.table.markdown)
            case .csv: print(table.csv, terminator: "")
            }
        }
    }
}

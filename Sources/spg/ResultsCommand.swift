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

    @OptionGroup var arguments: PipelineArguments

    @Option(help: "text, markdown, or csv (long form, all digits).")
    var format = TableFormat.text

    func run() throws {
        try reportingErrors {
            let (plan, store) = try arguments.plan()
            let table = try plan.accuracyTable(in: store)
            print(format == .csv ? table.csv : table.table.written(as: format), terminator: "")
        }
    }
}

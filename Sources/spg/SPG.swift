import ArgumentParser
import CommandLineSupport

/// The orchestrator: runs pipeline files, and says what there is.
@main
struct SPG: AsyncParsableCommand {
    static func main() async {
        Conduct.begin()
        await main(Conduct.arguments)
    }

    static let configuration = CommandConfiguration(
        commandName: "spg",
        abstract: "Runs experiments in soft prompt generation, as pipeline files describe them.",
        discussion: """
            EXAMPLES
              spg run Pipelines/desktop-icons.yaml --dry-run
              spg run Pipelines/desktop-icons.yaml
              spg status Pipelines/desktop-icons.yaml
              spg explain Pipelines/desktop-icons.yaml "spg(target tango, seed 1)"
              spg results Pipelines/desktop-icons.yaml --format markdown
              spg data check PACS Data/PACS

            Exit status: 0 all is well; 1 a stage failed; 64 wrong usage; 65 bad input (pipeline file, images, \
            checkpoint, store); 74 the disk or a file failed; 130 ended by Ctrl-C.
            """,
        version: Version.description(of: "spg"),
        subcommands: [
            RunCommand.self, EstimateCommand.self, StatusCommand.self, CancelCommand.self, WatchCommand.self,
            ExplainCommand.self, TuneCommand.self,
            GraphCommand.self, ResultsCommand.self,
            ReportCommand.self,
            SpreadCommand.self, ShowCommand.self, DiffCommand.self, QueryCommand.self, StoreCommand.self, ImportCommand.self,
            ExportCommand.self, PredictCommand.self, BundleCommand.self, CheckpointCommand.self, DataCommand.self,
            StagesCommand.self, TaskCommand.self,
        ])
}

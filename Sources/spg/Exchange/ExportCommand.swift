import ArgumentParser

/// `spg export`. What stands first names an artifact's kind, such as `features`, or a way in which a whole pipeline is written.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes artifacts, or what pipelines have learned, to files that other programs read.",
        discussion: """
            EXAMPLES
              spg export features tango oxygen --output features.npy
              spg export predictions "spg(target tango, seed 1)" -o predictions.csv
              spg export tensorboard Pipelines/desktop-icons.yaml --output runs
              spg export plots Pipelines/desktop-icons.yaml --output figures
              spg export classifier coop/tango/1 --output head.safetensors

            spg export artifact --help lists the kinds of artifacts and their formats.
            """,
        subcommands: [
            ExportArtifactCommand.self, ExportTensorBoardCommand.self, ExportPlotsCommand.self, ExportClassifierCommand.self,
        ],
        defaultSubcommand: ExportArtifactCommand.self)
}

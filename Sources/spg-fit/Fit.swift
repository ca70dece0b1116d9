import ArgumentParser
import CommandLineSupport
import Stages

@main
struct Fit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spg-fit",
        abstract: "Learns the prompt of one domain, or of several pooled, from cached embeddings (CoOp; SPG's stage I).",
        discussion: """
            EXAMPLE
              spg-fit --embeddings tango --context "an icon of a" --seed 1

            Prints the prompt's key. The epoch that is best on validation images is kept. A run that was stopped goes on.

            PARAMETERS
            \(StageKind.fit.parameterHelp)
            """)

    @OptionGroup var options: StageOptions
    @OptionGroup var training: TrainingOptions

    @Option(help: ArgumentHelp(
        "Embeddings to learn from, by key or by domain; repeat to pool several domains.", valueName: "key"))
    var embeddings: [String]

    @OptionGroup var splits: SplitOptions

    @Argument(parsing: .allUnrecognized, help: ArgumentHelp("Parameters, see above.", valueName: "parameter"))
    var parameters: [String] = []

    func run() throws {
        try options.run(.fit, parameters) { parameters, store, checkpoint in
            let stage = try FitStage(
                parameters, embeddings: store.resolve(embeddings, kind: .embeddings), splits: splits.keys(in: store))
            return try showing("fit") {
                try stage.run(
                    checkpoint: checkpoint, store: store, savingEvery: training.interval, progress: $0)
            }
        }
    }
}

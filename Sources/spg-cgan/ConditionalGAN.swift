import ArgumentParser
import CommandLineSupport
import Stages

@main
struct ConditionalGAN: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spg-cgan",
        abstract: "Trains a conditional GAN to write the prompt of an image's domain from its embedding (SPG's stage II).",
        discussion: """
            EXAMPLE
              spg-cgan --embeddings oxygen --embeddings papirus --prompts coop/oxygen/1 --prompts coop/papirus/1

            Prints the generator's key. The epoch that is best on the sources' validation images is kept. A run that was
            stopped goes on.

            PARAMETERS
            \(StageKind.cgan.parameterHelp)
            """)

    @OptionGroup var options: StageOptions
    @OptionGroup var training: TrainingOptions

    @Option(help: ArgumentHelp("Embeddings of a source domain, by key or by domain; repeat.", valueName: "key"))
    var embeddings: [String]

    @Option(help: ArgumentHelp("The prompt of each source domain, in the same order; repeat.", valueName: "key"))
    var prompts: [String]

    @OptionGroup var splits: SplitOptions

    @Argument(parsing: .allUnrecognized, help: ArgumentHelp("Parameters, see above.", valueName: "parameter"))
    var parameters: [String] = []

    func run() throws {
        try options.run(.cgan, parameters) { parameters, store, checkpoint in
            let stage = try GeneratorStage(
                parameters, embeddings: store.resolve(embeddings, kind: .embeddings),
                prompts: store.resolve(prompts, kind: .prompt),
                splits: splits.keys(in: store))
            return try showing("cgan") {
                try stage.run(
                    checkpoint: checkpoint, store: store, savingEvery: training.interval, progress: $0)
            }
        }
    }
}

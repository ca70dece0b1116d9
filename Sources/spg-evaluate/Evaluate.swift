import ArgumentParser
import ArtifactStore
import CommandLineSupport
import Reporting
import Stages

@main
struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spg-evaluate",
        abstract: "Classifies the images of a domain: zero-shot, with a prompt, or with a prompt generated for each image.",
        discussion: """
            EXAMPLES
              spg-evaluate --embeddings tango --template "an icon of a {}."
              spg-evaluate --embeddings tango --prompts coop/oxygen/1 --prompts coop/papirus/1
              spg-evaluate --embeddings tango --generator 0d1f2e3c --seed 1

            Without --prompts and --generator it is zero-shot; several prompts are averaged. Prints the evaluation's key;
            predictions and accuracies are in the store's views predictions, results and class_accuracies.

            PARAMETERS OF ZERO-SHOT
            \(StageKind.evaluateZeroShot.parameterHelp)

            PARAMETERS WITH A GENERATOR
            \(StageKind.evaluateGenerator.parameterHelp)
            """)

    @OptionGroup var options: StageOptions

    @Option(help: ArgumentHelp("Embeddings of the target domain, by key or by domain.", valueName: "key"))
    var embeddings: String

    @Option(help: ArgumentHelp("A prompt to classify with; repeat to use the average of several.", valueName: "key"))
    var prompts: [String] = []

    @Option(help: ArgumentHelp("A generator to make each image's prompt.", valueName: "key"))
    var generator: String?

    @Argument(parsing: .allUnrecognized, help: ArgumentHelp("Parameters, see above.", valueName: "parameter"))
    var parameters: [String] = []

    func validate() throws {
        if generator != nil, !prompts.isEmpty {
            throw ValidationError("Give either --prompts or --generator, not both.")
        }
    }

    func run() throws {
        let kind: StageKind =
            generator != nil ? .evaluateGenerator : prompts.isEmpty ? .evaluateZeroShot : .evaluatePrompts
        try options.run(kind, parameters) { parameters, store, checkpoint in
            let method: EvaluateStage.Method =
                if let generator {
                    .generator(try store.resolve(generator, kind: .generator))
                } else if !prompts.isEmpty {
                    .prompts(try store.resolve(prompts, kind: .prompt))
                } else {
                    .zeroShot
                }
            let stage = try EvaluateStage(
                method, parameters, embeddings: try store.resolve(embeddings, kind: .embeddings))
            let line = ProgressLine("evaluate", unit: "images")
            let key = try stage.run(checkpoint: checkpoint, store: store) { line.update($0, of: $1) }
            let evaluation = try store.evaluation(key)
            line.finish(
                evaluation.predictions.count, of: evaluation.predictions.count,
                note: "accuracy \(percent(evaluation.accuracy))")
            return key
        }
    }
}

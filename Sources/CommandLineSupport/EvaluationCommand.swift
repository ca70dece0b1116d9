import ArgumentParser
import ArtifactStore
import Reporting
import Stages

/// The command of a method that classifies: `spg-evaluate prompts`, ….
public struct EvaluationCommand<Method: EvaluationMethod>: ParsableCommand {
    public static var configuration: CommandConfiguration {
        .stage(
            Method.self,
            """
            Prints the evaluation's key; predictions and accuracies are in the store's views predictions, results and
            class_accuracies.
            """)
    }

    @OptionGroup(title: "Inputs") var inputs: InputOptions<Method>

    @Option(
        help: ArgumentHelp(
            "Test only on these images: those that the domain trains on when it is a source, as spg-extract --splits-as "
                + "prints them. By default, all images.",
            valueName: "key"), completion: .artifacts(.images))
    var tested: String?

    @OptionGroup(title: "Parameters") var parameters: ParameterOptions<Method>
    @OptionGroup var options: StageOptions

    public init() {}

    /// Classifies, and prints the evaluation's key.
    /// - Throws: `ExitCode`, when the error has been told.
    public func run() throws {
        try options.run(inputs, parameters) { parameters, inputs, store, checkpoint in
            let part = try tested.map { try store.resolve([$0], kind: .images)[0] }
            let stage = try EvaluateStage<Method>(parameters, inputs: inputs, part: part)
            let line = ProgressLine("evaluate", unit: "images")
            let key = try stage.run(checkpoint: checkpoint, store: store, replacing: options.force) {
                line.update($0, of: $1)
            }
            let evaluation = try store.evaluation(key)
            line.finish(
                evaluation.predictions.count, of: evaluation.predictions.count,
                note: "accuracy \(percent(evaluation.accuracy))")
            return key
        }
    }
}

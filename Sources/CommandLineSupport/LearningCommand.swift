import ArgumentParser
import Stages

/// The command of a method that learns: `spg-fit coop`, `spg-cgan cgan`, ….
public struct LearningCommand<Method: LearnedMethod>: ParsableCommand {
    public static var configuration: CommandConfiguration {
        .stage(
            Method.self,
            """
            Prints the artifact's key. \(Method.kind.choosesEpoch
                ? "The epoch that is best on validation images is kept." : "The last epoch is kept.") \
            A run that was stopped resumes.
            """)
    }

    @OptionGroup(title: "Inputs") var inputs: InputOptions<Method>
    @OptionGroup(title: "Inputs") var splits: SplitOptions
    @OptionGroup(title: "Parameters") var parameters: ParameterOptions<Method>
    @OptionGroup var training: TrainingOptions
    @OptionGroup var options: StageOptions

    public init() {}

    /// Learns, and prints the artifact's key.
    /// - Throws: `ExitCode`, when the error has been told.
    public func run() throws {
        try options.run(inputs, parameters) { parameters, inputs, store, checkpoint in
            let stage = try LearningStage<Method>(parameters, inputs: inputs, splits: splits.keys(in: store))
            return try showing(Method.kind.name) {
                try stage.run(
                    checkpoint: checkpoint, store: store, replacing: options.force, savingEvery: training.interval,
                    progress: $0)
            }
        }
    }
}

extension CommandConfiguration {
    /// The help of a stage's command.
    public static func stage(_ method: (some StageMethod).Type, _ more: String) -> CommandConfiguration {
        CommandConfiguration(
            commandName: method.kind.command.last, abstract: method.abstract, usage: method.kind.usage,
            discussion: """
                EXAMPLE
                  \("\(method.kind.calledProgram) \(method.example)".asCommandLines)

                \(more)
                """)
    }
}

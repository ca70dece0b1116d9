import ArgumentParser
import Stages

/// The command of a method that learns: `spg-fit coop`, `spg-cgan cgan`, ….
public struct LearningCommand<Method: LearnedMethod>: ParsableCommand {
    public static var configuration: CommandConfiguration {
        .stage(Method.kind, Method.abstract, Method.example, """
            Prints the artifact's key. \(Method.kind.choosesEpoch
                ? "The epoch that is best on validation images is kept." : "The last epoch is kept.") \
            A run that was stopped resumes.
            """)
    }

    @OptionGroup var options: StageOptions
    @OptionGroup var training: TrainingOptions
    @OptionGroup var splits: SplitOptions
    @OptionGroup var own: OwnArguments

    public init() {}

    public func run() throws {
        try options.run(Method.kind, own.arguments) { parameters, inputs, store, checkpoint in
            let stage = try LearningStage<Method>(parameters, inputs: inputs, splits: splits.keys(in: store))
            return try showing(Method.kind.name) {
                try stage.run(
                    checkpoint: checkpoint, store: store, replacing: options.force, savingEvery: training.interval,
                    progress: $0)
            }
        }
    }
}

/// What a stage's kind says its command line has: inputs and parameters.
public struct OwnArguments: ParsableArguments {
    @Argument(
        parsing: .allUnrecognized, help: ArgumentHelp("Inputs and parameters, see above.", valueName: "option"))
    public var arguments: [String] = []

    public init() {}
}

extension CommandConfiguration {
    /// The help of a stage's command.
    static func stage(_ kind: StageKind, _ abstract: String, _ example: String, _ more: String) -> CommandConfiguration {
        CommandConfiguration(
            commandName: kind.command.last, abstract: abstract,
            discussion: """
                EXAMPLE
                  \(kind.program) \(example)

                \(more)

                INPUTS, by key or by name
                \(kind.inputHelp)

                PARAMETERS
                \(kind.parameterHelp)
                """)
    }
}

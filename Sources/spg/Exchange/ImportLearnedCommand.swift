import ArgumentParser
import CommandLineSupport
import Stages

extension ImportMethod {
    /// `spg import prompt` and the like.
    static var command: any ParsableCommand.Type { ImportLearnedCommand<Self>.self }
}

/// The command that imports what was learned elsewhere: `spg import prompt`, `spg import generator`.
struct ImportLearnedCommand<Method: ImportMethod>: ParsableCommand {
    static var configuration: CommandConfiguration { .stage(Method.self, Method.details) }

    @OptionGroup(title: "Inputs") var inputs: InputOptions<Method>
    @OptionGroup(title: "Parameters") var parameters: ParameterOptions<Method>
    @OptionGroup var options: StageOptions

    func run() throws {
        try options.run(inputs, parameters) { parameters, inputs, store, checkpoint in
            let stage = try ImportStage(Method.subject, parameters, embeddings: inputs["embeddings"] ?? [])
            return try stage.run(checkpoint: checkpoint, store: store)
        }
    }
}

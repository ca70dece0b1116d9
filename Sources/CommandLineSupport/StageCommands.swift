import ArgumentParser
import Foundation
import Stages

extension StageKind {
    /// What its command is called here: `spg-fit cgan` has the help of that, though pipelines start `spg-cgan cgan`.
    var calledProgram: String {
        let program = CommandLine.arguments.first.map { URL(filePath: $0).lastPathComponent }
        return ([program ?? executable] + command).joined(separator: " ")
    }
}

extension LearnedMethod {
    /// `spg-fit coop` and the like.
    public static var command: any ParsableCommand.Type { LearningCommand<Self>.self }
}

extension EvaluationMethod {
    /// `spg-evaluate prompts` and the like.
    public static var command: any ParsableCommand.Type { EvaluationCommand<Self>.self }
}

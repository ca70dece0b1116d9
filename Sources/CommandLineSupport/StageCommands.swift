import ArgumentParser
import Stages

extension LearnedMethod {
    /// `spg-fit coop` and the like.
    public static var command: any ParsableCommand.Type { LearningCommand<Self>.self }
}

extension EvaluationMethod {
    /// `spg-evaluate prompts` and the like.
    public static var command: any ParsableCommand.Type { EvaluationCommand<Self>.self }
}

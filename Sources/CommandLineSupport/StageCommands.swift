import ArgumentParser
import ArtifactStore
import Foundation
import PromptLearning
import Stages

extension StageKind {
    /// What its command is called here: `spg-fit cgan` has the help of that, though pipelines start `spg-cgan cgan`.
    var calledProgram: String {
        let program = CommandLine.arguments.first.map { URL(filePath: $0).lastPathComponent }
        return ([program ?? executable] + command).joined(separator: " ")
    }

    /// How its command is called: with the options that have no default.
    var usage: String {
        let inputs = roles.filter { $0.isRequired && $0.kind != .images }
            .map { "--\($0.name.kebabCased) <key>\($0.takesSeveral ? " ..." : "")" }
        let files = parameters.filter { $0.facts.isFile && $0.json == "" }.map { "--\($0.name.kebabCased) <path>" }
        let required = ([calledProgram] + inputs + files).joined(separator: " ")
        // Behind "USAGE: ", in a terminal of 80 columns.
        return required + (required.count > 60 ? "\n       " : " ") + "[<options>]"
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

extension String {
    /// A command line, in lines that a terminal of 80 columns has room for: a shell takes them for one.
    public var asCommandLines: String {
        let words = split(separator: " --", omittingEmptySubsequences: false)
        var lines = [String(words[0])]
        for word in words.dropFirst() {
            if lines[lines.count - 1].count + word.count + 3 > 74 {
                lines[lines.count - 1] += " \\"
                lines.append("    --" + word)
            } else {
                lines[lines.count - 1] += " --" + word
            }
        }
        return lines.joined(separator: "\n")
    }
}

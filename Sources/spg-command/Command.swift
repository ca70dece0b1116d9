import ArgumentParser
import ArtifactStore
import CommandLineSupport
import Datasets
import Foundation
import Stages

@main
struct Command: ParsableCommand {
    static func main() {
        Conduct.begin()
        main(Conduct.arguments)
    }

    static let configuration = CommandConfiguration(
        commandName: "spg-command",
        abstract: "Runs a stage of a pipeline that is a command of the user's own (uses: command).",
        usage: "spg-command --parameters <json> [<options>]",
        discussion: """
            EXAMPLE
              spg-command --parameters '{"command": "date > ${outputs.now}",
                "inputs": {}, "cells": {}, "files": {}, "outputs": {"now": "now.txt"}}'

            Hands the inputs over as files, runs the command in the current folder, and keeps the files that it writes. \
            Prints the key of what it made. spg run starts it; Docs/pipelines.md says how such a stage is written.
            """, version: Version.description(of: "spg-command"))

    @OptionGroup var options: StageOptions

    @Option(help: ArgumentHelp("The stage's parameters, as spg plans them.", valueName: "json"))
    var parameters: String

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("An input, in order; may be given several times.", valueName: "role=key"))
    var input: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("The path of a file; may be given several times.", valueName: "name=path"))
    var file: [String] = []

    func run() throws {
        try reportingErrors {
            guard let value = try? JSONValue(parsing: parameters), let parameters: CommandParameters = try? value.decoded()
            else { throw ValidationError("--parameters is not what spg plans") }
            let inputs = try input.map { argument in
                let (role, text) = try Self.pair(argument)
                guard let key = Digest(text) else { throw ValidationError("--input takes ROLE=KEY, not “\(argument)”") }
                return Recipe.Input(role, key)
            }
            let files = try file.map(Self.pair)
            let stage = try CommandStage(
                parameters, inputs: inputs, files: Dictionary(files) { _, last in last })
            print(try stage.run(store: options.openStore(for: nil), replacing: options.force))
        }
    }

    private static func pair(_ argument: String) throws -> (String, String) {
        guard let sign = argument.firstIndex(of: "=") else {
            throw ValidationError("expected NAME=VALUE, not “\(argument)”")
        }
        return (String(argument[..<sign]), String(argument[argument.index(after: sign)...]))
    }
}

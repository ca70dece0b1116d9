import ArgumentParser
import CLIP
import CommandLineSupport
import Foundation
import Stages

struct BundleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bundle", abstract: "Puts a model into one file that predicts on another machine.",
        subcommands: [WriteBundleCommand.self, InspectBundleCommand.self], defaultSubcommand: WriteBundleCommand.self)
}

struct WriteBundleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "write", abstract: "Puts a model into one file that predicts on another machine.",
        usage: "spg bundle <model> --output <file> [<options>]",
        discussion: """
            EXAMPLES
              spg bundle "spg(target tango, seed 1)" -o tango.spg \\
                --pipeline Pipelines/desktop-icons.yaml
              spg bundle coop/tango/1 -o prompt.spg --without-encoder
              spg bundle inspect tango.spg

            The file holds what was learned, the classes, the CLIP model and its vocabulary: spg predict tango.spg needs \
            nothing else. Docs/bundles.md describes it field by field; safetensors reads it in Python.
            """)

    @Argument(help: ModelOptions.help, completion: .models)
    var model: String

    @OptionGroup var options: ModelOptions

    @Option(name: .shortAndLong, help: ArgumentHelp("The file to write; it must not exist yet.", valueName: "file"))
    var output: String

    @Flag(help: "Leave the CLIP model out: the file names it by its digest, and it is looked for where the bundle is used.")
    var withoutEncoder = false

    func run() throws {
        try reportingErrors {
            let found = try options.parts(model)
            try ModelBundle.write(
                found.parts, checkpoint: found.checkpoint, carryingEncoder: !withoutEncoder, program: "spg \(Version.text)",
                store: found.store, to: URL(filePath: output))
            print(output)
        }
    }
}

struct InspectBundleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Describes a bundle, or says why it cannot be used.",
        discussion: """
            EXAMPLE
              spg bundle inspect tango.spg
            """)

    @Argument(help: ArgumentHelp("A bundle.", valueName: "file"), completion: .file(extensions: ["spg"]))
    var bundle: String

    @OptionGroup var answer: JSONOptions

    func run() throws {
        try reportingErrors {
            let found = try ModelBundle(contentsOf: URL(filePath: bundle))
            if answer.json { return try answer.print(BundleDocument(found), of: "bundle inspect") }
            let rows = found.description
            let width = rows.map(\.label.count).max() ?? 0
            for row in rows {
                print(row.label.padding(toLength: width + 2, withPad: " ", startingAt: 0) + row.value)
            }
        }
    }
}

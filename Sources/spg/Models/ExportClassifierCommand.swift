import ArgumentParser
import CommandLineSupport
import Foundation
import Stages

struct ExportClassifierCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classifier",
        abstract: "Writes the text features of a model with one prompt for all images, as a linear classifier.",
        usage: "spg export classifier <model> --output <file> [<options>]",
        discussion: """
            EXAMPLE
              spg export classifier coop/tango/1 --output head.safetensors

            The file has text_features, [classes, F], and logit_scale: softmax(logit_scale * f @ text_features.T) of an \
            image's unit feature f is the whole classifier. Docs/predicting.md has an example in Python.
            """)

    @Argument(help: ModelOptions.help, completion: .models)
    var model: String

    @OptionGroup var options: ModelOptions

    @Option(name: .shortAndLong, help: ArgumentHelp("The file to write; it must not exist yet.", valueName: "file"))
    var output: String

    func run() throws {
        try reportingErrors {
            try options.model(model).writeClassifier(to: URL(filePath: output))
            print(output)
        }
    }
}

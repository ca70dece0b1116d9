import ArgumentParser
import CLIP
import CommandLineSupport
import Foundation

struct CheckpointCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint", abstract: "Inspects CLIP checkpoints.", subcommands: [InspectCommand.self])
}

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Describes a checkpoint, or says why it cannot be used.",
        discussion: """
            EXAMPLE
              spg checkpoint inspect Models/icon-clip

            Reads OpenAI's archives, torch.save files, Hugging Face's folders and open_clip's files \
            (Docs/checkpoints.md).
            """)

    @Argument(help: "A file of weights, or a folder with one.", completion: .file())
    var path: String

    @OptionGroup var answer: JSONOptions

    func run() throws {
        try reportingErrors {
            let description = try CheckpointDescription(of: Checkpoint(contentsOf: URL(filePath: path)))
            try answer.print(description, of: "checkpoint inspect", text: \.text)
        }
    }
}

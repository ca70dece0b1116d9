import ArgumentParser
import CommandLineSupport
import PromptLearning
import Stages

@main
struct Fit: ParsableCommand {
    static func main() {
        Conduct.begin()
        main(Conduct.arguments)
    }

    static let configuration = CommandConfiguration(
        commandName: "spg-fit",
        abstract: "Learns prompts from cached embeddings.",
        discussion: """
            EXAMPLE
              spg-fit coop --embeddings tango --context "an icon of a" --seed 1

            Each method is a command with a help of its own: spg-fit coop --help.
            """,
        version: Version.description(of: "spg-fit"),
        subcommands: Methods.learned.map { $0.command }, defaultSubcommand: CoOp.command)
}

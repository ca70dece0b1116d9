import ArgumentParser
import CommandLineSupport
import PromptLearning
import Stages

@main
struct TrainGenerator: ParsableCommand {
    static func main() {
        Conduct.begin()
        main(Conduct.arguments)
    }

    static let configuration = CommandConfiguration(
        commandName: "spg-cgan",
        abstract: "Trains a network to write prompts from images' embeddings.",
        discussion: """
            EXAMPLE
              spg-cgan cgan --embeddings oxygen --embeddings papirus \\
                --prompts coop/oxygen/1 --prompts coop/papirus/1

            Each kind of network is a command with a help of its own: spg-cgan cgan --help.
            """,
        version: Version.description(of: "spg-cgan"),
        subcommands: Methods.learned.filter { $0.kind.executable == "spg-cgan" }.map { $0.command },
        defaultSubcommand: ConditionalGAN.command)
}

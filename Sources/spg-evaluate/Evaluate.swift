import ArgumentParser
import CommandLineSupport
import Stages

@main
struct Evaluate: ParsableCommand {
    static func main() {
        Conduct.begin()
        main(Conduct.arguments)
    }

    static let configuration = CommandConfiguration(
        commandName: "spg-evaluate",
        abstract: "Classifies the images of a domain.",
        discussion: """
            EXAMPLES
              spg-evaluate zero-shot --embeddings tango --template "an icon of a {}."
              spg-evaluate prompts --embeddings tango \\
                --prompts coop/oxygen/1 --prompts coop/papirus/1
              spg-evaluate generator --embeddings tango --generator 0d1f2e3c --seed 1
              spg-evaluate vision-prompts --embeddings sketch --generator 0d1f2e3c \\
                --checkpoint ViT-B-16.pt

            Each way is a command with a help of its own: spg-evaluate generator --help.
            """,
        version: Version.description(of: "spg-evaluate"),
        subcommands: Methods.evaluations.map { $0.command }, defaultSubcommand: ZeroShot.command)
}

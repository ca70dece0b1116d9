import ArgumentParser
import CommandLineSupport
import PromptLearning

@main
struct Fit: ParsableCommand {
    static func main() {
        Conduct.begin()
        main(nil)
    }

    static let configuration = CommandConfiguration(
        commandName: "spg-fit",
        abstract: "Learns prompts from cached embeddings.",
        discussion: """
            EXAMPLE
              spg-fit coop --embeddings tango --context "an icon of a" --seed 1

            Each method is a command with a help of its own: spg-fit coop --help.
            """,
        version: Version.text,
        subcommands: [
            LearningCommand<CoOp>.self, LearningCommand<CoCoOp>.self, LearningCommand<DPL>.self,
            LearningCommand<DAPL>.self, LearningCommand<ADCLIP>.self, LearningCommand<VPT>.self,
            LearningCommand<MaPLe>.self, LearningCommand<DualCoOp>.self,
        ],
        defaultSubcommand: LearningCommand<CoOp>.self)
}

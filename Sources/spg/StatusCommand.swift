import ArgumentParser
import ArtifactStore
import CommandLineSupport
import Pipelines

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Lists every stage in every cell: done, stale, missing, incomplete, failed, running, and why.",
        usage: "spg status <file> [<options>]",
        discussion: """
            EXAMPLE
              spg status Pipelines/desktop-icons.yaml

            stale: made before, from something that has changed; missing: never made, or begun and interrupted; incomplete: \
            features without the norms that another stage reads. spg explain says more of one.
            """)

    @OptionGroup var arguments: PipelineArguments
    @OptionGroup var answer: JSONOptions

    func run() throws {
        try reportingErrors {
            let (plan, store) = try arguments.plan()
            try answer.print(PipelineStatus(of: plan, in: store), of: "status", text: \.text)
        }
    }
}

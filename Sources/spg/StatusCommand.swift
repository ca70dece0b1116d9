import ArgumentParser
import ArtifactStore
import CommandLineSupport
import Pipelines

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Lists every stage in every cell: done, stale, missing, incomplete, failed, queued, running, and why.",
        usage: "spg status <file> [<options>]",
        discussion: """
            EXAMPLE
              spg status Pipelines/desktop-icons.yaml

            stale: made before, from something that has changed; missing: never made, or begun and interrupted; incomplete: \
            features without the norms that another stage reads; queued, running: on a cluster, by which job, and why it waits \
            or on which machine it is. spg explain says more of one.
            """)

    @OptionGroup var arguments: PipelineArguments
    @OptionGroup var answer: JSONOptions

    func run() throws {
        try reportingErrors {
            let (plan, store) = try arguments.plan()
            store.lookAtJobs()
            try answer.print(PipelineStatus(of: plan, in: store), of: "status", text: \.text)
        }
    }
}

extension ArtifactStore {
    /// Asks schedulers how the jobs that are under way stand; where one does not answer, as it was when it last did.
    func lookAtJobs() {
        do { try SlurmQueue.look(in: self) } catch {
            Console.standardError.warning("\(message(of: error)); jobs are shown as they were when it was last asked")
        }
    }
}

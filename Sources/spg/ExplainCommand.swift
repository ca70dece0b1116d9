import ArgumentParser
import ArtifactStore
import CommandLineSupport
import Pipelines

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Explains why an instance is done, stale, missing or failed: what changed (old → new), and its log.",
        usage: "spg explain <file> <instance> [<options>]",
        discussion: """
            EXAMPLES
              spg explain Pipelines/desktop-icons.yaml "spg(target tango, seed 1)"
              spg explain Pipelines/desktop-icons.yaml spg/target=tango/seed=1
              spg explain Pipelines/desktop-icons.yaml 0d1f2e3c --log
            """)

    @OptionGroup var arguments: PipelineArguments

    @Argument(
        help: ArgumentHelp(
            "An instance: its name, as spg status prints it; STAGE/AXIS=VALUE; or the first digits of its key.",
            valueName: "instance"), completion: .instances)
    var instance: String

    @Flag(help: "Print the whole log of the last attempt at making it, and nothing else.")
    var log = false

    @OptionGroup var answer: JSONOptions

    func validate() throws {
        if log, answer.json { throw ValidationError("Give --log or --json, not both: the document has the whole log.") }
    }

    func run() throws {
        try reportingErrors {
            let (plan, store) = try arguments.plan()
            store.lookAtJobs()
            let chosen = try selecting { try plan.instance(InstanceSelector(instance)) }
            let jobs = try store.jobs(making: chosen.key)
            if log {
                // A job that was lost has left its log, and nothing of its program's.
                let lost = try store.contains(chosen.key) ? nil : jobs.last?.log
                print(try lost.flatMap { $0.isEmpty ? nil : $0 } ?? store.attempt(at: chosen.key)?.log ?? "")
            } else {
                let explanation = try plan.explanation(
                    of: chosen, in: store, world: arguments.planning.world(of: plan, in: store))
                try answer.print(explanation, of: "explain") { $0.text(with: jobs) }
            }
        }
    }
}

/// A selection that cannot be run is a wrong command line.
func selecting<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as SelectionError { throw ValidationError(error.description) }
}

import ArgumentParser
import ArtifactStore
import CommandLineSupport
import Pipelines

struct CancelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Ends the jobs that make a pipeline, or some of its instances, on a cluster.",
        usage: "spg cancel <file> [<instance> ...] [<options>]",
        discussion: """
            EXAMPLES
              spg cancel Pipelines/desktop-icons.yaml
              spg cancel Pipelines/desktop-icons.yaml "spg(target tango, seed 1)" prompts

            What they have made by then stays; trainings keep their last epoch. Instances that share a task with a chosen one \
            are not made either, and are named. The next spg run submits what is missing.
            """)

    @OptionGroup var arguments: PipelineArguments

    @Argument(
        help: ArgumentHelp("Instances, as spg explain takes them, or stages; all, if none is given.", valueName: "instance"),
        completion: .instances)
    var instances: [String] = []

    func run() throws {
        try reportingErrors {
            let (plan, store) = try arguments.plan()
            let chosen = try selecting {
                try instances.isEmpty ? plan.instances : instances.flatMap { try plan.instances(InstanceSelector($0)) }
            }
            let keys = Set(chosen.map(\.key))
            let (ended, left) = try SlurmQueue.cancel(keys, in: store)
            guard !(ended + left).isEmpty else {
                return print("No job is under way that makes \(instances.isEmpty ? "any of it" : "these").")
            }
            for job in ended { print("\(job.identifier ?? "a job without a number") is cancelled") }
            for job in left {
                print("\(job.identifier ?? "a job without a number") is still ending: run spg status to see when")
            }
            let others = Set((ended + left).flatMap(\.request.keys)).subtracting(keys)
            for instance in plan.work where others.contains(instance.key) {
                if try !store.contains(instance.key) { print("not made either: \(instance.name)") }
            }
        }
    }
}

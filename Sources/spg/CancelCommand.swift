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

    @Flag(help: "End the jobs of spg tune's trials in place of the pipeline's own.")
    var trials = false

    /// Something that jobs may make.
    private typealias Known = (name: String, key: ArtifactKey)

    func run() throws {
        try reportingErrors {
            let (store, all, chosen) = try trials ? ofTrials() : ofPlan()
            let keys = Set(chosen.map(\.key))
            let (ended, left) = try SlurmQueue.cancel(keys, in: store)
            guard !(ended + left).isEmpty else {
                return print("No job is under way that makes \(instances.isEmpty ? "any of it" : "these").")
            }
            for job in ended { print("\(job.identifier ?? "a job without a number") is cancelled") }
            for job in left {
                print("\(job.identifier ?? "a job without a number") is still ending: run spg status to see when")
            }
            var others = Set((ended + left).flatMap(\.request.keys)).subtracting(keys)
            for (name, key) in all where others.remove(key) != nil {
                if try !store.contains(key) { print("not made either: \(name)") }
            }
        }
    }

    private func ofPlan() throws -> (store: ArtifactStore, all: [Known], chosen: [Known]) {
        let (plan, store) = try arguments.plan()
        let chosen = try selecting {
            try instances.isEmpty ? plan.instances : instances.flatMap { try plan.instances(InstanceSelector($0)) }
        }
        return (store, plan.instances.map { ($0.name, $0.key) }, chosen.map { ($0.name, $0.key) })
    }

    /// What spg tune has asked for last.
    private func ofTrials() throws -> (store: ArtifactStore, all: [Known], chosen: [Known]) {
        let pipeline = Tuning.name(ofTrialsOf: try arguments.planning.specification(arguments.file).name)
        let store = try arguments.planning.storeOptions.openToLook()
        let all = try store.instances(ofPipeline: pipeline)
        let chosen =
            try instances.isEmpty
            ? all
            : instances.flatMap { text in
                let found = InstanceSelector(text).instances(among: all) { ($0.pipeline, $0.name, $0.key) }
                guard !found.isEmpty else { throw ValidationError("no trial of \(arguments.file) makes “\(text)”") }
                return found
            }
        return (store, all.map { ($0.name.text, $0.key) }, chosen.map { ($0.name.text, $0.key) })
    }
}

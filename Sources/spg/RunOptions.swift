import ArgumentParser
import ArtifactStore
import CommandLineSupport
import Pipelines

/// Which part of a plan is to run.
struct SelectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Make these instances and no others; may be given several times.", valueName: "instance"),
        completion: .instancesAndStages)
    var only: [String] = []

    @Option(
        help: ArgumentHelp(
            "Make these instances and what is made from them; may be given several times.", valueName: "instance"),
        completion: .instancesAndStages)
    var from: [String] = []

    @Option(
        help: ArgumentHelp(
            "Make these instances and what they are made from; may be given several times.", valueName: "instance"),
        completion: .instancesAndStages)
    var until: [String] = []

    @Flag(help: "Rerun and replace the chosen instances even if they are done. What is made from them stays.")
    var force = false

    var selection: Selection {
        var selection = Selection()
        selection.only = only.map(InstanceSelector.init)
        selection.from = from.map(InstanceSelector.init)
        selection.until = until.map(InstanceSelector.init)
        selection.remakes = force
        return selection
    }
}

/// What a run may take of the machine.
struct MachineOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How many stages run at a time; by default, as many as there are cores for.", valueName: "n"))
    var jobs: Int?

    @Option(help: ArgumentHelp("How many threads each stage uses; by default, a fair share of the cores.", valueName: "n"))
    var threads: Int?

    @Option(
        help: ArgumentHelp(
            "How much memory all stages together may use, such as 12GB; by default, the free memory.", valueName: "size"))
    var memory: ByteCount?

    func validate() throws {
        try ThreadOptions.check(jobs, "--jobs")
        try ThreadOptions.check(threads, "--threads")
    }

    var capacity: Capacity { Capacity(jobs: jobs, threads: threads, memory: memory?.bytes) }
}

extension MemoryOptions {
    /// The budget given, or else a quarter of what each of the jobs at a time has.
    func arguments(sharing capacity: Capacity) -> [String] {
        memoryBudget == nil ? ["--memory-budget=\(max(1, capacity.memory / capacity.jobs / (4 << 20)))"] : arguments
    }
}

extension ByteCount: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

import ArgumentParser
import ArtifactStore
import CommandLineSupport
import Foundation
import Pipelines

/// What makes the instances of a run, and what becomes of jobs that are under way when it is stopped.
struct ExecutorOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("What makes the stages: this machine, or Slurm; otherwise what the file says.", valueName: "name"))
    var executor: ExecutorKind?

    @Flag(help: "With Slurm: cancel the jobs when the run is stopped; otherwise they go on without it.")
    var cancelOnExit = false

    @Flag(help: "With Slurm: submit the run itself as a job, and end.")
    var detach = false
}

extension ExecutorKind: ExpressibleByArgument {}

extension ExecutionOptions {
    /// What makes the instances of a plan.
    /// - Parameter remakes: whether what is there is made again.
    func executor(
        of work: [Instance], in plan: Plan, _ store: ArtifactStore, remakes: Bool = false
    ) throws -> any Executor {
        let kind = executors.executor ?? plan.specification.executor
        let capacity = machine.capacity, training = training.arguments
        let options = (profile ? ["--profile"] : []) + (kind == .local ? memory.arguments(sharing: capacity) : memory.arguments)
        let local = LocalExecutor(
            capacity: capacity, share: try plan.shares(of: capacity, in: store), executables: RunCommand.executableFolder,
            store: store.path, artifacts: Artifacts(in: store), keepsGoing: keepGoing, remakes: remakes,
            options: { options + ($0.kind.trains ? training : []) })
        switch kind {
        case .local:
            guard !executors.cancelOnExit, !executors.detach else {
                let option = executors.detach ? "--detach" : "--cancel-on-exit"
                throw ValidationError("\(option) goes with --executor slurm: what runs here ends with the run.")
            }
            return local
        case .slurm: return try slurm(work, of: plan, in: store, local)
        }
    }

    private func slurm(
        _ work: [Instance], of plan: Plan, in store: ArtifactStore, _ local: LocalExecutor
    ) throws -> SlurmExecutor {
        guard machine.memory == nil else {
            throw ValidationError("--memory is about this machine; Slurm's tasks have executors.slurm.memory in the file.")
        }
        var settings = plan.specification.slurm
        if let jobs = machine.jobs { settings.maxJobs = jobs }
        let estimates = try plan.estimates(work, threads: { _ in 1 }, in: store, model: plan.modelSize())
        let seconds = estimates.compactMapValues(\.seconds), peaks = try store.peakBytes(ofPipeline: plan.specification.name)
        return SlurmExecutor(
            settings: settings, store: store, program: RunCommand.executableFolder.appendingPathComponent("spg").path,
            version: Version.text, local: local, threads: machine.threads, seconds: { seconds[$0.key] },
            peak: { peaks[$0.stage] }, options: local.options, cancelsOnExit: executors.cancelOnExit)
    }

    /// Submits this command as a job, which then submits the others.
    func detach(_ plan: Plan, in store: ArtifactStore, remakes: Bool = false) throws {
        // What is wrong with the command line is said here.
        guard let executor = try executor(of: [], in: plan, store, remakes: remakes) as? SlurmExecutor else { return }
        let words =
            [executor.program] + CommandLine.arguments.dropFirst().filter { $0 != "--detach" } + ["--executor", "slurm"]
        let (number, log) = try SlurmQueue.detach(words, of: plan.specification, in: executor.folder)
        print(
            "The run is job \(number); what it says goes to \(log). spg status shows how far it is, spg cancel ends its jobs.")
    }
}

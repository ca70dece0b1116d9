import ArtifactStore
import Foundation
import Stages

/// What is asked of Slurm besides running: how jobs stand, and to end them.
public enum SlurmQueue {
    /// Asks Slurm how the jobs of a store stand, and notes it there. Does nothing where none is under way, or where the store can
    /// only be read.
    /// - Throws: `Slurm.Trouble` where Slurm does not answer, `StoreError`.
    public static func look(in store: ArtifactStore) throws {
        var jobs = try store.openJobs(of: SlurmExecutor.name)
        guard !jobs.isEmpty, !store.isReadOnly else { return }
        let slurm = Slurm(), lines = try slurm.queue()
        try jobs.nameUnnamed(by: lines, in: store)
        try jobs.note(lines, by: slurm, in: store)
    }

    /// Cancels the jobs that are to make some artifacts, waits until they have ended, and merges what they have made by then.
    /// What else one of them was to make is not made either.
    /// - Parameter patience: how long they may take.
    /// - Returns: those that have ended, and those that have not yet.
    /// - Throws: `Slurm.Trouble`, `StoreError`, and what the shared folder throws.
    public static func cancel(
        _ keys: Set<ArtifactKey>, in store: ArtifactStore, patience: Duration = .seconds(60)
    ) throws -> (ended: [Job], left: [Job]) {
        let slurm = Slurm()
        func own() throws -> [Job] {
            try store.openJobs(of: SlurmExecutor.name).filter { !keys.isDisjoint(with: $0.request.keys) }
        }
        try look(in: store)
        let chosen = try own()
        try slurm.cancel(chosen.compactMap(\.identifier))
        let deadline = ContinuousClock.now + patience
        var left = chosen
        while !left.isEmpty, ContinuousClock.now < deadline {
            try look(in: store)
            left = try own()
            for job in left where job.standing.cause != nil {
                let folder = TaskFolder(job.request.folder)
                _ = try folder.merge([job.request.task], into: store, replacing: job.isReplacing)
                try store.endJob(job.request.task, cause: JobCause.cancelled.rawValue)
                try folder.remove(job.request.task)
            }
            left = try own()
            if !left.isEmpty { usleep(300_000) }
        }
        let tasks = Set(left.map(\.request.task))
        return (chosen.filter { !tasks.contains($0.request.task) }, left)
    }

    /// Gives Slurm a run as a job of its own.
    /// - Parameters:
    ///   - words: its command line, the program first.
    ///   - folder: where what it says goes.
    /// - Returns: the job's number, and the file that it writes.
    /// - Throws: `Slurm.Trouble`, `SpecificationError` at the value that Slurm does not know.
    public static func detach(
        _ words: [String], of specification: Specification, in folder: String
    ) throws -> (number: String, log: String) {
        let options = specification.slurm.coordinatorOptions
        let request = SlurmRequest(options, threads: 1, seconds: nil, peak: nil, shortage: Shortage())
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let number = try Slurm().submit(
                [
                    "--job-name=spg-run", "--comment=\(specification.name): spg run",
                    "--output=\(folder.replacing("%", with: "%%"))/run-%j.log", "--signal=B:TERM@60",
                ] + request.arguments, script: "exec " + words.map(\.shellWord).joined(separator: " "))
            return (number, "\(folder)/run-\(number).log")
        } catch Slurm.Trouble.refused(let words) {
            throw options.error(words) ?? Slurm.Trouble.refused(words)
        }
    }
}

import ArtifactStore
import Foundation
import Stages

/// One run's instances in Slurm: those that wait, those that jobs make, and what has become of the others.
///
/// A turn looks at the jobs, merges what they have made, and submits what is ready. It holds a claim: of several runs in one
/// store, one has its turn at a time, so that what one has submitted the others see.
struct SlurmRun {
    let executor: SlurmExecutor
    let specification: Specification
    let report: @Sendable (ExecutionEvent) -> Void
    let slurm = Slurm()
    /// Where new tasks are written.
    let folder: TaskFolder
    var schedule: Schedule
    /// All inputs are made, and no job is to make it.
    var ready: [Instance] = []
    /// What jobs are to make.
    var active: [ArtifactKey: Instance] = [:]
    /// Why jobs have not made what they were to.
    var troubles: [ArtifactKey: (cause: JobCause, failure: StageFailure)] = [:]
    /// How often an instance was not made, by why.
    var attempts: [ArtifactKey: [JobCause: Int]] = [:]
    /// What earlier jobs had too little of.
    var shortages: [ArtifactKey: Shortage]
    /// What is not to share a task with others: it has ended one badly.
    var alone: Set<ArtifactKey> = []
    /// What the parts of an extraction took together.
    var costs: [ArtifactKey: Attempt.Cost] = [:]
    /// What is to be made though it is there, and has not been yet.
    var remaking: Set<ArtifactKey>
    var outcome = ExecutionOutcome()
    /// Whether the shared folder has been seen: where it is not to be used later, it may be so again in a while.
    var hasSeenFolder = false
    /// When jobs that ended well were first seen to have.
    private var ends: [String: ContinuousClock.Instant] = [:]
    private var standing = ""

    init(
        _ executor: SlurmExecutor, _ instances: [Instance], of specification: Specification,
        report: @escaping @Sendable (ExecutionEvent) -> Void
    ) throws {
        self.executor = executor
        self.specification = specification
        self.report = report
        folder = TaskFolder(executor.folder)
        schedule = Schedule(instances) { _ in ProcessShare(threads: 1, memory: 0) }
        shortages = try executor.store.jobs(of: SlurmExecutor.name, endedBy: [.timeout, .memory].map(\JobCause.rawValue))
            .reduce(into: [:]) { shortages, job in
                guard let cause = job.ending.flatMap({ JobCause(rawValue: $0.cause) }) else { return }
                for key in job.request.keys { shortages[key, default: Shortage()].add(cause, resources: job.request.resources) }
            }
        remaking = executor.local.remakes ? Set(instances.map(\.key)) : []
        takeReady()
    }

    var store: ArtifactStore { executor.store }
    private var settings: SlurmSettings { executor.settings }

    /// Nothing is left to do.
    var isOver: Bool { ready.isEmpty && active.isEmpty }

    private mutating func takeReady() {
        while let instance = schedule.next(where: { _ in true }) { ready.append(instance) }
    }

    // MARK: Turns

    /// The claim of whoever has a turn in a store.
    private static let turn = ArtifactKey(of: Data("a turn of the executor slurm".utf8))

    /// Looks at jobs, merges what they have made, and submits what is ready.
    /// - Returns: whether anything has changed.
    mutating func turn(submitting: Bool = true) async throws -> Bool {
        guard let claim = try store.claimIfFree(Self.turn) else { return false }
        defer { withExtendedLifetime(claim) {} }
        var jobs = try store.openJobs(of: SlurmExecutor.name)
        try lookForFolders(of: jobs)
        let before = (outcome.finished.count, outcome.failures.count, jobs)
        if !jobs.isEmpty { try look(at: &jobs) }
        try collect(&jobs)
        try settle(Set(jobs.flatMap(\.request.keys)))
        if submitting { try await submit(beside: &jobs) }
        tellStanding(jobs)
        return before != (outcome.finished.count, outcome.failures.count, jobs)
    }

    /// Refuses to judge jobs by what cannot be seen.
    private mutating func lookForFolders(of jobs: [Job]) throws(TaskError) {
        for path in Set(jobs.map(\.request.folder) + (hasSeenFolder ? [executor.folder] : [])) {
            guard TaskFolder(path).isThere else {
                throw TaskError(
                    "the folder \(path) that the run and its jobs share is not there; if it was removed, end the jobs with "
                        + "spg cancel", isInputOutput: true)
            }
            if path == executor.folder { hasSeenFolder = true }
        }
    }

    /// Asks Slurm how jobs stand. Those that a run was ended in submitting get their names, if Slurm got them.
    private func look(at jobs: inout [Job]) throws {
        let lines = try slurm.queue()
        try jobs.nameUnnamed(by: lines, in: store)
        try jobs.note(lines, by: slurm, in: store)
    }

    /// Merges what jobs have made, and takes out those that are over.
    private mutating func collect(_ jobs: inout [Job]) throws {
        for (path, some) in Dictionary(grouping: jobs, by: \.request.folder).sorted(by: { $0.key < $1.key }) {
            let folder = path == executor.folder ? self.folder : TaskFolder(path)
            // One that Slurm does not list may have been done and forgotten since.
            let begun = some.filter { $0.identifier != nil ? $0.standing.state != "PENDING" : $0.cause != nil }
            let threads = Dictionary(
                some.flatMap { job in job.request.keys.map { ($0, job.request.resources["threads"]?.number ?? 1) } }
            ) { first, _ in first }
            for (replacing, some) in Dictionary(grouping: begun, by: \.isReplacing) {
                try take(folder.merge(some.map(\.request.task), into: store, replacing: replacing), threads: threads)
            }
            let over: [JobEnding] = try some.compactMap { job in
                guard let cause = job.cause else { return nil }
                let endings = folder.endings(ofTask: job.request.task)
                return isExpecting(from: job, cause, beside: endings) ? nil : try ending(of: job, cause, endings)
            }
            try store.end(over)
            // What cannot be removed now is when a run ends.
            for ending in over { try? folder.remove(ending.task) }
            let tasks = Set(over.map(\.task))
            jobs.removeAll { tasks.contains($0.request.task) }
        }
    }

    /// How long a file system may take to show what another machine has written.
    private static let nameDelay = Duration.seconds(70)

    /// Whether a task that ended well has left endings that are not to be seen yet.
    private mutating func isExpecting(from job: Job, _ cause: JobCause, beside endings: [TaskEnding]) -> Bool {
        guard cause == .completed else { return false }
        let end = ends[job.request.task] ?? .now
        ends[job.request.task] = end
        let seen = Set(endings.map(\.key))
        guard !seen.isSuperset(of: job.request.keys), .now - end < Self.nameDelay else {
            ends[job.request.task] = nil
            return false
        }
        return true
    }

    /// Notes what was merged.
    private mutating func take(_ endings: [TaskEnding], threads: [ArtifactKey: Double]) throws {
        var attempts: [(key: ArtifactKey, threads: Int, cost: Attempt.Cost, log: String)] = []
        for ending in endings {
            guard ending.status == 0 else {
                troubles[ending.key] = (.failed, StageFailure(summary: ending.summary, message: ending.message))
                continue
            }
            let cost = ending.cost
            if ending.part != nil {
                costs[ending.key] = (costs[ending.key] ?? Attempt.Cost(seconds: 0, processorSeconds: 0, peakBytes: 0)) + cost
                continue
            }
            remaking.remove(ending.key)
            if !ending.found { attempts.append((ending.key, Int(threads[ending.key] ?? 1), cost, ending.log)) }
            guard let instance = active.removeValue(forKey: ending.key) else { continue }
            succeed(instance, seconds: ending.found ? nil : ending.seconds)
        }
        try store.note(attempts)
    }

    /// What the store is told of a job's end.
    private typealias JobEnding = (task: String, cause: String, log: String)

    /// Notes why a job that is over has not made all that it was to.
    /// - Returns: what the store is told of its end.
    private mutating func ending(
        of job: Job, _ cause: JobCause, _ endings: [TaskEnding]
    ) throws -> JobEnding {
        let log = cause == .unsubmitted ? "" : LastLines(of: job.logPath).end
        let told = [.failed, .cancelled].contains(cause) ? JobCause(toldBy: log) ?? cause : cause
        var verdict = JobCause.completed
        for key in job.request.keys where try remaking.contains(key) || !store.contains(key) {
            if troubles[key] != nil {
                verdict = told
            } else if let ending = endings.last(where: { $0.key == key }) {
                guard ending.status != 0 else { continue }
                // Killed by the kernel, and not by anybody who knows the program.
                verdict = ending.status == 128 + SIGKILL ? .memory : .failed
                troubles[key] = (verdict, StageFailure(summary: ending.summary, message: ending.message))
                if verdict == .memory { shortages[key, default: Shortage()].add(verdict, resources: job.request.resources) }
            } else {
                // A task that ends without a word is not the instance's fault.
                verdict = [.completed, .failed].contains(told) ? .node : told
                troubles[key] = (verdict, StageFailure(summary: job.verdict(verdict), message: log))
                shortages[key, default: Shortage()].add(verdict, resources: job.request.resources)
            }
        }
        return (job.request.task, verdict.rawValue, verdict == .completed ? "" : log)
    }

    /// Decides about what no job makes any more.
    private mutating func settle(_ open: Set<ArtifactKey>) throws {
        for (key, instance) in active where !open.contains(key) {
            active[key] = nil
            if try isDone(instance) {
                succeed(instance, seconds: nil)
            } else if let trouble = troubles.removeValue(forKey: key) {
                decide(instance, trouble.cause, trouble.failure)
            } else if instance.kind.readsImages {
                // All parts are here; or another run has dealt with them.
                if remaking.remove(key) != nil { try folder.removeInput(key, in: store) }
                ready.append(instance)
            } else if let job = try store.jobs(making: key).last,
                let cause = job.ending.flatMap({ JobCause(rawValue: $0.cause) })
            {
                // Another run has dealt with it.
                if cause == .completed, remaking.remove(key) != nil {
                    succeed(instance, seconds: nil)
                    continue
                }
                let message = try store.failure(of: key)?.message
                decide(instance, cause, StageFailure(summary: message ?? job.verdict(cause), message: job.log))
            } else {
                ready.append(instance)
            }
        }
        // What ended before this run had a part in it is submitted anew.
        troubles = troubles.filter { active[$0.key] != nil }
        takeReady()
    }

    /// Whether nothing is to be made of an instance.
    func isDone(_ instance: Instance) throws -> Bool {
        try !remaking.contains(instance.key) && executor.local.artifacts.isDone(instance)
    }

    private mutating func decide(_ instance: Instance, _ cause: JobCause, _ failure: StageFailure) {
        guard cause != .unsubmitted else { return ready.append(instance) }
        let times = (attempts[instance.key]?[cause] ?? 0) + 1, allowed = settings.retries[cause] ?? 0
        attempts[instance.key, default: [:]][cause] = times
        guard times <= allowed, !Task.isCancelled, executor.local.keepsGoing || outcome.failures.isEmpty else {
            return fail(instance, failure)
        }
        if [.failed, .timeout, .memory].contains(cause) { alone.insert(instance.key) }
        ready.append(instance)
        report(.told("\(instance.name): \(failure.summary); again, \(times) of \(allowed)"))
    }

    private mutating func succeed(_ instance: Instance, seconds: Double?) {
        schedule.succeeded(instance)
        if let seconds {
            outcome.finished.append((instance, seconds))
            report(.finished(instance, .seconds(seconds)))
        } else {
            outcome.found.append(instance)
            report(.found(instance))
        }
        takeReady()
    }

    private mutating func fail(_ instance: Instance, _ failure: StageFailure) {
        outcome.failures.append((instance, failure))
        report(.failed(instance, failure))
        var skipped = schedule.failed(instance)
        if !executor.local.keepsGoing {
            skipped += schedule.end() + ready
            ready = []
        }
        for instance in skipped {
            outcome.skipped.append(instance)
            report(.skipped(instance, because: outcome.failures[outcome.failures.count - 1].instance))
        }
    }

    /// Makes here what is left of an extraction when all its images' features are there.
    mutating func finish(_ instance: Instance) async throws {
        // Whatever is found here was made by the jobs of this run or of an earlier one.
        var local = executor.local
        local.remakes = remaking.contains(instance.key)
        let result = await local.run([instance], of: specification) { [report] event in
            switch event {
            case .found, .started, .finished, .failed, .skipped: break
            default: report(event)
            }
        }
        if result.isInterrupted { return ready.append(instance) }
        if let failure = result.failures.first?.failure { return fail(instance, failure) }
        try conclude(instance, seconds: result.finished.first?.seconds)
    }

    /// Ends what is made: of an extraction in parts, with what these took together.
    mutating func conclude(_ instance: Instance, seconds: Double? = nil) throws {
        let cost = costs.removeValue(forKey: instance.key)
        if let cost { try store.note([(instance.key, 1, cost, "")]) }
        succeed(instance, seconds: cost?.seconds ?? seconds)
    }

    private mutating func tellStanding(_ jobs: [Job]) {
        let text = jobs.count == 0 ? "" : jobs.summary
        guard text != standing else { return }
        standing = text
        report(.standing(text))
    }

    /// Removes what is left of tasks whose jobs are over, and what tasks were made from where none is left.
    func tidy() throws {
        guard let claim = try store.claimIfFree(Self.turn) else { return }
        defer { withExtendedLifetime(claim) {} }
        for task in try store.ended(among: folder.ids) { try folder.remove(task) }
        if try store.openJobs(of: SlurmExecutor.name).isEmpty { try folder.removeInputs() }
    }

    /// Waits for the end of jobs that have left all that they were to make, and then ends those that have not come to it: their
    /// machine has died since, or Slurm has put them back into its queue.
    mutating func dismiss() async throws {
        var left: [Job] = []
        for _ in 0..<20 where !Task.isCancelled {
            _ = try await turn(submitting: false)
            left = try store.openJobs(of: SlurmExecutor.name).filter { job in
                try job.request.pipeline == specification.name && job.request.keys.allSatisfy { try store.contains($0) }
            }
            guard !left.isEmpty else { return }
            try? await Task.sleep(for: .milliseconds(250))
        }
        try slurm.cancel(left.compactMap(\.identifier))
        try store.end(left.map { ($0.request.task, JobCause.completed.rawValue, "") })
    }

    // MARK: The end before the end

    /// Leaves the jobs to themselves, or cancels them.
    mutating func leave() async throws {
        outcome.isInterrupted = true
        let own = try store.openJobs(of: SlurmExecutor.name).filter { $0.request.keys.contains { active[$0] != nil } }
        guard !own.isEmpty else { return }
        guard executor.cancelsOnExit else {
            report(
                .told(
                    "\(own.summary) in Slurm, which go on without this command; run it again to take up what they make, "
                        + "or end them with spg cancel"))
            return
        }
        try slurm.cancel(own.compactMap(\.identifier))
        let deadline = ContinuousClock.now + .seconds(60)
        while !active.isEmpty, ContinuousClock.now < deadline {
            _ = try await turn(submitting: false)
            // The task is cancelled, so that it would not sleep.
            if !active.isEmpty { usleep(300_000) }
        }
        report(.told("\(own.count) jobs are cancelled"))
    }
}

extension Attempt.Cost {
    fileprivate static func + (one: Self, other: Self) -> Self {
        Self(
            seconds: one.seconds + other.seconds, processorSeconds: one.processorSeconds + other.processorSeconds,
            peakBytes: max(one.peakBytes, other.peakBytes))
    }
}

extension TaskEnding {
    fileprivate var cost: Attempt.Cost {
        Attempt.Cost(seconds: seconds, processorSeconds: processorSeconds, peakBytes: peakBytes)
    }
}

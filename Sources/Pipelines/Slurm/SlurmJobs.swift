import ArtifactStore
import Foundation

extension Job {
    /// Of an array, the part of the task's name before its number.
    var batch: String { String(request.task.prefix { $0 != "-" }) }

    /// Whether what it makes comes in the place of what the store has.
    var isReplacing: Bool { request.resources["replacing"] == true }

    /// Where what its programs print goes.
    var logPath: String { "\(request.folder)/tasks/\(request.task)/log" }

    /// How long Slurm may take to list a job that it has got, in seconds. One that is listed later finds no folder, and ends at
    /// once.
    private static let listingDelay = 30.0

    /// How it came to its end; nil while it is under way.
    var cause: JobCause? {
        if identifier != nil { return standing.cause }
        guard let date = Moment.date(submitted), Date.now.timeIntervalSince(date) > Self.listingDelay else { return nil }
        return .unsubmitted
    }

    /// Such as “job 4711_3 on n17”.
    var title: String {
        "job \(identifier ?? "without a number")" + (standing.node.isEmpty ? "" : " on \(standing.node)")
    }

    /// In words, how it ended.
    func verdict(_ cause: JobCause) -> String {
        switch cause {
        case .completed: "\(title) ended well"
        case .failed: "\(title) failed"
        case .timeout: "\(title) was at its time limit" + (resources("minutes").map { " of \($0) min" } ?? "")
        case .memory:
            "\(title) ran out of memory" + (resources("memory").map { ", of which it had \($0 >> 20) MiB" } ?? "")
        case .node: "\(title) was lost: " + (standing.state.isEmpty ? "Slurm knows nothing of it" : standing.state)
        case .preempted: "\(title) was preempted"
        case .cancelled: "\(title) was cancelled"
        case .unsubmitted: "Slurm has not got it"
        }
    }

    /// How it stands, for a person.
    var report: String {
        if let cause { return "\(verdict(cause)); spg run takes what it has made" }
        return standing.node.isEmpty
            ? "\(title) waits" + (standing.reason.isEmpty ? "" : ": \(standing.reason)")
            : "\(title)" + (standing.state == "RUNNING" ? "" : ": \(standing.state)")
    }

    /// What has become of it, for a person: such as “4711_3 on n17: timeout, 2026-11-30T13:41:19Z; 4 CPUs, 20 min, 4096 MiB”.
    var history: String {
        let end = ending.map { "\($0.cause), \($0.ended)" } ?? (standing.state.isEmpty ? "submitted" : standing.state)
        let asked = [
            resources("cpus").map { "\($0) \($0 == 1 ? "CPU" : "CPUs")" }, resources("minutes").map { "\($0) min" },
            resources("memory").map { "\($0 >> 20) MiB" },
        ].compactMap(\.self)
        return "\(title): \(end)" + (standing.reason.isEmpty ? "" : " (\(standing.reason))") + "; "
            + asked.joined(separator: ", ")
    }

    private func resources(_ name: String) -> Int? { request.resources[name]?.number.flatMap(Int.init(exactly:)) }
}

extension [Job] {
    /// Such as “3 jobs run, 12 wait (Resources)”.
    var summary: String {
        let running = count(where: \.standing.isRunning), waiting = count - running
        let reasons = Set(filter { !$0.standing.isRunning }.map(\.standing.reason)).filter { !$0.isEmpty }.sorted()
        let words = [
            running > 0 ? "\(running) \(running == 1 ? "job runs" : "jobs run")" : nil,
            waiting > 0
                ? "\(waiting) \(running > 0 ? "" : waiting == 1 ? "job " : "jobs ")\(waiting == 1 ? "waits" : "wait")"
                    + (reasons.isEmpty ? "" : " (\(reasons.joined(separator: ", ")))") : nil,
        ]
        return words.compactMap(\.self).joined(separator: ", ")
    }

    /// Gives jobs the names that Slurm has for them whose run was ended before it noted these.
    mutating func nameUnnamed(by lines: [Slurm.Line], in store: ArtifactStore) throws {
        let unnamed = filter { $0.identifier == nil }
        guard !unnamed.isEmpty else { return }
        let numbers = Dictionary(lines.compactMap { line in line.batch.map { ($0, line.number) } }) { first, _ in first }
        let names = unnamed.compactMap { job in
            numbers[job.batch].map {
                (task: job.request.task, identifier: "\($0)_\(job.request.task.dropFirst(job.batch.count + 1))")
            }
        }
        try store.name(names)
        self = try store.openJobs(of: SlurmExecutor.name)
    }

    /// Notes how jobs stand: as Slurm lists them, or as it remembers those that it does not list any more.
    mutating func note(_ lines: [Slurm.Line], by slurm: Slurm, in store: ArtifactStore) throws {
        let tasks = Dictionary(grouping: lines.filter(\.isTask), by: \.identifier)
        // Tasks that never ran are listed together, as their array.
        let arrays = Dictionary(grouping: lines.filter { !$0.isTask }, by: \.number)
        func listed(_ identifier: String) -> [Slurm.Line] {
            (tasks[identifier] ?? []) + (arrays[String(identifier.prefix { $0 != "_" })] ?? [])
        }
        let unlisted = compactMap(\.identifier).filter { listed($0).isEmpty }
        let past = unlisted.isEmpty ? [:] : try slurm.past(unlisted)
        var news: [(task: String, standing: Job.Standing)] = []
        for job in self {
            guard let identifier = job.identifier else { continue }
            // A controller that has lost its state gives numbers again: what is of another batch is another job.
            let line = listed(identifier).first { $0.batch == nil || $0.batch == job.batch }
            // Who is nowhere has been forgotten: with the machine that it ran on, or long ago.
            let standing =
                line?.standing ?? past[identifier] ?? Job.Standing(state: "NODE_FAIL", reason: "Slurm knows nothing of it")
            if standing != job.standing { news.append((job.request.task, standing)) }
        }
        guard !news.isEmpty else { return }
        try store.note(news)
        self = try store.openJobs(of: SlurmExecutor.name)
    }
}

extension Explanation {
    /// For people, with the last of the jobs that were to make it, and what the last one wrote that was lost.
    public func text(with jobs: [Job]) -> String {
        var screen = Screen(title: text)
        screen.add("jobs", lines: jobs.suffix(4).map(\.history), atMost: 4)
        if instance.created == nil, let log = jobs.last?.log, !log.isEmpty {
            screen.add("job's log", lines: log.split(whereSeparator: \.isNewline).map(String.init), ofEnd: 12)
        }
        return screen.text
    }
}

extension JobCause {
    /// What the last of Slurm's own words in a task's log say, or of the task's: where Slurm counts no memory by cgroups, or has
    /// no accounting, or the task ends before its time does, a job's state does not tell.
    package init?(toldBy log: String) {
        guard let cause = log.split(separator: "\n").reversed().lazy.compactMap({ Self(toldByLine: $0) }).first else {
            return nil
        }
        self = cause
    }

    private init?(toldByLine line: Substring) {
        let isSlurm = line.hasPrefix("slurmstepd") || line.contains(" error: *** ")
        func says(_ texts: String...) -> Bool { isSlurm && texts.contains { line.localizedStandardContains($0) } }
        if line == TaskRun.timeIsOver {
            self = .timeout
        } else if says("oom-kill", "oom_kill", "exceeded memory limit", "exceeded job memory limit") {
            self = .memory
        } else if says("due to time limit") {
            self = .timeout
        } else if says("due to preemption") {
            self = .preempted
        } else if says("due to node failure") {
            self = .node
        } else {
            return nil
        }
    }
}

extension Slurm.Line {
    /// Of the job, or of its array.
    var number: String { String(identifier.prefix { $0 != "_" }) }

    /// Whether it is of one task, and not of an array or what is left of one, such as `17` and `17_[2-5]`.
    var isTask: Bool { identifier.split(separator: "_").dropFirst().first?.allSatisfy(\.isNumber) == true }

    /// What the comment ends with: the name of the batch that the job is of.
    var batch: String? {
        guard comment.hasSuffix("]"), let start = comment.lastIndex(of: "[") else { return nil }
        return String(comment[comment.index(after: start)...].dropLast())
    }
}

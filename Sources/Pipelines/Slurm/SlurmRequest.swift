import ArtifactStore

/// What is asked of Slurm for a task. Tasks of which the same is asked go to it as one array.
package struct SlurmRequest: Hashable, Sendable {
    package var options: SlurmSettings.Options
    /// How many threads each instance has.
    package var threads: Int
    /// How many instances of a task run at a time.
    package var sideBySide: Int
    /// Nil for as long as the partition allows.
    package var minutes: Int?
    /// In bytes; nil for what the partition gives.
    package var memory: Int?

    package var cpus: Int { threads * sideBySide }

    /// The options of `sbatch`. Slurm counts memory in MiB.
    package var arguments: [String] {
        var arguments = ["--ntasks=1", "--cpus-per-task=\(cpus)"]
        if let partition = options.partition { arguments.append("--partition=\(partition.value)") }
        if let account = options.account { arguments.append("--account=\(account.value)") }
        if let qos = options.qos { arguments.append("--qos=\(qos.value)") }
        if let constraint = options.constraint { arguments.append("--constraint=\(constraint.value)") }
        if let minutes { arguments.append("--time=\(minutes)") }
        if let memory { arguments.append("--mem=\((memory + (1 << 20) - 1) >> 20)M") }
        return arguments + options.extra
    }

    /// As it is kept with the job.
    /// - Parameter replacing: whether what it makes comes in the place of what the store has.
    package func json(replacing: Bool = false) -> JSONValue {
        var members: [String: JSONValue] = ["cpus": .number(Double(cpus)), "threads": .number(Double(threads))]
        members["partition"] = (options.partition?.value).map(JSONValue.string)
        members["minutes"] = minutes.map { .number(Double($0)) }
        members["memory"] = memory.map { JSONValue(whole: Int64($0)) }
        if replacing { members["replacing"] = true }
        return .object(members)
    }
}

/// What earlier jobs had that ended for want of it: more is asked for the next one.
package struct Shortage: Hashable, Sendable {
    package init() {}

    /// More than so many minutes are needed.
    package var minutes: Int?
    /// More than so many bytes are needed.
    package var memory: Int?

    /// Adds what a job shows that has ended.
    package mutating func add(_ cause: JobCause, resources: JSONValue) {
        func had(_ name: String) -> Int? { resources[name]?.number.flatMap(Int.init(exactly:)) }
        // What was not asked for, the partition gave: how much that is, is not known.
        if cause == .timeout { minutes = max(minutes ?? 0, had("minutes") ?? 0) }
        if cause == .memory { memory = max(memory ?? 0, had("memory") ?? Self.leastMemory / 2) }
    }

    /// Adds what others show.
    package mutating func add(_ other: Shortage?) {
        minutes = [minutes, other?.minutes].compactMap(\.self).max()
        memory = [memory, other?.memory].compactMap(\.self).max()
    }

    /// What is asked for after a job that had what its partition gives, and too little of it.
    private static let leastMemory = 4 << 30
}

extension SlurmRequest {
    /// - Parameters:
    ///   - seconds: that the instances of the task take by the estimates, one after the other; nil where that is not known.
    ///   - peak: the most memory that one of them takes; nil where that is not known.
    ///   - shortage: what was too little for one of them.
    package init(_ options: SlurmSettings.Options, threads: Int?, seconds: Double?, peak: Int?, shortage: Shortage) {
        self.options = options
        self.threads = threads ?? options.cpus ?? 1
        sideBySide = max(1, (options.cpus ?? self.threads) / self.threads)
        // An estimate is none that a scheduler should hold a program to: three times as much, in steps, so that tasks that are
        // about alike are one array.
        let estimate = seconds.map { Self.step(above: max(10, 3 * $0 / Double(sideBySide) / 60)) }
        let usual = options.minutes ?? estimate
        minutes = shortage.minutes.map { had in had == 0 ? options.minutes : max(2 * had, usual ?? 0) } ?? usual
        let measured = options.memory ?? peak.map { sideBySide * ($0 + $0 / 3 + 256 << 20) }
        memory = shortage.memory.map { max(2 * $0, measured ?? 0) } ?? measured
    }

    private static func step(above minutes: Double) -> Int {
        var step = 10.0
        while step < minutes { step *= 2 }
        return Int(min(step, 525_600))
    }
}

extension [Instance] {
    /// Cut into tasks of about as long each, in their order.
    /// - Parameters:
    ///   - seconds: what each takes by the estimates.
    ///   - aim: how long a task is to take, in seconds of one after the other; 0 for a task for each.
    package func packed(to aim: Double, each seconds: (Instance) -> Double) -> [[Instance]] {
        guard aim > 0 else { return map { [$0] } }
        let total = reduce(0) { $0 + seconds($1) }, tasks = (total / aim).rounded(.up)
        // As many as it takes, all about as long.
        let fair = Swift.min(aim, tasks > 0 ? total / tasks : aim)
        var packed: [[Instance]] = [], length = 0.0
        for instance in self {
            let own = seconds(instance)
            // What would be over by more than it is under begins a new one.
            if packed.isEmpty || length >= fair || length + own - fair > fair - length {
                packed.append([])
                length = 0
            }
            packed[packed.count - 1].append(instance)
            length += own
        }
        return packed
    }
}

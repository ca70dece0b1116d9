import ArtifactStore

/// What a pipeline file says under `executors.slurm`.
public struct SlurmSettings: Hashable, Sendable {
    /// What is asked of Slurm for one task, where the file says so.
    public struct Options: Hashable, Sendable {
        public var partition: Specification.Located<String>?
        public var account: Specification.Located<String>?
        public var qos: Specification.Located<String>?
        public var constraint: Specification.Located<String>?
        /// The longest that a task may take.
        public var minutes: Int?
        /// Of all that runs in a task at a time, in bytes.
        public var memory: Int?
        /// For all that runs in a task at a time.
        public var cpus: Int?
        /// Options of `sbatch`, as they are.
        public var extra: [String] = []

        public init() {}

        /// These, with others in their place where those say something; extra options of both.
        func with(_ other: Options?) -> Options {
            guard let other else { return self }
            var options = self
            options.partition = other.partition ?? partition
            options.account = other.account ?? account
            options.qos = other.qos ?? qos
            options.constraint = other.constraint ?? constraint
            options.minutes = other.minutes ?? minutes
            options.memory = other.memory ?? memory
            options.cpus = other.cpus ?? cpus
            options.extra = extra + other.extra
            return options
        }
    }

    /// Of every task.
    public var options = Options()
    /// Of tasks of some stages in particular: by the stage's name, or by that of its kind.
    public var stages: [String: Options] = [:]
    /// Of the job that `--detach` submits.
    public var coordinator = Options()
    /// The folder that the run and its tasks share; nil for one beside the store.
    public var folder: String?
    /// How many tasks are in Slurm's queue at a time.
    public var maxJobs = 200
    /// How long a task is to take, by the estimates: short instances share one. With 0, none do.
    public var taskMinutes = 10
    /// How often an instance is tried again, by why it was not made.
    public var retries: [JobCause: Int] = [.failed: 0, .timeout: 3, .memory: 3, .node: 3, .preempted: 20]

    /// What holds where a file says nothing.
    public init() {}

    /// What is asked for a stage's tasks.
    func options(for instance: Instance) -> Options { options(of: instance.stage, kind: instance.kind.name) }

    package func options(of stage: String, kind: String) -> Options {
        options.with(stages[kind]).with(stage == kind ? nil : stages[stage])
    }

    /// What is asked for the job that `--detach` submits.
    var coordinatorOptions: Options { options.with(coordinator) }
}

/// How a job came to its end.
public enum JobCause: String, Hashable, Sendable, CaseIterable {
    case completed
    /// A program ended badly.
    case failed
    case timeout
    case memory = "out of memory"
    /// The machine broke down, or Slurm knows nothing of the job any more.
    case node = "node failure"
    case preempted
    case cancelled
    /// Slurm did not get it.
    case unsubmitted = "not submitted"

    /// The key under `retries`.
    var key: String { self == .memory ? "memory" : self == .node ? "node" : rawValue }
}

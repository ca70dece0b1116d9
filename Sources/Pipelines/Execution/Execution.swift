import ArtifactStore

/// What an executor tells while it runs.
public enum ExecutionEvent: Sendable {
    case started(Instance, ProcessShare)
    /// Another run is making it: this one waits for that, and goes on with what else there is.
    case waiting(Instance)
    /// Nothing had to be made: another run has made it meanwhile, or all that it consists of was in the store.
    case found(Instance)
    /// A line that the instance's program wrote on its standard error.
    case progress(Instance, line: String)
    /// Its program has ended, well or not; followed by `finished` or `failed`, but where the execution was cancelled. Of one
    /// that has found what it was to make, nothing is told but that.
    case ended(Instance, cost: Attempt.Cost, log: String)
    case finished(Instance, Duration)
    case failed(Instance, StageFailure)
    /// Something of the run as a whole: how it goes on, or what is to be known in any case.
    case told(String, isProgress: Bool = false)
    /// How what was submitted stands now, in place of what was said of it before; nothing where nothing is.
    case standing(String)
    /// Not run, since an input failed, or since nothing more is begun after a failure.
    case skipped(Instance, because: Instance)
}

extension ArtifactStore {
    /// Notes what happens during an execution: what each attempt cost and said, and why it failed.
    /// - Throws: `StoreError` if the store cannot be written.
    public func note(_ event: ExecutionEvent) throws {
        switch event {
        case .started(let instance, let share): try beginAttempt(at: instance.key, threads: share.threads)
        case .ended(let instance, let cost, let log): try endAttempt(at: instance.key, cost: cost, log: log)
        case .failed(let instance, let failure): try recordFailure(failure.description, of: instance.key)
        case .progress(let instance, let line): try noteRemark(line, at: instance.key)
        case .waiting, .found, .finished, .skipped, .told, .standing: break
        }
    }
}

/// Why an instance has not been made.
public struct StageFailure: Error, Sendable, CustomStringConvertible {
    /// How the program ended, in words.
    public var summary: String
    /// What it wrote on its standard error: from its last error message on, or else the end of it.
    public var message: String

    public init(summary: String, message: String) {
        self.summary = summary
        self.message = message
    }

    public var description: String { message.isEmpty ? summary : "\(summary)\n\(message)" }
}

/// What has become of the instances to run.
public struct ExecutionOutcome: Sendable {
    public var finished: [(instance: Instance, seconds: Double)] = []
    public var failures: [(instance: Instance, failure: StageFailure)] = []
    public var skipped: [Instance] = []
    /// What nothing had to be made for.
    public var found: [Instance] = []
    /// Whether the execution was cancelled before its end.
    public var isInterrupted = false

    /// Nothing to run, nothing done.
    public init() {}

    /// How many instances of a stage were made and how many found, and the seconds that those made took.
    public struct StageSum: Hashable, Sendable {
        public let stage: String
        public var made = 0
        public var found = 0
        public var seconds = 0.0

        init(stage: String) { self.stage = stage }
    }

    /// In the order in which stages came to an end first; those that were only found come last.
    public var sums: [StageSum] {
        var result: [StageSum] = []
        func add(_ stage: String, _ change: (inout StageSum) -> Void) {
            let index = result.firstIndex { $0.stage == stage } ?? result.count
            if index == result.count { result.append(StageSum(stage: stage)) }
            change(&result[index])
        }
        for (instance, seconds) in finished {
            add(instance.stage) {
                $0.made += 1
                $0.seconds += seconds
            }
        }
        for instance in found { add(instance.stage) { $0.found += 1 } }
        return result
    }
}

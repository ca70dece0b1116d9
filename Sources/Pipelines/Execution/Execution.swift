import ArtifactStore

/// What an executor tells while it runs.
public enum ExecutionEvent: Sendable {
    case started(Instance, Share)
    /// Another run is making it: this one waits for that, and goes on with what else there is.
    case waiting(Instance)
    /// Another run has made it.
    case found(Instance)
    /// A line that the instance's program wrote on its standard error.
    case progress(Instance, line: String)
    /// Its program has ended, well or not; followed by `finished` or `failed`, but where the execution was cancelled.
    case ended(Instance, cost: Attempt.Cost, log: String)
    case finished(Instance, Duration)
    case failed(Instance, StageFailure)
    /// Not run, since an input failed, or since nothing more is begun after a failure.
    case skipped(Instance, because: Instance)
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
    /// Made by another run meanwhile.
    public var found: [Instance] = []
    /// Whether the execution was cancelled before its end.
    public var isInterrupted = false

    /// Nothing to run, nothing done.
    public init() {}

    /// The seconds that each stage took, in the order in which stages came to an end first.
    public var secondsByStage: [(stage: String, instances: Int, seconds: Double)] {
        var result: [(stage: String, instances: Int, seconds: Double)] = []
        for (instance, seconds) in finished {
            if let index = result.firstIndex(where: { $0.stage == instance.stage }) {
                result[index].instances += 1
                result[index].seconds += seconds
            } else {
                result.append((instance.stage, 1, seconds))
            }
        }
        return result
    }
}

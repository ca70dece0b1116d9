import ArtifactStore

/// A pipeline at one moment, as far as the store tells: what is made, what is being made, and how far that is.
public struct PipelineMoment: Hashable, Sendable {
    /// What is measured of a training, epoch by epoch.
    public struct Curve: Hashable, Sendable {
        public var name: String
        public var values: [Double]

        public init(name: String, values: [Double]) { (self.name, self.values) = (name, values) }
    }

    /// How far something is that is being made.
    public struct Running: Hashable, Sendable {
        /// How long it has been so; nil where it was not started by `spg run`.
        public var seconds: Double?
        /// Of a training whose state has been kept.
        public var epoch: Int?, epochs: Int?
        /// Epochs in a second, as far as has been seen.
        public var rate: Double?
        /// How long it will take yet; nil where nothing can be told.
        public var secondsLeft: Double?
        /// What its program said last.
        public var remark: String?
        public var curves: [Curve] = []

        public init() {}
    }

    /// A training that has come to its end.
    public struct Trained: Hashable, Sendable {
        /// Of the instance.
        public var name: String
        public var curves: [Curve]

        public init(name: String, curves: [Curve]) { (self.name, self.curves) = (name, curves) }
    }

    public enum State: Hashable, Sendable {
        /// Not made yet, and not begun.
        case waiting
        /// Begun before, and to be gone on with: after an epoch, where its state tells.
        case stopped(epoch: Int?)
        case running(Running)
        case failed(message: String)
        case made(created: String, seconds: Double)
    }

    /// A stage in one cell of the matrix.
    public struct Instance: Hashable, Sendable {
        public var name: String
        public var stage: String
        public var state: State

        public init(name: String, stage: String, state: State) {
            (self.name, self.stage, self.state) = (name, stage, state)
        }
    }

    public var pipeline: String
    /// What was asked for; nil of a pipeline that was never run.
    public var request: PastRequest?
    /// In the order of the plan.
    public var instances: [Instance]
    /// Of each stage that trains, by its name: the training that was made last.
    public var latest: [String: Trained] = [:]
    /// Whether a process is at work in the store, on this pipeline or on another one.
    public var isAtWork: Bool

    public init(pipeline: String, request: PastRequest? = nil, instances: [Instance] = [], isAtWork: Bool = false) {
        (self.pipeline, self.request, self.instances, self.isAtWork) = (pipeline, request, instances, isAtWork)
    }
}

extension PipelineMoment {
    /// All instances of a stage.
    public struct Stage: Hashable, Sendable {
        public var name: String
        public var all = 0, made = 0, running = 0, failed = 0
        /// Of those that are made, in the mean; nil where none is.
        public var seconds: Double?
    }

    /// In the order of the plan.
    public var stages: [Stage] {
        var stages: [Stage] = [], places: [String: Int] = [:]
        for instance in instances {
            let place = places[instance.stage] ?? stages.count
            if place == stages.count {
                stages.append(Stage(name: instance.stage))
                places[instance.stage] = place
            }
            stages[place].all += 1
            switch instance.state {
            case .made(_, let seconds):
                stages[place].seconds = (stages[place].seconds ?? 0) + seconds
                stages[place].made += 1
            case .running: stages[place].running += 1
            case .failed: stages[place].failed += 1
            case .waiting, .stopped: break
            }
        }
        return stages.map { stage in
            var stage = stage
            stage.seconds = stage.seconds.map { $0 / Double(stage.made) }
            return stage
        }
    }

    public var made: Int { instances.count { if case .made = $0.state { true } else { false } } }

    public var running: [(instance: Instance, how: Running)] {
        instances.compactMap { instance in
            if case .running(let running) = instance.state { (instance, running) } else { nil }
        }
    }

    public var failed: [(instance: Instance, message: String)] {
        instances.compactMap { instance in
            if case .failed(let message) = instance.state { (instance, message) } else { nil }
        }
    }

    public var stopped: [(instance: Instance, epoch: Int?)] {
        instances.compactMap { instance in
            if case .stopped(let epoch) = instance.state { (instance, epoch) } else { nil }
        }
    }

    /// Whether nothing is left to make.
    public var isFinished: Bool { request != nil && made == instances.count }

    /// How long all that is left will take, as many at a time as there are now: what runs by its own pace, what waits as long
    /// as others of its stage took. Nil while nothing runs, and where nothing is known.
    ///
    /// `isWhole` is false where the time of something that is left is not known.
    public var left: (seconds: Double, isWhole: Bool)? {
        let running = running
        guard !running.isEmpty else { return nil }
        let means = Dictionary(stages.map { ($0.name, $0.seconds) }) { first, _ in first }
        let times = instances.compactMap { instance -> Double?? in
            switch instance.state {
            case .made, .failed: nil
            case .running(let running): .some(running.secondsLeft)
            case .waiting, .stopped: .some(means[instance.stage] ?? nil)
            }
        }
        let known = times.compactMap(\.self)
        guard !known.isEmpty else { return nil }
        // What runs now may take longer than its share of the whole.
        let longest = running.compactMap(\.how.secondsLeft).max() ?? 0
        return (max(longest, known.reduce(0, +) / Double(running.count)), known.count == times.count)
    }
}

import ArtifactStore
import Foundation
import Stages

/// Looks at a pipeline in a store again and again, while others work on it.
///
/// It reads what `spg run` has recorded, and neither the pipeline's images nor its checkpoint; so it sees what the last run
/// asked for, whatever has become of its file. Each look is one short transaction, which no writer waits for. What is large
/// (the kept state of a training) is read once for each time that it was kept.
public struct PipelineWatch {
    private let pipeline: String
    private let axes: [String]
    private let store: ArtifactStore
    private var request: PastRequest?
    /// Of the latest request, in the order of its plan.
    private var instances: [NamedInstance] = []
    /// Of trainings under way: the state that was kept last, and when it was.
    private var states: [ArtifactKey: (saved: String, training: TrainingSoFar?)] = [:]
    /// The first state of a training that was seen, and when it was kept.
    private var firstSeen: [ArtifactKey: (epoch: Int, saved: Date)] = [:]
    /// The curves of what is made.
    private var histories: [ArtifactKey: [PipelineMoment.Curve]] = [:]

    /// - Parameters:
    ///   - pipeline: its name.
    ///   - axes: of its matrix, in the order in which names of instances have them.
    ///   - store: where it runs.
    public init(of pipeline: String, axes: [String], in store: ArtifactStore) {
        (self.pipeline, self.axes, self.store) = (pipeline, axes, store)
    }

    /// How the pipeline stands.
    /// - Parameter now: the time.
    /// - Throws: `StoreError`.
    public mutating func look(now: Date = .now) throws -> PipelineMoment {
        guard let request = try store.lastRequest(ofPipeline: pipeline) else { return PipelineMoment(pipeline: pipeline) }
        if self.request != request {
            instances = try store.instances(ofPipeline: pipeline).map { instance in
                NamedInstance(pipeline: pipeline, name: instance.name.ordered(by: axes), key: instance.key)
            }
            self.request = request
        }
        // Before the artifacts: what is released between the two looks has been made, and is seen as made.
        let claimed = try store.claimed(among: instances.map(\.key))
        var moment = PipelineMoment(pipeline: pipeline, request: request, isAtWork: store.isInUse)
        let isOfOnePlan = try store.atOneMoment {
            let standings = try store.standings(ofPipeline: pipeline)
            guard standings.map(\.key) == instances.map(\.key) else { return false }
            for (standing, instance) in zip(standings, instances) {
                let state = try state(of: standing, isClaimed: claimed.contains(standing.key), now)
                moment.instances.append(.init(name: instance.name.text, stage: instance.name.stage, state: state))
            }
            moment.latest = try latest(standings)
            return true
        }
        guard isOfOnePlan else {
            // A run has begun in between.
            self.request = nil
            return try look(now: now)
        }
        let means = Dictionary(moment.stages.map { ($0.name, $0.seconds) }) { first, _ in first }
        for (place, instance) in moment.instances.enumerated() {
            guard case .running(var running) = instance.state, running.secondsLeft == nil,
                let mean = means[instance.stage] ?? nil, let seconds = running.seconds, seconds < mean
            else { continue }
            running.secondsLeft = mean - seconds
            moment.instances[place].state = .running(running)
        }
        return moment
    }

    private mutating func state(
        of standing: Standing, isClaimed: Bool, _ now: Date
    ) throws -> PipelineMoment.State {
        let key = standing.key
        if isClaimed {
            let attempt = try store.attempt(at: key).flatMap { $0.cost == nil ? $0 : nil }
            // What is there and claimed is being made again, or has been made since the claims were looked at.
            if standing.made == nil || attempt.map({ $0.started > standing.made?.created ?? "" }) == true {
                return .running(try running(standing, attempt, now))
            }
        }
        states[key] = nil
        firstSeen[key] = nil
        if let made = standing.made { return .made(created: made.created, seconds: made.seconds) }
        if let failure = standing.failure { return .failed(message: failure) }
        if let checkpoint = standing.checkpoint {
            return .stopped(epoch: checkpoint.progress["epoch"]?.number.flatMap(Int.init(exactly:)))
        }
        return .waiting
    }

    private mutating func running(
        _ standing: Standing, _ attempt: Attempt?, _ now: Date
    ) throws -> PipelineMoment.Running {
        let key = standing.key
        var running = PipelineMoment.Running()
        running.seconds = attempt.flatMap { Moment.date($0.started) }.map { max(0, now.timeIntervalSince($0)) }
        running.remark = attempt.flatMap { $0.log.split(whereSeparator: \.isNewline).last }.map(String.init)
        guard let checkpoint = standing.checkpoint else { return running }
        if states[key]?.saved != checkpoint.saved {
            // One that is damaged tells nothing; the training that meets it says so.
            let state = try? store.checkpoint(for: key)
            states[key] = (checkpoint.saved, state.flatMap(TrainingSoFar.init))
        }
        guard let training = states[key]?.training, let saved = Moment.date(checkpoint.saved) else { return running }
        (running.epoch, running.epochs) = (training.epoch, training.epochs)
        running.curves = training.measurements.curves
        let first = firstSeen[key] ?? (training.epoch, saved)
        firstSeen[key] = first
        let seconds = saved.timeIntervalSince(first.saved)
        guard training.epoch > first.epoch, seconds > 0 else { return running }
        let rate = Double(training.epoch - first.epoch) / seconds
        running.rate = rate
        running.secondsLeft = training.epochs.map { epochs in
            max(0, Double(epochs - training.epoch) / rate - now.timeIntervalSince(saved))
        }
        return running
    }

    /// Of each stage the training that was made last.
    private mutating func latest(_ standings: [Standing]) throws -> [String: PipelineMoment.Trained] {
        var places: [String: Int] = [:]
        for (place, standing) in standings.enumerated() {
            guard let created = standing.made?.created else { continue }
            if let last = places[instances[place].name.stage], standings[last].made?.created ?? "" >= created { continue }
            places[instances[place].name.stage] = place
        }
        var latest: [String: PipelineMoment.Trained] = [:], known: [ArtifactKey: [PipelineMoment.Curve]] = [:]
        for (stage, place) in places {
            let key = standings[place].key
            let curves = try histories[key] ?? store.metrics(of: key).filter { $0.epoch > 0 }.curves
            known[key] = curves
            if !curves.isEmpty { latest[stage] = .init(name: instances[place].name.text, curves: curves) }
        }
        histories = known
        return latest
    }
}

extension InstanceName {
    /// The same with its values in the order of some axes, where values are all that it is called by.
    fileprivate func ordered(by axes: [String]) -> InstanceName {
        guard labels == coordinates.map(\.text) else { return self }
        let places = Dictionary(axes.enumerated().map { ($1, $0) }) { first, _ in first }
        let ordered = coordinates.sorted { places[$0.axis] ?? -1 < places[$1.axis] ?? -1 }
        return InstanceName(stage: stage, labels: ordered.map(\.text), coordinates: ordered)
    }
}

extension [Metric] {
    /// A curve for each name, in the order in which the first epoch has them; a measurement that was not taken is NaN.
    fileprivate var curves: [PipelineMoment.Curve] {
        let epochs = map(\.epoch).max() ?? 0
        var curves: [PipelineMoment.Curve] = [], places: [String: Int] = [:]
        for metric in self where metric.epoch > 0 {
            let place = places[metric.name] ?? curves.count
            if place == curves.count {
                curves.append(.init(name: metric.name, values: [Double](repeating: .nan, count: epochs)))
                places[metric.name] = place
            }
            curves[place].values[metric.epoch - 1] = metric.value
        }
        return curves
    }
}

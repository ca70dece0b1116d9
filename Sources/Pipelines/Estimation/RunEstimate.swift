import ArtifactStore
import Stages

/// What a run will take.
public struct RunEstimate: Sendable {
    /// The instances of a stage together.
    public struct Stage: Sendable {
        public let name: String
        public let estimates: [Estimate]

        /// Nil where one of them is unknown.
        public var seconds: Double? { sum(estimates.map(\.seconds)) }
        public var bytes: Int? { sum(estimates.map(\.bytes)) }
        /// The least certain of their origins.
        public var origin: Estimate.Origin {
            let origins = estimates.map(\.origin)
            return origins.max { $0.doubt < $1.doubt } ?? .unknown
        }

        private func sum<Number: AdditiveArithmetic>(_ values: [Number?]) -> Number? {
            values.contains(nil) ? nil : values.compactMap(\.self).reduce(.zero, +)
        }
    }

    /// In the order of the plan.
    public let stages: [Stage]
    /// Of each instance.
    public let estimates: [ArtifactKey: Estimate]
    /// By the clock, from beginning to end, with several at a time; of those whose time is known.
    public let seconds: Double
    /// Of what stays in the store, and of the training states that it needs room for meanwhile.
    public let bytes: Int
    /// How many instances' time is not known.
    public let unknown: Int
    /// How many trainings encode crops of their own in every epoch besides, which is not counted.
    public let encodingFreshViews: Int
}

extension Plan {
    /// Estimates what making some instances takes.
    /// - Parameters:
    ///   - instances: those that a run would make, inputs first.
    ///   - model: the checkpoint's sizes.
    ///   - rate: of matrix products on one core, in thousand millions of operations a second.
    /// - Throws: `StoreError` if the store cannot be read.
    public func estimate(
        _ instances: [Instance], on capacity: Capacity, in store: ArtifactStore, model: ModelSize,
        rate: @escaping () -> Double = { MachineRate.gigaflopsPerSecond() }
    ) throws -> RunEstimate {
        let share = try shares(of: capacity, in: store)
        let estimates = try self.estimates(
            instances, threads: { share($0).threads }, in: store, model: model, rate: rate)
        let byStage = Dictionary(grouping: instances, by: \.stage)
        let stages = specification.stages.map(\.name).compactMap { name in
            let own = (byStage[name] ?? []).compactMap { estimates[$0.key] }
            return own.isEmpty ? nil : RunEstimate.Stage(name: name, estimates: own)
        }
        let all = estimates.values
        return RunEstimate(
            stages: stages, estimates: estimates,
            seconds: capacity.seconds(for: instances, each: { estimates[$0.key]?.seconds ?? 0 }, share: share),
            bytes: all.reduce(0) { $0 + ($1.bytes ?? 0) }
                + capacity.jobs * (all.map(\.checkpointBytes).max() ?? 0),
            unknown: all.count { $0.seconds == nil },
            encodingFreshViews: trainingsOnFreshViews(among: instances))
    }

    /// Estimates what making each of some instances takes, by their keys.
    /// - Parameters:
    ///   - threads: that each has.
    ///   - model: the checkpoint's sizes.
    ///   - rate: of matrix products on one core, in thousand millions of operations a second.
    /// - Throws: `StoreError` if the store cannot be read.
    public func estimates(
        _ instances: [Instance], threads: (Instance) -> Int, in store: ArtifactStore, model: ModelSize,
        rate: @escaping () -> Double = { MachineRate.gigaflopsPerSecond() }
    ) throws -> [ArtifactKey: Estimate] {
        var estimator = Estimator(try StageSizes(of: self, in: store, model: model), rate: rate)
        var estimates: [ArtifactKey: Estimate] = [:]
        for instance in instances {
            let threads = threads(instance)
            guard instance.fillsNorms, try store.contains(instance.key) else {
                estimates[instance.key] = try estimator.estimate(instance, threads: threads)
                continue
            }
            // Of what is there, what lacks its norm is encoded again, and nothing but numbers is added.
            let features = try store.featuresWithoutNorm(instance.key), views = try store.embeddingSet(instance.key).views.count
            var estimate = try estimator.estimate(instance, threads: threads, images: (features + views - 1) / views)
            estimate.bytes = features * MemoryLayout<Double>.size
            estimates[instance.key] = estimate
        }
        return estimates
    }

    /// How many trainings encode crops of their own in every epoch, which no formula counts.
    private func trainingsOnFreshViews(among instances: [Instance]) -> Int {
        let everyEpoch = JSONValue.string("\(ViewCount.everyEpoch)")
        let fresh = Set(self.instances.filter { $0.recipe.parameters["views"] == everyEpoch }.map(\.key))
        guard !fresh.isEmpty else { return 0 }
        return instances.count { instance in
            [.prompt, .generator].contains(instance.kind.makes) && instance.recipe.inputs.contains { fresh.contains($0.key) }
        }
    }
}

extension Capacity {
    /// How long it takes to make instances, begun in order as their inputs are there and the machine has room.
    func seconds(
        for instances: [Instance], each seconds: (Instance) -> Double, share: (Instance) -> ProcessShare
    ) -> Double {
        var schedule = Schedule(instances, share: share)
        var running: [(instance: Instance, share: ProcessShare, end: Double)] = []
        var now = 0.0
        while true {
            while let next = schedule.next(where: { fits($0, beside: running.map(\.share)) }) {
                running.append((next, share(next), now + seconds(next)))
            }
            guard let first = running.indices.min(by: { running[$0].end < running[$1].end }) else { return now }
            let ended = running.remove(at: first)
            now = ended.end
            schedule.succeeded(ended.instance)
        }
    }
}

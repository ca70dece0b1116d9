import ArtifactStore
import Stages

extension Plan {
    /// Estimates what making some instances takes.
    /// - Parameters:
    ///   - instances: those that a run would make, inputs first.
    ///   - model: the checkpoint's sizes.
    ///   - rate: of matrix products on one core, in thousand millions of operations a second.
    public func estimate(
        _ instances: [Instance], on machine: Machine, in store: ArtifactStore, model: ModelSize,
        rate: @escaping () -> Double = { MachineRate.gigaflopsPerSecond() }
    ) throws -> RunEstimate {
        let share = try shares(of: machine, in: store)
        var estimator = Estimator(try StageSizes(of: self, in: store, model: model), rate: rate)
        var estimates: [ArtifactKey: Estimate] = [:]
        for instance in instances {
            let threads = share(instance).threads
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
        let byStage = Dictionary(grouping: instances, by: \.stage)
        let stages = specification.stages.map(\.name).compactMap { name in
            let own = (byStage[name] ?? []).compactMap { estimates[$0.key] }
            return own.isEmpty ? nil : RunEstimate.Stage(name: name, estimates: own)
        }
        let all = estimates.values
        return RunEstimate(
            stages: stages,
            seconds: machine.seconds(for: instances, each: { estimates[$0.key]?.seconds ?? 0 }, share: share),
            bytes: all.reduce(0) { $0 + ($1.bytes ?? 0) }
                + machine.jobs * (all.map(\.checkpointBytes).max() ?? 0),
            unknown: all.count { $0.seconds == nil },
            encodingFreshViews: trainingsOnFreshViews(among: instances))
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

extension Machine {
    /// How long it takes to make instances, begun in order as their inputs are there and the machine has room.
    func seconds(
        for instances: [Instance], each seconds: (Instance) -> Double, share: (Instance) -> Share
    ) -> Double {
        var schedule = Schedule(instances, share: share)
        var running: [(instance: Instance, share: Share, end: Double)] = []
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

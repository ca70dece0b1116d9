import ArtifactStore
import Datasets
import Pipelines
import Stages
import Testing

@Suite("What a run will take")
struct EstimateTests {
    private let model = ModelSize(
        imageGigaflop: 1, textRowGigaflop: 0.001, dimension: 4, textWidth: 4, loadSeconds: 0.07)
    private let capacity = Capacity(jobs: 1, threads: 1, cores: 1, memory: 1 << 30)

    private func estimate(
        _ laboratory: Laboratory, _ plan: Plan, on capacity: Capacity? = nil, rate: Double = 10
    ) throws -> RunEstimate {
        let missing = try plan.work.filter { try !laboratory.store.contains($0.key) }
        return try plan.estimate(missing, on: capacity ?? self.capacity, in: laboratory.store, model: model, rate: { rate })
    }

    /// Writes an instance's artifact and what making it has cost.
    private func make(_ instance: Instance, _ laboratory: Laboratory, seconds: Double, threads: Int = 1) throws {
        try laboratory.make(instance)
        try laboratory.store.beginAttempt(at: instance.key, threads: threads)
        try laboratory.store.endAttempt(
            at: instance.key, cost: .init(seconds: seconds, processorSeconds: seconds, peakBytes: 1), log: "")
    }

    @Test("Kinds without a formula, and none made yet: that is said, and no number is")
    func unknown() throws {
        let laboratory = try Laboratory()
        let estimate = try estimate(laboratory, laboratory.plan())
        #expect(estimate.stages.map(\.name) == ["features", "prompts", "generator", "zero-shot", "spg"])
        #expect(estimate.stages.allSatisfy { $0.seconds == nil && $0.bytes == nil && $0.origin == .unknown })
        #expect(estimate.unknown == 3 + 6 + 4 + 2 + 4 && estimate.seconds == 0)
        #expect("\(Estimate.Origin.unknown)".hasPrefix("unknown"))
    }

    @Test("Without a formula, what was made tells: by images and epochs, and by threads")
    func byImages() throws {
        let laboratory = try Laboratory(), plan = try laboratory.plan()
        for instance in plan.instances where ["features", "prompts"].contains(instance.stage) {
            try make(instance, laboratory, seconds: instance.stage == "prompts" ? 5 : 1)
        }
        let doubled = sampleText.replacing("learningRate: 2e-3", with: "learningRate: 2e-3, epochs: 100")
        let one = try estimate(laboratory, laboratory.plan(doubled))
        #expect(one.stages[0].name == "prompts" && one.stages[0].estimates.allSatisfy { $0.seconds == 10 })
        #expect(one.stages[0].origin == .runsByImages(6) && one.stages[0].seconds == 60)
        // The evaluations and generators of the new prompts have no history.
        #expect(one.unknown == 4 + 2 + 4 && one.seconds == 60)
        let two = try estimate(
            laboratory, laboratory.plan(doubled), on: Capacity(jobs: 1, threads: 2, cores: 2, memory: 1 << 30))
        #expect(two.seconds == 30)
    }

    @Test("Several at a time: as many as the machine has room for, each when its inputs are there")
    func together() throws {
        let laboratory = try Laboratory(), plan = try laboratory.plan()
        for instance in plan.instances where instance.stage == "features" { try make(instance, laboratory, seconds: 1) }
        let changed = try laboratory.plan(sampleText.replacing("views: 4", with: "views: 5"))
        let features = changed.work.filter { $0.stage == "features" }
        func seconds(jobs: Int) throws -> Double {
            try changed.estimate(
                features, on: Capacity(jobs: jobs, threads: 1, cores: jobs, memory: 1 << 30), in: laboratory.store,
                model: model,
                rate: { 1 }
            ).seconds
        }
        #expect(try seconds(jobs: 1) == 3)
        #expect(try seconds(jobs: 2) == 2)
        #expect(try seconds(jobs: 4) == 1)
    }

    @Test("A formula: arithmetic over the measured rate at first, later what was measured, scaled by the formula")
    func formulas() throws {
        // Views cost twice as much each, with a part that does not depend on them.
        let kinds = sampleKinds().map { kind in
            var kind = kind
            if kind.name == "extract" {
                kind.work = { size in
                    guard case .number(let views)? = size.parameters["views"] else { return Work() }
                    return Work(gigaflop: Double(size.images["images"] ?? 0) * views * 10, share: 0.5, bytes: 1000 * views)
                }
            }
            return kind
        }
        let laboratory = try Laboratory()
        func plan(_ text: String) throws -> Plan {
            let root = laboratory.folder.appendingPathComponent("data").path
            let specification = try Specification(
                text: text.replacing("Data/sample", with: root), file: "sample.yaml", kinds: kinds)
            return try Plan(
                specification,
                inputs: PlanInputs(
                    for: specification, in: laboratory.store, encoder: { _ in Laboratory.encoder.key }, recording: true))
        }
        let first = try plan(sampleText)
        let cold = try estimate(laboratory, first).stages[0]
        // 2 images × 4 views × 10 GFLOP at half the rate of 10, besides 0.1 s to start.
        #expect(cold.origin == .arithmetic && cold.bytes == 12_000)
        #expect(cold.estimates.allSatisfy { abs(($0.seconds ?? 0) - 16.1) < 1e-9 })

        for instance in first.instances where instance.stage == "features" { try make(instance, laboratory, seconds: 2) }
        let warm = try estimate(laboratory, plan(sampleText.replacing("views: 4", with: "views: 8"))).stages[0]
        #expect(warm.origin == .runs(3) && "\(warm.origin)" == "from 3 runs here")
        // The formula at 100 GFLOP/s: 3.3 s where 1.7 s were, and those took 2 s.
        #expect(warm.estimates.allSatisfy { abs(($0.seconds ?? 0) - 2 * 3.3 / 1.7) < 1e-9 })
    }

    @Test("The machine's rate is a number that makes sense")
    func rate() {
        let rate = MachineRate.gigaflopsPerSecond()
        #expect(rate > 0.5 && rate < 5000)
    }
}

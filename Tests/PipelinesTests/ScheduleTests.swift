import Pipelines
import Stages
import Testing

@Suite("Planning and scheduling many instances")
struct ScheduleTests {
    /// Three domains, both targets: 3 + 3n + 2n + 2 + 2n instances.
    private func text(seeds: Int) -> String {
        sampleText.replacing("[1, 2]", with: "[\((1...seeds).map(String.init).joined(separator: ", "))]")
    }

    /// Where time grows with the square of the instances, these take minutes.
    @Test("Fourteen thousand instances are scheduled", .timeLimit(.minutes(5)))
    func many() throws {
        let laboratory = try Laboratory()
        let model = ModelSize(imageGigaflop: 1, textRowGigaflop: 0.001, dimension: 4, textWidth: 4, loadSeconds: 0.07)
        let plan = try laboratory.plan(text(seeds: 2000))
        #expect(plan.instances.count == 5 + 7 * 2000)
        let estimate = try plan.estimate(
            plan.work, on: Capacity(jobs: 4, threads: 1, cores: 4, memory: 1 << 30), in: laboratory.store, model: model,
            rate: { 10 })
        #expect(estimate.unknown == plan.work.count)
    }

    @Test("What is estimated of many jobs is what their order comes to", arguments: [(1, 12.0), (2, 6.0), (3, 4.0), (5, 4.0)])
    func makespan(jobs: Int, seconds: Double) throws {
        // Four seeds of three prompts, a second each, of features that are there.
        let laboratory = try Laboratory()
        let plan = try laboratory.plan(text(seeds: 4))
        for instance in plan.instances where instance.stage == "features" { try laboratory.make(instance) }
        let prompts = plan.work.filter { $0.stage == "prompts" }
        #expect(prompts.count == 12)
        let made = try #require(prompts.first)
        try laboratory.make(made)
        try laboratory.store.beginAttempt(at: made.key, threads: 1)
        try laboratory.store.endAttempt(at: made.key, cost: .init(seconds: 1, processorSeconds: 1, peakBytes: 1), log: "")
        let model = ModelSize(imageGigaflop: 1, textRowGigaflop: 0.001, dimension: 4, textWidth: 4, loadSeconds: 0.07)
        let estimate = try plan.estimate(
            prompts, on: Capacity(jobs: jobs, threads: 1, cores: jobs, memory: 100), in: laboratory.store, model: model)
        // A job that has taken one byte fits beside any other.
        #expect(estimate.seconds == (jobs == 5 ? 3 : seconds))
    }
}

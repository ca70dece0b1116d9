import ArtifactStore
import Datasets
import Foundation
import Pipelines
import Testing

@Suite("A plan against a store")
struct StateTests {
    private func states(_ plan: Plan, _ laboratory: Laboratory) throws -> [String: InstanceState] {
        Dictionary(uniqueKeysWithValues: zip(plan.instances.map(\.name), try plan.states(in: laboratory.store)))
    }

    @Test("What is there is done; what is not was never made")
    func states() throws {
        let laboratory = try Laboratory()
        let plan = try laboratory.plan()
        try laboratory.make(plan.instances[0])
        let states = try states(plan, laboratory)
        guard case .done(_, let seconds) = states[plan.instances[0].name] else { throw Unexpected() }
        #expect(seconds == 2)
        #expect(states[plan.instances[1].name] == .missing(progress: nil))
    }

    @Test("What was made by another recipe says what changed; the old value brings the old state back")
    func changed() throws {
        let laboratory = try Laboratory()
        let before = try laboratory.plan()
        try before.record(in: laboratory.store)
        for instance in before.instances { try laboratory.make(instance) }
        let after = try laboratory.plan(sampleText.replacing("2e-3", with: "1e-3"))
        let changed = try states(after, laboratory)
        guard case .done = changed["features(domain oil)"], case .done = changed["zero-shot(target oil)"] else {
            throw Unexpected()
        }
        #expect(changed["prompts(domain oil, seed 1)"] == .stale(changes: ["learningRate 0.002 → 0.001"]))
        #expect(changed["spg(target oil, seed 1)"] == .stale(changes: ["generator(target oil, seed 1) changed"]))
        for state in try laboratory.plan().states(in: laboratory.store) {
            guard case .done = state else { throw Unexpected() }
        }
    }

    @Test("A new image changes its own domain and what is made of it")
    func newImage() throws {
        let laboratory = try Laboratory()
        let before = try laboratory.plan()
        try before.record(in: laboratory.store)
        for instance in before.instances { try laboratory.make(instance) }
        try laboratory.addImage("chalk/dog/1.jpg")
        let states = try states(laboratory.plan(), laboratory)
        #expect(states["features(domain chalk)"] == .stale(changes: ["the images of chalk changed"]))
        guard case .done = states["features(domain oil)"], case .done = states["prompts(domain oil, seed 2)"] else {
            throw Unexpected()
        }
    }

    @Test("What failed or was interrupted says so")
    func failedAndInterrupted() throws {
        let laboratory = try Laboratory()
        let plan = try laboratory.plan()
        let (first, second) = (plan.instances[0], plan.instances[1])
        try laboratory.store.recordFailure("it exited with status 65\nError: x.jpg is truncated\nrest", of: first.key)
        try laboratory.store.save(
            TrainingCheckpoint(progress: ["epoch": 12], payload: Data()), for: second.key)
        let states = try states(plan, laboratory)
        #expect(states[first.name]?.word == "failed" && states[second.name]?.word == "missing")
        #expect(states[first.name]?.reason == "failed when last tried: x.jpg is truncated")
        #expect(states[second.name]?.reason == "interrupted at epoch 12")
    }

    @Test("What a process has claimed is running; when the claim is dropped, it is what it was")
    func running() throws {
        let laboratory = try Laboratory()
        let plan = try laboratory.plan(), instance = plan.instances[0]
        do {
            let claim = try laboratory.store.claim(instance.key)
            defer { withExtendedLifetime(claim) {} }
            #expect(try states(plan, laboratory)[instance.name] == .running(since: nil))
            try laboratory.store.note(.started(instance, ProcessShare(threads: 2, memory: 0)))
            let since = try #require(try laboratory.store.attempt(at: instance.key)).started
            #expect(try states(plan, laboratory)[instance.name] == .running(since: since))
        }
        #expect(try states(plan, laboratory)[instance.name] == .missing(progress: nil))
    }

    @Test("A change is told against what was made last, also after runs that made nothing")
    func againstTheLast() throws {
        let laboratory = try Laboratory()
        let before = try laboratory.plan()
        try before.record(in: laboratory.store)
        for instance in before.instances { try laboratory.make(instance) }
        // Recorded, as a run does, but never made.
        try laboratory.plan(sampleText.replacing("2e-3", with: "5e-3")).record(in: laboratory.store)
        let after = try laboratory.plan(sampleText.replacing("2e-3", with: "1e-3"))
        try after.record(in: laboratory.store)
        #expect(
            try states(after, laboratory)["prompts(domain oil, seed 1)"]
                == .stale(changes: ["learningRate 0.002 → 0.001"]))
    }

    @Test(
        "The table's evaluations come row by row, with the accuracies that are there, and the view `results` names them"
    )
    func results() throws {
        let laboratory = try Laboratory()
        let plan = try laboratory.plan()
        try plan.record(in: laboratory.store)
        for instance in plan.instances where !instance.name.contains("seed 2") {
            try laboratory.make(instance, correct: instance.stage == "spg" ? 2 : 1)
        }
        let evaluations = plan.evaluations
        #expect(
            evaluations.map(\.title)
                == Array(repeating: "Zero-shot CLIP", count: 2) + Array(repeating: "SPG", count: 4))
        #expect(evaluations.map(\.column) == ["oil", "ink", "oil", "oil", "ink", "ink"])
        #expect(evaluations.map(\.seed) == [nil, nil, "1", "2", "1", "2"])
        let records = try laboratory.store.evaluationRecords(of: evaluations.map(\.key))
        #expect(evaluations.map { records[$0.key]?.accuracy } == [0.5, 0.5, 1, nil, 1, nil])
        let rows = try laboratory.store.results(ofPipeline: "sample")
        #expect(rows.map(\.method) == ["Zero-shot CLIP", "Zero-shot CLIP", "SPG", "SPG"])
        #expect(rows.map(\.seed) == [nil, nil, 1, 1])
    }

    @Test("An axis besides target and seed makes rows of its own")
    func otherAxes() throws {
        let text = sampleText.replacing("seed: [1, 2]", with: "seed: [1]\n  views: [1, 4]").replacing(
            "views: 4", with: "views: \"${views}\"")
        #expect(
            Set(try plan(text).evaluations.map(\.title))
                == ["Zero-shot CLIP (views 1)", "Zero-shot CLIP (views 4)", "SPG (views 1)", "SPG (views 4)"])
    }

    @Test("A data set or a checkpoint that cannot be read is reported at its place in the file")
    func badInputs() throws {
        let laboratory = try Laboratory()
        func error(_ text: String, encoder: @escaping (String) throws -> Digest) throws -> String? {
            let specification = try specification(text)
            return #expect(throws: SpecificationError.self) {
                try PlanInputs(for: specification, in: laboratory.store, encoder: encoder, recording: false)
            }?.description
        }
        #expect(
            try error(sampleText, encoder: { digest($0) })?.hasPrefix("sample.yaml:3:17: dataset.root: cannot read")
                == true)
        let text = sampleText.replacing("Data/sample", with: laboratory.folder.appendingPathComponent("data").path)
        #expect(
            try error(text, encoder: { _ in throw Unexpected() })?.hasPrefix("sample.yaml:4:23: encoder.checkpoint: ")
                == true)
    }

    private struct Unexpected: Error {}
}

@Suite("Telling what happens")
struct NarrativeTests {
    private func tell(rewriting: Bool) throws -> [ExecutionNarrative.Utterance] {
        let plan = try plan()
        let (first, second, third) = (plan.instances[0], plan.instances[1], plan.instances[3])
        var narrative = ExecutionNarrative(total: 3, rewritesStatus: rewriting)
        let share = ProcessShare(threads: 1, memory: 0)
        let events: [ExecutionEvent] = [

            .started(first, share), .started(second, share), .progress(first, line: "3/9 images"),
            .progress(first, line: "Warning: odd"),
            .finished(second, .seconds(1.25)),
            .failed(first, StageFailure(summary: "it exited with status 65", message: "m")),
            .skipped(third, because: first),
        ]
        return events.flatMap { narrative.tell($0) }
    }

    @Test("Off a terminal, every line stands by itself with its instance")
    func plain() throws {
        #expect(
            try tell(rewriting: false) == [
                .note("features(domain chalk): 3/9 images"),
                .line("features(domain chalk): Warning: odd"),
                .note("1/3  features(domain ink)  1.2 s"),
                .line("2/3  features(domain chalk)  FAILED: it exited with status 65"),
                .line("3/3  prompts(domain chalk, seed 1)  skipped, since features(domain chalk) failed"),
            ])
    }

    @Test("What was found is told apart from what was made")
    func found() throws {
        let instance = try plan().instances[0]
        var narrative = ExecutionNarrative(total: 1, rewritesStatus: false)
        #expect(narrative.tell(.found(instance)) == [.note("1/1  features(domain chalk)  found in the store")])
    }

    @Test("On a terminal, progress replaces progress, and notices stay")
    func rewriting() throws {
        #expect(
            try tell(rewriting: true) == [
                .status("0/3 · features(domain chalk)"),
                .status("0/3 · features(domain chalk), features(domain ink)"),
                .status("0/3 · features(domain chalk): 3/9 images"),
                .line("features(domain chalk): Warning: odd"),
                .note("1/3  features(domain ink)  1.2 s"),
                .status("1/3 · features(domain chalk)"),
                .line("2/3  features(domain chalk)  FAILED: it exited with status 65"),
                .status("2/3"),
                .line("3/3  prompts(domain chalk, seed 1)  skipped, since features(domain chalk) failed"),
                .status("3/3"),
            ])
    }
}

import ArtifactStore
import Datasets
import Foundation
import Pipelines
import Testing

@Suite("Explaining an instance")
struct ExplanationTests {
    /// Everything made once by the sample file.
    private func laboratory() throws -> Laboratory {
        let laboratory = try Laboratory()
        let plan = try laboratory.plan()
        try plan.record(in: laboratory.store)
        for instance in plan.instances { try laboratory.make(instance) }
        return laboratory
    }

    private func explain(_ name: String, _ plan: Plan, _ laboratory: Laboratory) throws -> [String] {
        let world = PlanWorld(
            manifest: { try plan.specification.manifest(of: $0, store: laboratory.store) },
            encoder: { Laboratory.encoder })
        let text = try plan.explanation(
            of: plan.instance(InstanceSelector(name)), in: laboratory.store, world: world
        ).text
        let lines = text.split(separator: "\n").map(String.init)
        #expect(lines.count <= 40)
        return lines
    }

    @Test("A change far up is told where it begins, old → new, once for all places")
    func parameter() throws {
        let laboratory = try laboratory()
        let after = try laboratory.plan(sampleText.replacing("2e-3", with: "1e-3"))
        let lines = try explain("spg(target oil, seed 1)", after, laboratory)
        #expect(lines.first == "spg(target oil, seed 1): stale")
        #expect(lines.contains("  changed    learningRate 0.002 → 0.001"))
        #expect(lines.contains("               in prompts(domain chalk, seed 1), prompts(domain ink, seed 1)"))
        #expect(lines.contains("  needs      generator(target oil, seed 1), not made yet"))
        #expect(!lines.contains { $0.contains("features") })
    }

    @Test("Images that came, went, changed or moved to another class are named")
    func images() throws {
        let laboratory = try Laboratory()
        try laboratory.addImage("chalk/cat/1.jpg")
        try laboratory.addImage("chalk/cat/2.jpg")
        let before = try laboratory.plan()
        try before.record(in: laboratory.store)
        for instance in before.instances { try laboratory.make(instance) }
        let cats = laboratory.folder.appendingPathComponent("data/chalk/cat")
        try laboratory.addImage("chalk/dog/1.jpg")
        try Data("other bytes".utf8).write(to: cats.appendingPathComponent("0.jpg"))
        try FileManager.default.removeItem(at: cats.appendingPathComponent("1.jpg"))
        try FileManager.default.moveItem(
            at: cats.appendingPathComponent("2.jpg"), to: cats.appendingPathComponent("../dog/2.jpg").standardized)
        let lines = try explain("features(domain chalk)", laboratory.plan(), laboratory)
        #expect(lines.contains("  changed    images of chalk: 1 added, 1 removed, 1 changed, 1 of another class"))
        let (old, new) = (digest("chalk/cat/0.jpg").short, digest("other bytes").short)
        #expect(lines.contains("               ~ chalk/cat/0.jpg  \(old) → \(new)"))
        #expect(lines.contains("               - chalk/cat/1.jpg"))
        #expect(lines.contains("               + chalk/dog/1.jpg"))
        #expect(lines.contains("               ~ chalk/dog/2.jpg  cat → dog"))
        #expect(try explain("features(domain ink)", laboratory.plan(), laboratory).first == "features(domain ink): done")
    }

    @Test("Inputs that come in or go are named; the others are compared with what they were, not with one another")
    func moreInputs() throws {
        let plot = sampleText.replacing(
            "results:",
            with: """
                  plot:
                    uses: command
                    from: {prompts: {stage: prompts, of: all}}
                    run: plot ${inputs.prompts} ${outputs.plot}
                    outputs: {plot: plot.svg}
                results:
                """)
        let laboratory = try Laboratory()
        let before = try laboratory.plan(plot)
        try before.record(in: laboratory.store)
        for instance in before.instances { try laboratory.make(instance) }
        let after = try laboratory.plan(plot.replacing("[1, 2]", with: "[1, 3]").replacing("2e-3", with: "1e-3"))
        let lines = try explain("plot", after, laboratory)
        #expect(lines.contains("  changed    prompts: 6 artifacts → others"))
        #expect(lines.contains("             learningRate 0.002 → 0.001"))
        #expect(lines.contains("             prompts: prompts(domain chalk, seed 3) came in"))
        #expect(lines.contains { $0.hasPrefix("             … and ") && $0.hasSuffix(" changes more") }, "\(lines)")
        #expect(!lines.contains { $0.contains("seed 2 → 3") || $0.contains("images of") })
    }

    @Test("A renamed file is the same image")
    func renamed() throws {
        let laboratory = try laboratory()
        let cats = laboratory.folder.appendingPathComponent("data/chalk/cat")
        try FileManager.default.moveItem(
            at: cats.appendingPathComponent("0.jpg"), to: cats.appendingPathComponent("first.jpg"))
        #expect(try explain("features(domain chalk)", laboratory.plan(), laboratory).first == "features(domain chalk): done")
    }

    @Test("Another version of an algorithm is told with both numbers, another encoder with what differs in it")
    func algorithmAndEncoder() throws {
        let laboratory = try laboratory()
        var kinds = sampleKinds()
        kinds[1].algorithmVersion = 2
        let text = sampleText.replacing("Data/sample", with: laboratory.folder.appendingPathComponent("data").path)
        let newer = EncoderIdentity(name: "sample", dimension: 2, parameters: ["weights": "others"])
        let inputs = try PlanInputs(
            for: specification(text), in: laboratory.store, encoder: { _ in newer.key }, recording: false)
        let plan = try Plan(specification(text, kinds: kinds), inputs: inputs)
        let world = PlanWorld(
            manifest: { try plan.specification.manifest(of: $0, store: laboratory.store) }, encoder: { newer })
        let explanation = try plan.explanation(
            of: plan.instance(InstanceSelector("prompts/domain=oil/seed=1")), in: laboratory.store, world: world
        ).text
        #expect(explanation.contains("algorithm version 1 → 2"))
        #expect(explanation.contains("encoder sample\n"))
        #expect(explanation.contains("weights \"none\" → \"others\""))
    }

    @Test("What failed shows its error and the end of its log; what is done, its figures and where they are")
    func failedAndDone() throws {
        let laboratory = try laboratory()
        let plan = try laboratory.plan(sampleText.replacing("2e-3", with: "1e-3"))
        let prompt = try plan.instance(InstanceSelector("prompts(domain oil, seed 1)"))
        let store = laboratory.store
        try store.note(.started(prompt, ProcessShare(threads: 2, memory: 0)))
        let cost = Attempt.Cost(seconds: 3, processorSeconds: 5.5, peakBytes: 12_000_000)
        let log = (1...30).map { "line \($0)" }.joined(separator: "\n")
        try store.note(.ended(prompt, cost: cost, log: log))
        let failure = StageFailure(summary: "it exited with status 65", message: "Error: the disk is full")
        try store.note(.failed(prompt, failure))
        let failed = try explain("prompts(domain oil, seed 1)", plan, laboratory)
        #expect(failed.first == "prompts(domain oil, seed 1): failed")
        #expect(failed.contains("             Error: the disk is full"))
        #expect(failed.contains("  log        … 18 lines before; --log shows all") && failed.last?.hasSuffix("line 30") == true)

        try laboratory.make(prompt)
        let done = try explain("prompts(domain oil, seed 1)", plan, laboratory)
        #expect(done.first == "prompts(domain oil, seed 1): done")
        #expect(done.contains { $0.hasSuffix("in 2.0 s; 5.5 s of processor time, 12.0 MB of memory") })
        #expect(done.contains("  result     1 × 2 numbers"))
        #expect(
            done.contains(
                "  see        spg query --store \(laboratory.store.path) \"SELECT * FROM prompts WHERE key = '\(prompt.key)'\"")
        )
        // What was different the time before stays told.
        #expect(done.contains("  changed    learningRate 0.002 → 0.001"))
    }
}

@Suite("Showing and comparing artifacts")
struct ArtifactReportTests {
    @Test("An artifact is shown with its parameters, its figures and all that it was made from")
    func report() throws {
        let laboratory = try Laboratory()
        let plan = try laboratory.plan()
        try plan.record(in: laboratory.store)
        for instance in plan.instances { try laboratory.make(instance) }
        let spg = try plan.instance(InstanceSelector("spg(target oil, seed 1)"))
        let report = try laboratory.store.report(on: spg.key).text
        #expect(report.hasPrefix("evaluation \(spg.key)\n"))
        #expect(report.contains("sample/spg/seed=1/target=oil") && report.contains("accuracy 50.0 % of 2 images"))
        #expect(report.contains("  with       seed: 1\n") && report.contains("template: \"a photo of a {}.\""))
        // Itself, 3 × images and features, 2 prompts, 1 generator.
        #expect(report.contains("  in all     10 artifacts, 14 s"))
        #expect(report.contains("generator: sample/generator/seed=1/target=oil"))
        #expect(throws: StoreError.noArtifact(digest("nothing"), nil)) {
            try laboratory.store.report(on: digest("nothing"))
        }
    }

    @Test("Two results are compared down to the parameter that differs")
    func comparison() throws {
        let laboratory = try Laboratory()
        let before = try laboratory.plan(), after = try laboratory.plan(sampleText.replacing("2e-3", with: "1e-3"))
        for plan in [before, after] {
            for instance in plan.instances {
                try laboratory.make(instance, correct: plan.instances[3].key == before.instances[3].key ? 1 : 2)
            }
        }
        let selector = InstanceSelector("spg(target oil, seed 1)")
        let (old, new) = (try before.instance(selector).key, try after.instance(selector).key)
        let text = try laboratory.store.comparison(of: old, with: new).text
        #expect(text.contains("accuracy 50.0 % of 2 images") && text.contains("accuracy 100.0 % of 2 images"))
        #expect(text.contains("  changed    learningRate 0.002 → 0.001"))
        #expect(text.split(separator: "\n").count { $0.contains("→") } == 1)
        #expect(try laboratory.store.comparison(of: old, with: old).text.hasPrefix("the same artifact"))
    }
}

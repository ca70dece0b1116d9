import ArtifactStore
import Pipelines
import Reporting
import Testing

@Suite("Accuracies on validation images")
struct ValidationTests {
    private func laboratory(_ text: String = sampleText) throws -> (laboratory: Laboratory, plan: Plan) {
        let laboratory = try Laboratory(), plan = try laboratory.plan(text)
        try plan.record(in: laboratory.store)
        return (laboratory, plan)
    }

    @Test("What each stage learned, by the domains that it learned from or for, over seeds; what is not there is a dash")
    func wholePipeline() throws {
        let (laboratory, plan) = try laboratory()
        for instance in plan.instances where instance.kind.makes == .embeddings || instance.kind.makes == .prompt {
            let seed = instance.name.contains("seed 2") ? 0.2 : 0
            try laboratory.make(instance, validation: instance.name.contains("domain oil") ? nil : 0.5 + seed)
        }
        let tables = try ValidationTables(of: plan, in: laboratory.store)
        #expect(
            tables.tables.map(\.caption) == [
                "sample, accuracy on validation images in percent: what was learned from a domain",
                "sample, accuracy on validation images in percent: what was learned for a target from the others",
            ])
        #expect(
            tables.tables.map { $0.table.columns.map(\.title) } == [
                ["accuracy, %", "chalk", "ink", "oil", "average"], ["accuracy, %", "oil", "ink", "average"],
            ])
        let generators = ["generator", "–", "–", "–"]
        #expect(tables.tables.map(\.table.rows) == [[["prompts", "60.0 ± 14.1", "60.0 ± 14.1", "–", "–"]], [generators]])
        #expect(
            tables.longTable?.csv == """
                pipeline,column,method,domain,mean,standard_deviation,seeds,published
                sample,domain,prompts,chalk,0.6,0.14142135623730948,2,
                sample,domain,prompts,ink,0.6,0.14142135623730948,2,

                """)
        // The store knows which stages learn by what they have made.
        #expect(
            try ValidationTables(ofPipeline: "sample", in: laboratory.store).tables.map(\.table.rows) == [
                [["prompts", "60.0 ± 14.1", "60.0 ± 14.1", "–", "–"]]
            ])
        for instance in plan.instances where instance.kind.makes == .generator {
            try laboratory.make(instance, validation: instance.name.contains("target ink") ? 0.75 : 0.25)
        }
        let both = try ValidationTables(ofPipeline: "sample", in: laboratory.store).tables.map(\.table.rows)
        #expect(both == (try ValidationTables(of: plan, in: laboratory.store).tables.map(\.table.rows)))
        #expect(both[1] == [["generator", "25.0 ± 0.0", "75.0 ± 0.0", "50.0 ± 0.0"]])
        #expect(try ValidationTables(ofPipeline: "unknown", in: laboratory.store).tables.isEmpty)
    }

    @Test("Single sources are columns, and values of other axes tell rows apart")
    func columns() throws {
        let text = sampleText.replacing("target: [oil, ink]", with: "source: [chalk, oil]\n  target: [ink]\n  lr: [1e-3, 0.01]")
            .replacing("learningRate: 2e-3", with: "learningRate: \"${lr}\"")
        let (laboratory, plan) = try laboratory(text)
        for instance in plan.instances where instance.kind.makes != .evaluation {
            try laboratory.make(instance, validation: instance.name.contains("0.01") ? 1 : 0.5)
        }
        let tables = try ValidationTables(of: plan, in: laboratory.store).tables
        #expect(
            tables.map { $0.table.columns.map(\.title) } == [
                ["accuracy, %", "chalk", "ink", "oil", "average"], ["accuracy, %", "chalk", "oil", "average"],
            ])
        func rows(_ stage: String, _ count: Int) -> [[String]] {
            [("lr 1e-3", "50.0 ± 0.0"), ("lr 0.01", "100.0 ± 0.0")].map { note, figure in
                ["\(stage) (\(note))"] + Array(repeating: figure, count: count)
            }
        }
        #expect(tables.map(\.table.rows) == [rows("prompts", 4), rows("generator", 3)])
    }
}

import ArtifactStore
import Foundation
import Testing

@Suite("A pipeline of every network that writes prompts")
struct GeneratorPipelineTests {
    private static let pipeline = """
        pipeline: writers
        dataset: {root: data, name: Small}
        encoder: {checkpoint: clip}
        matrix: {target: [chalk], seed: [1, 2]}
        stages:
          features: {uses: extract, with: {views: 0}}
          prompts:
            uses: fit
            from: {embeddings: features}
            with: {seed: "${seed}", context: "", contextLength: 2, batchSize: 8, epochs: 2}
          pairs:
            uses: fit-dual
            from: {embeddings: features}
            with: {seed: "${seed}", context: "", negativeContext: "", contextLength: 2, batchSize: 8, epochs: 2}
          regressor-generator:
            uses: regressor
            from: {embeddings: features, prompts: prompts}
            with: {seed: "${seed}", batchSize: 8, epochs: 2}
          dpspg-generator:
            uses: dual-path
            from: {embeddings: features, prompts: pairs}
            with: {seed: "${seed}", batchSize: 8, epochs: 3, earliestEpoch: 1, latestEpoch: 2}
          flow-generator:
            uses: flow
            from: {embeddings: features, prompts: prompts}
            with: {seed: "${seed}", batchSize: 8, epochs: 2}
          regressor: {uses: evaluate-generator, from: {embeddings: features, generator: regressor-generator}}
          dpspg: {uses: evaluate-generator, from: {embeddings: features, generator: dpspg-generator}}
          flow: {uses: evaluate-generator, from: {embeddings: features, generator: flow-generator}}
        results: {regressor: Regressor, dpspg: DPSPG, flow: Flow}
        """

    @Test("runs through, each stage in a process of its own, and tells how far its prompts spread")
    func everything() async throws {
        let workplace = try Workplace()
        try workplace.write(Self.pipeline)
        let run = try await workplace.run("spg", "run", "small.yaml")
        #expect(run.status == 0, "\(run.errors)")
        // Features of three domains; for each seed every domain's prompt and pair, three generators, three evaluations.
        #expect(run.errors.contains("27/27"), "\(run.errors)")
        for title in ["Regressor", "DPSPG", "Flow"] { #expect(run.output.contains(title)) }
        #expect(
            try workplace.query("SELECT DISTINCT method FROM results ORDER BY method").rows
                == [[.text("DPSPG")], [.text("Flow")], [.text("Regressor")]])

        let spread = try await workplace.run("spg", "spread", "writers", "--format", "csv", "--draws", "3")
        #expect(spread.status == 0, "\(spread.errors)")
        let lines = spread.lines.map { $0.split(separator: ",").map(String.init) }
        #expect(lines.map { $0[0] } == ["stage", "dpspg", "flow", "regressor"])
        for line in lines.dropFirst() {
            let spreads = line.dropFirst().compactMap(Double.init)
            try #require(spreads.count == 3)
            #expect(spreads[0] > 0 && spreads[1] > 0)
            #expect((spreads[2] > 0) == (line[0] == "flow"))
        }
        let unknown = try await workplace.run("spg", "spread", "writer")
        #expect(unknown.status != 0 && unknown.errors.contains("No evaluation of a generator with one draw is called “writer”"))
        // By the names that runs print.
        let named = try await workplace.run(
            "spg", "spread", "flow(target chalk)", "regressor(target chalk, seed 2)", "--format", "csv", "--draws", "3")
        let figures = named.lines.map { $0.split(separator: ",").map(String.init) }
        #expect(figures.map { $0[0] } == ["stage", "flow", "regressor"] && figures[1] == lines[2], "\(named.output)")
        // Of one seed there is no spread over seeds.
        #expect(figures[2][1...] == [figures[2][1], "–", "0"], "\(named.output)")
        let validation = try await workplace.run("spg", "results", "small.yaml", "--metric", "validation")
        #expect(validation.output == (try await workplace.run("spg", "results", "--metric", "validation")).output)
        #expect(validation.lines.count { $0.contains(" ± ") } == 5, "\(validation.output)")
        let mean = try workplace.query(
            "SELECT round(100 * avg(validation_accuracy), 1) FROM prompts WHERE method = 'coop' AND domain = 'ink'"
        ).rows[0][0]
        let row = try #require(validation.lines.first { $0.hasPrefix("prompts") }).split(
            separator: " ", omittingEmptySubsequences: true)
        #expect(row.count > 4 && mean == .real(Double(row[4]) ?? -1), "\(validation.output)")
        let wrong = try await workplace.run("spg", "results", "small.yaml", "--metric", "validation", "--cost")
        #expect(wrong.status == 64 && wrong.errors.contains("--cost is about accuracies on targets"), "\(wrong.errors)")
        let single = try await workplace.run("spg", "spread", "writers", "--draws", "1")
        #expect(single.status == 64 && single.errors.contains("--draws must be from 2 to 100"))
    }
}

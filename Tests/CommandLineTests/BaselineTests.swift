import ArtifactStore
import Foundation
import TestSupport
import Testing

@Suite("Baselines as processes")
struct BaselineTests {
    private static let pipeline = """
        pipeline: small
        dataset: {root: data, name: Small}
        encoder: {checkpoint: clip}
        matrix: {target: [chalk], seed: [1]}
        stages:
          features: {uses: extract, with: {views: 1}}
          ensemble:
            uses: evaluate-zero-shot
            from: {embeddings: features}
            with: {templates: ["a {}.", dtd]}
          cocoop:
            uses: fit-cocoop
            from: {embeddings: features}
            with: {seed: "${seed}", context: "", contextLength: 2, batchSize: 4, epochs: 2}
          cocoop-target: {uses: evaluate-generator, from: {embeddings: features, generator: cocoop}}
          dpl:
            uses: fit-dpl
            from: {embeddings: features}
            with: {seed: "${seed}", contextLength: 2, hiddenWidth: 16, batchSize: 4, steps: 6, validateEvery: 3}
          dpl-target: {uses: evaluate-dpl, from: {embeddings: features, generator: dpl}, with: {batchSize: 7}}
          dapl:
            uses: fit-dapl
            from: {embeddings: features, target: features}
            with:
              {seed: "${seed}", contextLength: 2, domainContextLength: 2, domainWords: false, batchSize: 8, epochs: 2, threshold: 0.3}
          dapl-target: {uses: evaluate-dapl, from: {embeddings: features, generator: dapl}}
        results: {ensemble: Ensemble, cocoop-target: CoCoOp, dpl-target: DPL, dapl-target: DAPL}
        """

    @Test("A pipeline of them runs, and a second time has nothing to do") func pipeline() async throws {
        let workplace = try Workplace()
        try workplace.write(Self.pipeline)
        let first = try await workplace.run("spg", "run", "small.yaml")
        #expect(first.status == 0, "\(first.errors)")
        for name in ["Ensemble", "CoCoOp", "DPL", "DAPL"] { #expect(first.output.contains(name)) }
        let methods = try workplace.query("SELECT DISTINCT method FROM results ORDER BY method").rows
        #expect(methods == ["CoCoOp", "DAPL", "DPL", "Ensemble"].map { [.text($0)] })
        let second = try await workplace.run("spg", "run", "small.yaml")
        #expect(second.status == 0 && second.errors.contains("nothing is to run"), "\(second.errors)")
    }

    @Test("A checkpoint of CoCoOp's code goes in and out by commands") func exchange() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.run("spg-extract", "--data", "data", "--domain", "ink").status == 0)
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Fixtures/prompt-learners/cocoop.pth.tar-10").standardizedFileURL.path
        let imported = try await workplace.run(
            "spg", "import", "generator", "--embeddings", "ink", "--file", file, "--checkpoint", "clip")
        #expect(imported.status == 0, "\(imported.errors)")
        let key = imported.output.trimmingCharacters(in: .whitespacesAndNewlines)
        let exported = try await workplace.run("spg", "export", "generator", key, "--output", "model.pth.tar-3")
        #expect(exported.status == 0, "\(exported.errors)")
        let evaluated = try await workplace.run("spg-evaluate", "generator", "--embeddings", "ink", "--generator", key)
        #expect(evaluated.status == 0, "\(evaluated.errors)")
    }
}

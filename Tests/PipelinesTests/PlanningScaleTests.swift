import ArtifactStore
import Foundation
import Pipelines
import Stages
import Testing

/// How long planning takes: SPG_SCALE=1 swift test … --filter PlanningScaleTests (Scripts/scale does it).
@Suite(.serialized) struct PlanningScaleTests {
    private static let isAsked = ProcessInfo.processInfo.environment["SPG_SCALE"] != nil

    /// Six domains, each the target once, and as many seeds as asked for: 6 · (3 · seeds + 2) instances.
    private func text(seeds: Int) -> String {
        """
        pipeline: large
        dataset: {root: Data/large}
        encoder: {checkpoint: Models/large}
        matrix:
          target: [clipart, infograph, painting, quickdraw, real, sketch]
          seed: [\((1...seeds).map(String.init).joined(separator: ", "))]
        stages:
          features: {uses: extract, with: {views: 4}}
          prompts: {uses: fit, from: {embeddings: features}, with: {seed: "${seed}"}}
          generator: {uses: cgan, from: {embeddings: features, prompts: prompts}, with: {seed: "${seed}"}}
          zero-shot: {uses: evaluate-zero-shot, from: {embeddings: features}}
          spg: {uses: evaluate-generator, from: {embeddings: features, generator: generator}, with: {seed: "${seed}"}}
        """
    }

    @Test(.enabled(if: isAsked, "SPG_SCALE asks for it")) func planningAThousandInstances() throws {
        let inputs = sampleInputs(domains: ["clipart", "infograph", "painting", "quickdraw", "real", "sketch"])
        for seeds in [14, 56, 224] {
            var best = Double.infinity, count = 0
            for _ in 0..<5 {
                let start = ContinuousClock.now
                let specification = try Specification(text: text(seeds: seeds), file: "large.yaml", kinds: StageKind.all)
                count = try Plan(specification, inputs: inputs).instances.count
                best = min(best, (ContinuousClock.now - start) / .seconds(1))
            }
            #expect(count == 6 * (3 * seeds + 2))
            print(String(format: "%d instances: read and planned in %.3f s", count, best))
        }
    }
}

import ArtifactStore
import Foundation
import PromptLearning
import Stages
import Testing

@Suite("Domain prompts put together without a generator")
struct PromptCombinationTests {
    private struct Bank {
        let bench: Bench
        let target: ArtifactKey, sources: [ArtifactKey], prompts: [ArtifactKey]

        init() throws {
            bench = try Bench()
            sources = try ["ink", "oil"].map { [bench] in try bench.extract($0, views: 1).key }
            target = try bench.extract("chalk", views: 1).key
            // Random starts of their own, so that the prompts are far apart.
            prompts = try sources.enumerated().map { [bench] number, key in
                try bench.fit(key, with: ["seed": .number(Double(number + 1))])
                    .run(checkpoint: bench.checkpoint, store: bench.store)
            }
        }

        func evaluation(
            _ combine: String, _ temperature: Double = 0.01, prompts: [ArtifactKey]? = nil, sources: [ArtifactKey]? = nil
        ) throws -> EvaluateStage<PromptEvaluation> {
            let usesSources = ["nearest", "similarity"].contains(combine)
            return try bench.evaluation(
                PromptEvaluation.self,
                ["prompts": prompts ?? self.prompts, "sources": usesSources ? sources ?? self.sources : []], on: target,
                with: ["combine": .string(combine), "temperature": .number(temperature)])
        }

        func predictions(
            _ combine: String, _ temperature: Double = 0.01, prompts: [ArtifactKey]? = nil, sources: [ArtifactKey]? = nil
        ) throws -> [Evaluation.Prediction] {
            let key = try evaluation(combine, temperature, prompts: prompts, sources: sources)
                .run(checkpoint: bench.checkpoint, store: bench.store)
            return try bench.store.evaluation(key).predictions
        }

        /// For each target image the source whose mean feature has the larger cosine with it, in double precision.
        func nearest() throws -> [Int] {
            let means = try sources.map { key -> [Double] in
                let vectors = try bench.store.embeddings(key, view: "center").vectors
                let mean = (0..<vectors.columns).map { column in
                    (0..<vectors.rows).reduce(0) { $0 + Double(vectors[$1, column]) }
                }
                let length = mean.reduce(0) { $0 + $1 * $1 }.squareRoot()
                return mean.map { $0 / length }
            }
            let images = try bench.store.embeddings(target, view: "center").vectors
            return (0..<images.rows).map { row in
                let cosines = means.map { mean in mean.indices.reduce(0) { $0 + mean[$1] * Double(images[row, $1]) } }
                return cosines[0] >= cosines[1] ? 0 : 1
            }
        }
    }

    private func expectSame(
        _ a: [Evaluation.Prediction], _ b: [Evaluation.Prediction], _ place: SourceLocation = #_sourceLocation
    ) {
        #expect(a.count == b.count && !a.isEmpty, sourceLocation: place)
        for (one, other) in zip(a, b) {
            #expect(abs(one.probability - other.probability) < 1e-4, sourceLocation: place)
            #expect(one.predicted == other.predicted || one.probability < 0.5, sourceLocation: place)
        }
    }

    @Test("Nearest: each image is classified by the prompt of the domain that it is most like")
    func nearest() throws {
        let bank = try Bank()
        let own = try bank.prompts.map { try bank.predictions("average", prompts: [$0]) }
        let chosen = try bank.nearest()
        let nearest = try bank.predictions("nearest")
        expectSame(nearest, chosen.enumerated().map { own[$1][$0] })
        // The prompts differ, or the choice would not show.
        #expect(zip(own[0], own[1]).contains { abs($0.probability - $1.probability) > 1e-3 })
    }

    @Test("Similarity: between the nearest, at a low temperature, and the average, at a high one")
    func similarity() throws {
        let bank = try Bank()
        expectSame(try bank.predictions("similarity", 1e-7), try bank.predictions("nearest"))
        expectSame(try bank.predictions("similarity", 1e7), try bank.predictions("average"))
        let mixed = try bank.predictions("similarity", 0.05)
        #expect(try mixed != bank.predictions("nearest"))
        #expect(try mixed != bank.predictions("average"))
    }

    @Test("Oracle: the target's own prompt; the average keeps the key that it had before there were others")
    func oracle() throws {
        let bank = try Bank()
        let prompt = try bank.bench.fit(bank.target).run(checkpoint: bank.bench.checkpoint, store: bank.bench.store)
        expectSame(try bank.predictions("oracle", prompts: [prompt]), try bank.predictions("average", prompts: [prompt]))
        let average = try bank.evaluation("average").recipe, oracle = try bank.evaluation("oracle").recipe
        #expect(average.parameters == [:] && average.inputs.map(\.role) == ["embeddings", "prompts", "prompts"])
        #expect(oracle.parameters == ["combine": "oracle"])
    }

    @Test("A prompt for each of the sources' features is needed, and words and numbers that mean something")
    func errors() throws {
        let bank = try Bank()
        let error = #expect(throws: StageInputError.self) {
            try bank.predictions("nearest", sources: [bank.sources[0]])
        }
        #expect(error?.description.hasPrefix("2 prompts but features of 1 sources") == true)
        #expect(throws: UnfitParameter.self) { try bank.evaluation("best") }
        #expect(throws: UnfitParameter.self) { try bank.evaluation("similarity", 0) }
    }

    @Test("One prompt of all sources is every domain's label")
    func pooled() throws {
        let bank = try Bank(), bench = bank.bench
        let inputs = (bench.checkpoint, bench.store)
        let pooled = try bench.fit(bank.sources[0], bank.sources[1]).run(checkpoint: inputs.0, store: inputs.1)
        let one = try bench.generator(bank.sources, [pooled]).run(checkpoint: inputs.0, store: inputs.1)
        let two = try bench.generator(bank.sources, [pooled, pooled]).run(checkpoint: inputs.0, store: inputs.1)
        #expect(try one != two && bench.store.weights(one).tensors == bench.store.weights(two).tensors)
        let error = #expect(throws: StageInputError.self) {
            try bench.generator(bank.sources + [bank.target], bank.prompts).run(checkpoint: inputs.0, store: inputs.1)
        }
        #expect(error?.description.contains("3 domains but 2 prompts") == true)
    }
}

import ArtifactStore
import PromptLearning
import Stages
import Testing

@Suite("KgCoOp from store to store") struct KgCoOpTests {
    private func learned(_ bench: Bench, weight: Double, stoppingAfter last: Int? = nil) throws -> ArtifactKey {
        struct Stopped: Error {}
        let stage = try LearningStage<KgCoOp>(
            KgCoOp.kind.defaults.changed([
                "context": "", "contextLength": 2, "batchSize": 8, "epochs": 4, "learningRate": 0.05, "template": "a {}.",
                "knowledgeWeight": .number(weight),
            ]), inputs: ["embeddings": [bench.extract("ink", views: 0).key]])
        return try stage.run(checkpoint: bench.checkpoint, store: bench.store, savingEvery: .zero) {
            if let last, $0.epoch == last, !$0.isResumption { throw Stopped() }
        }
    }

    @Test("Without a weight it is CoOp, to the bit; with one it is nearer to the hand-written prompt")
    func weight() throws {
        let bench = try Bench(), ink = try bench.extract("ink", views: 0).key
        let coOp = try bench.fit(ink, with: ["epochs": 4]).run(checkpoint: bench.checkpoint, store: bench.store)
        let keys = try [0, 8].map { try learned(bench, weight: $0) }
        let prompts = try keys.map { try bench.store.prompt($0) }
        #expect(prompts.map(\.method) == ["kgcoop", "kgcoop"] && prompts.map(\.domain) == ["ink", "ink"])
        let plain = try bench.store.prompt(coOp)
        #expect(plain.method == "coop" && plain.vectors == prompts[0].vectors && plain.vectors != prompts[1].vectors)
        #expect(Set(keys + [coOp]).count == 3)
        // Such prompts classify as all others do.
        let oil = try bench.extract("oil", views: 0).key
        let evaluation = try bench.store.evaluation(bench.evaluated(PromptEvaluation.self, ["prompts": [keys[1]]], on: oil))
        #expect(evaluation.predictions.count == 24 && evaluation.method == "kgcoop")
    }

    @Test("Stopped after an epoch, it goes on to the same bits")
    func resumption() throws {
        let bench = try Bench(), other = try bench.withFreshStore()
        let expected = try learned(bench, weight: 8)
        #expect(throws: (any Error).self) { try learned(other, weight: 8, stoppingAfter: 2) }
        #expect(try other.artifacts(.prompt).isEmpty)
        let key = try learned(other, weight: 8)
        #expect(key == expected)
        #expect(try other.store.prompt(key) == bench.store.prompt(expected))
        #expect(try other.store.metrics(of: key) == bench.store.metrics(of: expected))
    }
}

import ArtifactStore
import Stages
import Testing

@Suite("Evaluations that are computed again") struct ClassProbabilityTests {
    private func message(_ bench: Bench, _ key: ArtifactKey) -> String {
        let error = #expect(throws: StageInputError.self) {
            try ClassProbabilities(of: key, checkpoint: bench.checkpoint, store: bench.store)
        }
        return error?.description ?? ""
    }

    @Test("What comes out is what the store has, or it is refused: other probabilities, and what an earlier version made")
    func differences() throws {
        let bench = try Bench(), key = try bench.evaluated(ZeroShot.self, on: bench.extract("ink", views: 0).key)
        let again = try ClassProbabilities(of: key, checkpoint: bench.checkpoint, store: bench.store)
        #expect(again.difference == 0 && again.values.shape == [24, 3] && again.classes == ["bars", "checks", "rings"])

        let recipe = try #require(try bench.store.artifact(key)).recipe, evaluation = try bench.store.evaluation(key)
        let older = Recipe(kind: .evaluation, algorithmVersion: 0, parameters: recipe.parameters, inputs: recipe.inputs)
        let olderKey = try bench.store.write(older, .evaluation(evaluation), seconds: 1)
        let old = message(bench, olderKey)
        #expect(old.contains("was made by an earlier version of zero-shot, which this one cannot repeat"), "\(old)")

        try bench.store.database.write {
            try $0.execute(sql: "UPDATE prediction SET probability = probability / 2 WHERE position = 3")
        }
        let other = message(bench, key), image = try bench.store.manifest(evaluation.manifest).images[3]
        #expect(other.contains("“\(image.path)” is a ") && other.contains("when computed now, and of "), "\(other)")
    }
}

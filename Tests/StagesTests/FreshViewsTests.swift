import ArtifactStore
import Foundation
import PromptLearning
import Stages
import Testing

@Suite("Views that are fresh in every epoch")
struct FreshViewsTests {
    private struct Stopped: Error {}

    private func fresh(_ bench: Bench, _ domain: String) throws -> ArtifactKey {
        try bench.extract(domain, counting: .everyEpoch).key
    }

    private func fit(
        _ bench: Bench, _ key: ArtifactKey, seed: Int = 1, epochs: Int,
        progress: (TrainingProgress) throws -> Void = { _ in }
    ) throws -> ArtifactKey {
        try bench.fit(key, with: ["seed": .number(Double(seed)), "epochs": .number(Double(epochs))])
            .run(checkpoint: bench.checkpoint, store: bench.store, savingEvery: .zero, progress: progress)
    }

    private func count(_ bench: Bench, _ view: String = "augmented:%") throws -> Int {
        let rows = try bench.store.query(
            """
            SELECT count(*) FROM embedding JOIN image_view ON image_view.id = view_id WHERE name LIKE '\(view)'
            """
        ).rows
        guard case .integer(let number)? = rows.first?.first else { return -1 }
        return Int(number)
    }

    @Test("The first epoch's are those of one crop encoded beforehand; later ones are others")
    func sameCrops() throws {
        let bench = try Bench(), other = try bench.withFreshStore()
        let one = try bench.extract("ink", views: 1).key, every = try fresh(other, "ink")
        #expect(one != every)
        let drawn = try fit(bench, one, epochs: 2), renewed = try fit(other, every, epochs: 2)
        func measured(_ bench: Bench, _ key: ArtifactKey, epoch: Int) throws -> [Metric] {
            try bench.store.metrics(of: key).filter { $0.epoch == epoch }
        }
        #expect(try measured(bench, drawn, epoch: 1) == measured(other, renewed, epoch: 1))
        #expect(try measured(bench, drawn, epoch: 2) != measured(other, renewed, epoch: 2))
    }

    @Test("Training images are encoded once an epoch, and by nobody a second time")
    func counts() throws {
        let bench = try Bench()
        let key = try fresh(bench, "ink")
        #expect(try count(bench) == 0)
        _ = try fit(bench, key, epochs: 3)
        // 70 % of 8 images in each of 3 classes.
        #expect(try count(bench) == 3 * 18)
        #expect(try count(bench, "augmented:%:2") == 18)
        _ = try fit(bench, key, seed: 2, epochs: 2)
        #expect(try count(bench) == 3 * 18)
        _ = try fit(bench, key, seed: 2, epochs: 4)
        #expect(try count(bench) == 4 * 18)
    }

    @Test("A generator learns from them, too, and a run that is stopped goes on to the same bits")
    func generator() throws {
        let bench = try Bench(), other = try bench.withFreshStore()
        func stage(_ bench: Bench) throws -> LearningStage<ConditionalGAN> {
            let sources = try ["ink", "oil"].map { try fresh(bench, $0) }
            return try bench.generator(sources, sources.map { try fit(bench, $0, epochs: 1) })
        }
        let expected = try stage(bench).run(checkpoint: bench.checkpoint, store: bench.store)
        #expect(throws: Stopped.self) {
            try stage(other).run(checkpoint: other.checkpoint, store: other.store, savingEvery: .zero) {
                if $0.epoch == 2 { throw Stopped() }
            }
        }
        #expect(try count(other) == 2 * 2 * 18)
        #expect(try stage(other).run(checkpoint: other.checkpoint, store: other.store) == expected)
        #expect(try other.store.weights(expected).tensors == bench.store.weights(expected).tensors)
        #expect(try other.store.metrics(of: expected) == bench.store.metrics(of: expected))
        #expect(try count(other) == Bench.epochs * 2 * 18)
    }

    @Test("Domains with such views and domains without do not go together")
    func mixed() throws {
        let bench = try Bench()
        let fresh = try fresh(bench, "ink"), other = try bench.extract("oil", views: 0).key
        let error = #expect(throws: StageInputError.self) {
            try bench.fit(fresh, other).run(checkpoint: bench.checkpoint, store: bench.store)
        }
        #expect(error?.description.contains("views for every epoch") == true)
    }
}

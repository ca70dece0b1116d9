import ArtifactStore
import Foundation
import GRDB
import PromptLearning
import Stages
import TestSupport
import Testing

@Suite("A run that is stopped goes on to the same bits")
struct ResumeTests {
    private struct Stopped: Error {}

    /// Stops a training after each of some epochs, saving after every one, and returns what the last run makes.
    /// - Parameters:
    ///   - run: a run of a new stage value, as a new process would have.
    ///   - check: called after each stop.
    private func stopping(
        after epochs: [Int], _ run: (_ progress: (TrainingProgress) throws -> Void) throws -> ArtifactKey,
        check: () throws -> Void
    ) throws -> ArtifactKey {
        for epoch in epochs {
            #expect(throws: Stopped.self) {
                try run { if $0.epoch == epoch, !$0.isResumption { throw Stopped() } }
            }
            try check()
        }
        var seen: [Int] = [], resumptions: [Int] = []
        let key = try run { $0.isResumption ? resumptions.append($0.epoch) : seen.append($0.epoch) }
        // The last run begins after the last epoch that was kept, not at the first.
        let last = epochs.last ?? 0
        #expect(resumptions == [last] && seen == Array(last + 1...Bench.epochs))
        return key
    }

    @Test("fit, stopped after any epoch or after several", arguments: [[1], [2], [3], [4], [1, 3], [1, 2, 3, 4]])
    func fit(epochs: [Int]) throws {
        let bench = try Bench(), other = try bench.withFreshStore()
        let key = try bench.extract("ink").key
        try other.extract("ink")
        let expected = try bench.fit(key).run(checkpoint: bench.checkpoint, store: bench.store)
        let resumed = try stopping(after: epochs) { progress in
            try other.fit(key).run(
                checkpoint: other.checkpoint, store: other.store, savingEvery: .zero, progress: progress)
        } check: { () throws in
            #expect(try !other.store.contains(expected))
            #expect(try other.store.progress(of: expected) != nil)
        }
        #expect(resumed == expected)
        #expect(try other.store.prompt(resumed) == bench.store.prompt(expected))
        #expect(try other.store.metrics(of: resumed) == bench.store.metrics(of: expected))
        #expect(try other.store.progress(of: resumed) == nil)
    }

    @Test("cgan, stopped after any epoch or after several", arguments: [([1], 2), ([2], 1), ([4], 2), ([1, 3], 1)])
    func cgan(epochs: [Int], validateEvery: Int) throws {
        let bench = try Bench(), other = try bench.withFreshStore()
        func stage(_ bench: Bench) throws -> LearningStage<ConditionalGAN> {
            let sources = try ["ink", "oil"].map { try bench.extract($0, views: 1).key }
            let prompts = try sources.map {
                try bench.fit($0, with: ["epochs": 1]).run(checkpoint: bench.checkpoint, store: bench.store)
            }
            return try bench.generator(
                sources, prompts, with: ["validateEvery": .number(Double(validateEvery)), "balanceDomains": true])
        }
        let expected = try stage(bench).run(checkpoint: bench.checkpoint, store: bench.store)
        let resumed = try stopping(after: epochs) { progress in
            try stage(other).run(
                checkpoint: other.checkpoint, store: other.store, savingEvery: .zero, progress: progress)
        } check: { () throws in
            #expect(try !other.store.contains(expected))
        }
        #expect(resumed == expected)
        let (one, two) = (try bench.store.weights(expected), try other.store.weights(resumed))
        #expect(one.tensors == two.tensors && one.validationAccuracy == two.validationAccuracy)
        #expect(try bench.store.metrics(of: expected) == other.store.metrics(of: resumed))
    }

    @Test("A checkpoint that cannot be read is said, with the command that deletes it", arguments: [Data(), Data([1, 2, 3])])
    func unreadable(payload: Data) throws {
        let bench = try Bench()
        let stage = try bench.fit(try bench.extract("ink").key)
        try bench.store.save(TrainingCheckpoint(progress: ["epoch": 1], payload: payload), for: stage.recipe.key)
        let error = #expect(throws: (any Error).self) {
            try stage.run(checkpoint: bench.checkpoint, store: bench.store)
        }
        #expect("\(try #require(error))".contains("DELETE FROM checkpoint WHERE key = '\(stage.recipe.key)'"))
    }

    @Test("A kept state in which a bit has changed is discarded, and the training begins anew, to the same bits")
    func damaged() throws {
        let bench = try Bench(), whole = try bench.withFreshStore()
        let expected = try whole.fit(try whole.extract("ink").key).run(checkpoint: whole.checkpoint, store: whole.store)
        let stage = try bench.fit(try bench.extract("ink").key)
        #expect(throws: Stopped.self) {
            try stage.run(checkpoint: bench.checkpoint, store: bench.store, savingEvery: .zero) {
                if $0.epoch == 3 { throw Stopped() }
            }
        }
        // One bit of the last number, which stays a number.
        try bench.store.database.write { database in
            var payload = try #require(try Data.fetchOne(database, sql: "SELECT payload FROM checkpoint"))
            payload[payload.count - 2] ^= 1
            try database.execute(sql: "UPDATE checkpoint SET payload = ?", arguments: [payload])
        }
        var restarts: [String] = [], seen: [Int] = []
        let key = try stage.run(checkpoint: bench.checkpoint, store: bench.store, savingEvery: .zero) {
            if let restart = $0.restart { restarts.append(restart) } else { seen.append($0.epoch) }
            #expect(!$0.isResumption)
        }
        #expect(restarts.count == 1 && restarts[0].contains("is damaged") && seen == Array(1...Bench.epochs))
        #expect(key == expected)
        #expect(try bench.store.prompt(key).vectors == whole.store.prompt(expected).vectors)
    }

    @Test("A prompt or a generator in which a bit has changed is not used")
    func damagedInputs() throws {
        let bench = try Bench(), flow = try bench.run()
        for (table, column) in [("prompt", "vectors"), ("tensor", "vector")] {
            // As many bytes, and sound numbers.
            try bench.store.database.write {
                try $0.execute(sql: "UPDATE \(table) SET \(column) = zeroblob(length(\(column)))")
            }
        }
        let uses: [() throws -> Void] = [
            { _ = try bench.store.prompt(flow.prompts[0]) }, { _ = try bench.store.weights(flow.generator) },
        ]
        for use in uses {
            let error = #expect(throws: StoreError.self) { try use() }
            #expect(error?.description.contains("is damaged; run spg store verify to see what to do") == true)
        }
    }

    @Test("An extraction that a bad image ended keeps the batches before it")
    func extraction() throws {
        var tree = PictureTree()
        (tree.domains, tree.classes, tree.count) = (["ink"], ["bars", "checks", "wires"], 130)
        let bench = try Bench(tree)
        // Images come class by class, in batches of 256: this one is in the second.
        let file = bench.data.appending(path: "ink/wires/1.jpg")
        let good = try Data(contentsOf: file)
        try good.prefix(200).write(to: file)
        #expect(throws: (any Error).self) { try bench.extract("ink", views: 0) }
        #expect(try bench.artifacts(.embeddings).isEmpty)
        try good.write(to: file)
        let outcome = try bench.extract("ink", views: 0)
        #expect((outcome.found, outcome.encoded, outcome.copies) == (256, 390 - 256, 0))
    }
}

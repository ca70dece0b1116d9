import ArtifactStore
import Datasets
import Foundation
import Synchronization
import Tensors
import Testing

/// Backups and merges.
@Suite struct CopyTests {
    private func contents(_ store: ArtifactStore) throws -> [QueryResult] {
        try [
            "SELECT key, kind, created, seconds, bytes, parameters FROM artifacts ORDER BY key",
            "SELECT * FROM artifact_inputs ORDER BY 1, 2, 3", "SELECT * FROM images ORDER BY 1, 6",
            "SELECT * FROM embeddings ORDER BY 1, 6", "SELECT * FROM prompts ORDER BY 1", "SELECT * FROM generators ORDER BY 1",
            "SELECT * FROM tensors ORDER BY 1, 2", "SELECT * FROM metrics ORDER BY 1, 2, 3",
            "SELECT * FROM results ORDER BY 1, 7",
            "SELECT * FROM predictions ORDER BY 1, 2", "SELECT * FROM uncertainties ORDER BY 1, 2",
            "SELECT pipeline, stage, cell, key FROM pipelines ORDER BY 4",
        ].map { try store.query($0) }
    }

    @Test func aBackupIsTheStoreAndOneFile() throws {
        try withStore { store in
            try Sample.runPipeline(in: store)
            let folder = URL(fileURLWithPath: store.path).deletingLastPathComponent().path
            let path = folder + "/copy.sqlite"
            try ArtifactStore(path: store.path, readOnly: true).backUp(to: path)
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix("copy") } == ["copy.sqlite"])
            let copy = try ArtifactStore(path: path)
            #expect(try contents(copy) == contents(store))
            #expect(try copy.verify().damages.isEmpty)
            #expect(throws: StoreError.fileExists(path: path)) { try store.backUp(to: path) }
            #expect(throws: StoreError.self) { try store.backUp(to: folder + "/no/such/folder/copy.sqlite") }
        }
    }

    @Test func aBackupWhileOthersWriteIsWhole() throws {
        try withStore { store in
            let embeddings = try Sample.extract(Sample.manifest("tango"), into: store)
            let path = store.path
            let announced = Mutex(0)
            let failures = concurrently(2) { worker in
                if worker == 0 {
                    let writer = try ArtifactStore(path: path)
                    for seed in 1...60 {
                        try writer.write(
                            Sample.promptRecipe(embeddings, seed: seed), .prompt(Sample.prompt("tango", seed: seed)), seconds: 1
                        )
                        announced.withLock { $0 = seed }
                    }
                } else {
                    let reader = try ArtifactStore(path: path, readOnly: true)
                    for number in 0..<5 {
                        let least = announced.withLock { $0 }
                        try reader.backUp(to: "\(path).\(number)")
                        let copy = try ArtifactStore(path: "\(path).\(number)", readOnly: true)
                        #expect(try copy.verify().damages.isEmpty)
                        #expect(try copy.query("SELECT * FROM prompts").rows.count >= least)
                    }
                }
            }
            #expect(failures.isEmpty)
        }
    }

    @Test func anEmptyStoreBecomesTheOtherOne() throws {
        try withFolder { folder in
            let other = try ArtifactStore(path: folder + "/it's other ?#%.sqlite")
            try Sample.runPipeline(in: other)
            let store = try ArtifactStore(path: folder + "/mine.sqlite")
            let outcome = try store.merge(storeAt: other.path)
            #expect(outcome.artifacts.values.reduce(0, +) == 14 && outcome.embeddings == 36)
            #expect(outcome.pipelines == ["desktop-icons"])
            #expect(try contents(store) == contents(other))
            #expect(try store.verify().damages.isEmpty)
            let again = try store.merge(storeAt: other.path)
            #expect(again.artifacts.isEmpty && again.embeddings == 0 && again.pipelines.isEmpty && again.keptPipelines.isEmpty)
            #expect(try contents(store) == contents(other))
        }
    }

    @Test func twoStoresThatShareSomethingBecomeOne() throws {
        try withFolder { folder in
            let mine = try ArtifactStore(path: folder + "/mine.sqlite"),
                other = try ArtifactStore(path: folder + "/other.sqlite")
            // In another order, so that equal things have different numbers in the two.
            for domain in ["breeze", "oxygen"] { try Sample.extract(Sample.manifest(domain, root: "/mine"), into: mine) }
            try Sample.runPipeline(in: other)
            let outcome = try mine.merge(storeAt: other.path)
            #expect(outcome.embeddings == 24)
            #expect(try mine.verify().damages.isEmpty)
            let union = try ArtifactStore(path: folder + "/union.sqlite")
            try Sample.extract(Sample.manifest("breeze", root: "/mine"), into: union)
            try Sample.runPipeline(in: union)
            // What failed, and how, stays with the machine that it failed on.
            func counts(_ store: ArtifactStore) throws -> [String: Int] {
                try store.rowCounts().filter { !["failure", "attempt"].contains($0.key) }
            }
            #expect(try counts(mine) == counts(union))
            #expect(
                try mine.query("SELECT key, vectors FROM prompts ORDER BY key")
                    == union.query("SELECT key, vectors FROM prompts ORDER BY key"))
            // What was seen here is the latest: oxygen's files lie where they lay.
            #expect(
                try mine.texts("SELECT DISTINCT image_path FROM embeddings WHERE domain = 'oxygen'").allSatisfy {
                    $0.hasPrefix("/mine")
                })
            try Sample.runPipeline(in: mine)
        }
    }

    /// What the other store has made otherwise, and how it is named.
    static let conflicts: [(make: @Sendable (ArtifactStore) throws -> Void, says: String)] = [
        (
            { store in
                let row = ImageView(image: Sample.manifest("tango").images[1].digest, view: "center")
                try store.insert(
                    Tensor([1, 8], [1, 0, 0, 0, 0, 0, 0, 0]), for: [row], encoder: Sample.encoder.key, replacing: true)
            }, "the features of /data/tango/"
        ),
        (
            { store in
                var prompt = Sample.prompt("papirus", seed: 2)
                prompt.vectors = Tensor([2, 3], [0, 0, 0, 0, 0, 1])
                try store.write(Sample.promptRecipe(features("papirus"), seed: 2), .prompt(prompt), seconds: 1, replacing: true)
            }, "(desktop-icons/prompts {\"domain\":\"papirus\",\"seed\":2})"
        ),
        (
            { store in
                var generator = Sample.generator(seed: 1)
                generator.tensors["g.bias"] = Tensor([2], [5, 7])
                let prompts = ["oxygen", "papirus"].map { Sample.promptRecipe(features($0), seed: 1).key }
                try store.write(Sample.generatorRecipe(prompts, seed: 1), .weights(generator), seconds: 1, replacing: true)
            }, "the generator "
        ),
        ({ try evaluateOtherwise(in: $0) { $0.probability = 0.3 } }, "the evaluation "),
        ({ try evaluateOtherwise(in: $0) { $0.spread = 0.3 } }, "the evaluation "),
    ]

    private static func features(_ domain: String) -> ArtifactKey { Sample.extractionRecipe(Sample.manifest(domain)).key }

    private static func evaluateOtherwise(
        in store: ArtifactStore, _ change: (inout Evaluation.Prediction) -> Void
    ) throws {
        var evaluation = Sample.evaluation(of: Sample.manifest("tango"), method: "zero-shot", seed: nil)
        change(&evaluation.predictions[1])
        let recipe = Sample.evaluationRecipe([.init("embeddings", features("tango"))], seed: nil)
        try store.write(recipe, .evaluation(evaluation), seconds: 1, replacing: true)
    }

    @Test(arguments: conflicts.indices) func conflictsAreNamedAndNothingIsMerged(index: Int) throws {
        let (make, says) = Self.conflicts[index]
        try withFolder { folder in
            let mine = try ArtifactStore(path: folder + "/mine.sqlite"),
                other = try ArtifactStore(path: folder + "/other.sqlite")
            try Sample.runPipeline(in: mine)
            try Sample.runPipeline(in: other)
            try Sample.extract(Sample.manifest("breeze"), into: other)
            try make(ArtifactStore(path: other.path))
            let before = try mine.rowCounts()
            let error = #expect(throws: StoreError.self) { try mine.merge(storeAt: other.path) }
            #expect(error?.description.contains(says) == true, "\(error.map(\.description) ?? "")")
            #expect(try mine.rowCounts() == before)
        }
    }

    @Test func aDamagedStoreIsNotMerged() throws {
        try withFolder { folder in
            let mine = try ArtifactStore(path: folder + "/mine.sqlite"),
                other = try ArtifactStore(path: folder + "/other.sqlite")
            try Sample.runPipeline(in: other)
            try other.database.write { try $0.execute(sql: "UPDATE prompt SET vectors = zeroblob(24)") }
            #expect(throws: StoreError.self) { try mine.merge(storeAt: other.path) }
            #expect(throws: StoreError.noStore(path: folder + "/none.sqlite")) {
                try mine.merge(storeAt: folder + "/none.sqlite")
            }
            #expect(try mine.rowCounts().values.allSatisfy { $0 == 0 })
        }
    }

    @Test func statisticsCount() throws {
        try withStore { store in
            try Sample.runPipeline(in: store)
            let statistics = try store.statistics()
            #expect(statistics.kinds.map(\.artifacts).reduce(0, +) == 14 && statistics.images == 18)
            #expect(statistics.features.map(\.images) == [18, 18] && statistics.features.map(\.bytes) == [576, 576])
            #expect(statistics.pipelines == [.init(name: "desktop-icons", instances: 12, done: 11)])
        }
    }
}

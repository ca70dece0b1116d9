import ArtifactStore
import Datasets
import Foundation
import GRDB
import Tensors
import Testing

/// An artifact is there with all its rows, or not at all.
@Suite struct AtomicityTests {
    @Test func writingTwiceIsWritingOnce() throws {
        try withStore { store in
            try Sample.runPipeline(in: store)
            let counts = try store.rowCounts()
            let prompts = try store.texts("SELECT created FROM artifacts ORDER BY key")
            try Sample.runPipeline(in: store)
            #expect(try store.rowCounts() == counts)
            #expect(try store.texts("SELECT created FROM artifacts ORDER BY key") == prompts)
            #expect(counts["artifact"] == 14 && counts["embedding"] == 36 && counts["prediction"] == 12)
        }
    }

    @Test func aWriteThatFailsLateLeavesNothing() throws {
        try withStore { store in
            let embeddings = try Sample.extract(Sample.manifest("tango"), into: store)
            let recipe = Sample.promptRecipe(embeddings, seed: 1)
            try store.save(TrainingCheckpoint(progress: ["epoch": 3], payload: Data([1])), for: recipe.key)
            let before = try store.rowCounts()
            // The metrics come last: by then the artifact, its input and the prompt have been inserted.
            #expect(throws: StoreError.badValue("“loss” of epoch 2 is nan: the training diverged")) {
                try store.write(
                    recipe, .prompt(Sample.prompt("tango", seed: 1)),
                    metrics: [.init(epoch: 1, name: "loss", value: 1), .init(epoch: 2, name: "loss", value: .nan)],
                    seconds: 1)
            }
            #expect(try store.rowCounts() == before)
            #expect(try store.checkpoint(for: recipe.key) != nil)
            #expect(try !store.contains(recipe.key))
        }
    }

    @Test func whatIsReadAtOneMomentIsOfThatMoment() throws {
        try withStore { store in
            let recipe = Sample.promptRecipe(try Sample.extract(Sample.manifest("tango"), into: store), seed: 1)
            let reader = try ArtifactStore(path: store.path)
            let seen = try reader.atOneMoment {
                let before = try reader.contains(recipe.key)
                try store.write(recipe, .prompt(Sample.prompt("tango", seed: 1)), seconds: 1)
                return try [before, reader.contains(recipe.key), reader.atOneMoment { try reader.artifact(recipe.key) != nil }]
            }
            #expect(seen == [false, false, false])
            #expect(try reader.contains(recipe.key))
            _ = try reader.atOneMoment { #expect(throws: StoreError.self) { try reader.prompt(Digest(of: Data())) } }
            try reader.recordFailure("none", of: Digest(of: Data()))
        }
    }

    @Test func anotherConnectionSeesNothingOfAnUnfinishedWrite() throws {
        try withStore { store in
            let embeddings = try Sample.extract(Sample.manifest("tango"), into: store)
            let reader = try ArtifactStore(path: store.path, readOnly: true)
            let before = try reader.rowCounts()
            try store.database.inDatabase { database in
                try database.beginTransaction(.immediate)
                try database.execute(
                    sql: """
                        INSERT INTO artifact (key, kind, algorithm_version, parameters, seconds, bytes)
                        VALUES (hex(zeroblob(32)), 'prompt', 1, '{}', 0, 0)
                        """)
                #expect(try reader.rowCounts() == before)
                try database.rollback()
            }
            #expect(try store.contains(embeddings))
            #expect(try reader.rowCounts() == before)
        }
    }

    @Test func aFullDiskIsSaidAndLeavesNothing() throws {
        try withStore { store in
            let recipe = Sample.generatorRecipe([], seed: 1)
            var generator = Sample.generator(seed: 1)
            generator.tensors["large"] = Tensor([500_000], repeating: 1)
            let before = try store.rowCounts()
            try store.database.writeWithoutTransaction {
                let pages = try Int.fetchOne($0, sql: "PRAGMA page_count") ?? 0
                try $0.execute(sql: "PRAGMA max_page_count = \(pages + 20)")
            }
            let error = #expect(throws: StoreError.self) { try store.write(recipe, .weights(generator), seconds: 1) }
            #expect(error == .diskFull(path: store.path))
            #expect(error?.description.contains("free some space and run the same command again") == true)
            #expect(try store.rowCounts() == before)

            try store.database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 100000") }
            try store.write(recipe, .weights(generator), seconds: 1)
            #expect(try store.weights(recipe.key).tensors == generator.tensors)
        }
    }

    @Test func twoConnectionsMayWriteAtOnce() throws {
        try withStore { store in
            let embeddings = try Sample.extract(Sample.manifest("tango"), into: store)
            let path = store.path
            let failures = concurrently(2) { writer in
                let mine = try ArtifactStore(path: path)
                for seed in 0..<40 {
                    // Every seed divisible by 4 is written by both.
                    let seed = seed % 4 == 0 ? seed : seed + 100 * writer
                    try mine.write(
                        Sample.promptRecipe(embeddings, seed: seed), .prompt(Sample.prompt("tango", seed: seed)),
                        seconds: 1)
                }
            }
            #expect(failures.isEmpty)
            #expect(try store.rowCounts()["prompt"] == 70)
        }
    }

    @Test func anInputMustBeThere() throws {
        try withStore { store throws in
            let absent = Digest(of: Data("absent".utf8))
            #expect(throws: StoreError.missingInput(role: "embeddings", key: absent)) {
                try store.write(
                    Sample.promptRecipe(absent, seed: 1), .prompt(Sample.prompt("tango", seed: 1)), seconds: 1)
            }
            #expect(try store.rowCounts().values.allSatisfy { $0 == 0 })
        }
    }
}

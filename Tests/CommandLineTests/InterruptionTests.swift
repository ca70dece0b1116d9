import ArtifactStore
import Foundation
import TestSupport
import Testing

@Suite("Programs that are stopped in the middle", .serialized)
struct InterruptionTests {
    private let fitting = [
        "--embeddings", "ink", "--context", "", "--context-length", "2", "--batch-size", "8", "--threads", "1",
    ]

    /// Whether there is a store and a query of it gives a row.
    private func holds(_ workplace: Workplace, _ sql: String) -> @Sendable () -> Bool {
        { ((try? workplace.query(sql).rows.isEmpty) ?? true) == false }
    }

    @Test("A fit that is killed or told to end goes on from its checkpoint to the same bits")
    func fit() async throws {
        let whole = try Workplace(), stopped = try Workplace()
        for workplace in [whole, stopped] {
            let extract = try await workplace.run("spg-extract", "--data", "data", "--domain", "ink", "--views", "1")
            #expect(extract.status == 0)
        }
        // A checkpoint is written every other second: as many epochs as take twice that on this machine.
        var arguments: [String] = [], epochs = 1500, done = 0, status: Int32 = 0
        repeat {
            epochs *= 2
            arguments = fitting + ["--epochs", "\(epochs)"]
            let kept = (try? stopped.count("SELECT count(*) FROM checkpoint")) ?? 0
            let killed = try stopped.start("spg-fit", arguments)
            killed.signal(SIGKILL, when: holds(stopped, "SELECT 1 FROM checkpoint LIMIT 1 OFFSET \(kept)"))
            status = try await killed.outcome().status
            try #require(epochs < 1_000_000, "no checkpoint was written")
            // Those of shorter attempts are at most half of this.
            done = try stopped.count("SELECT max(progress ->> '$.epoch') FROM checkpoint")
        } while status == 0 || done > epochs / 2
        #expect(status == -SIGKILL)
        let before = try stopped.artifactCount(.prompt)
        try stopped.expectSound()
        async let uninterrupted = whole.start("spg-fit", arguments).outcome()

        // SIGTERM: whoever runs the tests in the background may have them ignore SIGINT.
        let interrupted = try stopped.start("spg-fit", arguments)
        let start = ContinuousClock.now
        interrupted.signal(SIGTERM) { .now - start > .milliseconds(300) }
        let outcome = try await interrupted.outcome()
        #expect(outcome.status == -SIGTERM, "\(outcome.errors)")
        try stopped.expectSound()
        #expect(try stopped.artifactCount(.prompt) == before)

        let resumed = try await stopped.start("spg-fit", arguments).outcome(), expected = try await uninterrupted
        #expect(resumed.status == 0 && expected.status == 0, "\(resumed.errors + expected.errors)")
        #expect(resumed.output == expected.output)
        let key = expected.lines.first ?? ""
        for sql in [
            "SELECT vectors, validation_accuracy FROM prompts WHERE key = '\(key)'",
            "SELECT * FROM metrics WHERE key = '\(key)' ORDER BY epoch, name",
        ] {
            #expect(try stopped.query(sql) == whole.query(sql))
        }
    }

    @Test("Ctrl-C on spg run ends its stages and exits with 130; the same command goes on to the same results")
    func run() async throws {
        let whole = try Workplace(), stopped = try Workplace()
        #expect(try await whole.run("spg", "run", "small.yaml").status == 0)

        for table in ["embedding", "prompt", "generator"] {
            let run = try stopped.start("spg", ["run", "small.yaml"])
            run.signal(SIGINT, when: holds(stopped, "SELECT 1 FROM \(table) LIMIT 1"))
            let outcome = try await run.outcome()
            try stopped.expectSound()
            if table == "embedding" {
                #expect(outcome.status == 130, "\(outcome.errors)")
                #expect(outcome.errors.contains("Interrupted. The same command goes on from here."))
            } else {
                // It may have come to its end just before, or not have begun yet.
                #expect([130, -SIGINT, 0].contains(outcome.status), "\(outcome.errors)")
            }
        }
        let last = try await stopped.run("spg", "run", "small.yaml")
        #expect(last.status == 0, "\(last.errors)")
        // Paths differ from folder to folder; what was learned and said does not.
        for sql in [
            "SELECT key, vectors FROM prompts ORDER BY key", "SELECT key, name, vector FROM tensors ORDER BY key, name",
            "SELECT method, target, seed, accuracy, evaluation_key FROM results ORDER BY evaluation_key",
        ] {
            #expect(try stopped.query(sql) == whole.query(sql))
        }
    }

    @Test("An extraction that is killed goes on with the images it lacks")
    func extraction() async throws {
        var tree = PictureTree()
        (tree.domains, tree.count) = (["ink"], 250)
        let workplace = try Workplace(tree), whole = try Workplace(tree)
        let arguments = ["--data", "data", "--views", "7", "--threads", "1"]
        let killed = try workplace.start("spg-extract", arguments)
        killed.signal(SIGKILL, when: holds(workplace, "SELECT 1 FROM embedding LIMIT 1"))
        #expect(try await killed.outcome().status == -SIGKILL)
        try workplace.expectSound(without: .embeddings)
        #expect(try workplace.query("SELECT * FROM embeddings").rows.isEmpty)

        let resumed = try await workplace.start("spg-extract", arguments).outcome()
        #expect(resumed.status == 0 && resumed.errors.contains("found in the store"), "\(resumed.errors)")
        let fresh = try await whole.start("spg-extract", arguments).outcome()
        #expect(resumed.output == fresh.output)
        let counts = "SELECT view, count(*) FROM embeddings GROUP BY view ORDER BY view"
        #expect(try workplace.query(counts) == whole.query(counts))
    }
}

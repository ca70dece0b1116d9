import ArtifactStore
import Foundation
import TestSupport
import Testing

@Suite("Programs that are stopped in the middle", .serialized)
struct InterruptionTests {
    private let fitting = ["--embeddings", "ink", "--context", "", "--context-length", "2", "--batch-size", "8", "--threads", "1"]

    private struct Unexpected: Error {}

    /// Whether there is a store and a query of it gives a row.
    private func holds(_ workplace: Workplace, _ sql: String) -> @Sendable () -> Bool {
        { ((try? workplace.query(sql).rows.isEmpty) ?? true) == false }
    }

    @Test("A fit that is killed (signal 9) or interrupted goes on from its checkpoint to the same bits")
    func fit() async throws {
        let whole = try Workplace(), stopped = try Workplace()
        for workplace in [whole, stopped] {
            #expect(try await workplace.run("spg-extract", "--data", "data", "--domain", "ink", "--views", "1").status == 0)
        }
        // Long enough for a checkpoint, which is written every other second, on any machine.
        #expect(try await whole.start("spg-fit", fitting + ["--epochs", "100"]).outcome().status == 0)
        guard case .real(let seconds)? = try whole.query("SELECT seconds FROM artifacts WHERE kind = 'prompt'").rows.first?.first
        else { throw Unexpected() }
        let arguments = fitting + ["--epochs", "\(min(100_000, Int(100 * 3.5 / seconds)))"]
        async let uninterrupted = whole.start("spg-fit", arguments).outcome()

        let killed = try stopped.start("spg-fit", arguments)
        killed.signal(SIGKILL, when: holds(stopped, "SELECT * FROM checkpoint"))
        #expect(try await killed.outcome().status == -SIGKILL)
        try stopped.expectSound(without: .prompt)
        let interrupted = try stopped.start("spg-fit", arguments)
        let start = ContinuousClock.now
        interrupted.signal(SIGINT) { .now - start > .milliseconds(300) }
        #expect(try await interrupted.outcome().status == -SIGINT)
        try stopped.expectSound(without: .prompt)

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

        var interruptions = 0
        for table in ["embedding", "prompt", "generator"] {
            let run = try stopped.start("spg", ["run", "small.yaml"])
            run.signal(SIGINT, when: holds(stopped, "SELECT 1 FROM \(table) LIMIT 1"))
            let outcome = try await run.outcome()
            // It may just have come to its end.
            guard outcome.status != 0 else { continue }
            interruptions += 1
            #expect(outcome.status == 130, "\(outcome.errors)")
            #expect(outcome.errors.contains("Interrupted. The same command goes on from here."))
            try stopped.expectSound()
        }
        #expect(interruptions > 0)
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

import ArtifactStore
import Foundation
import TestSupport
import Testing

@Suite("Programs that are stopped in the middle", .serialized)
struct InterruptionTests {
    /// Whether there is a store and a query of it gives a row.
    private func holds(_ workplace: Workplace, _ sql: String) -> @Sendable () -> Bool {
        { ((try? workplace.query(sql).rows.isEmpty) ?? true) == false }
    }

    @Test("A fit that is told to end leaves its last checkpoint, and goes on from it to the same bits")
    func fit() async throws {
        let whole = try Workplace(), stopped = try Workplace()
        let arguments = [
            "--embeddings", "ink", "--context", "", "--context-length", "2", "--batch-size", "8", "--threads", "1",
            "--epochs", "400", "--save-every", "0.05",
        ]
        for workplace in [whole, stopped] {
            let extract = try await workplace.run("spg-extract", "--data", "data", "--domain", "ink", "--views", "1")
            #expect(extract.status == 0)
        }
        async let uninterrupted = whole.start("spg-fit", arguments).outcome()
        // SIGTERM: whoever runs the tests in the background may have them ignore SIGINT.
        let interrupted = try stopped.start("spg-fit", arguments)
        interrupted.signal(SIGTERM, when: holds(stopped, "SELECT 1 FROM checkpoint"))
        let outcome = try await interrupted.outcome()
        #expect(outcome.status == -SIGTERM, "\(outcome.errors)")
        try stopped.expectSound(without: .prompt)

        let resumed = try await stopped.start("spg-fit", arguments).outcome(), expected = try await uninterrupted
        #expect(resumed.status == 0 && expected.status == 0, "\(resumed.errors + expected.errors)")
        #expect(resumed.errors.contains("resumes after epoch"))
        #expect(resumed.output == expected.output)
        #expect(try stopped.learned() == whole.learned())
    }

    @Test(
        "A fit that is told to end keeps its last whole epoch, though no checkpoint was due",
        arguments: [SIGINT, SIGTERM, SIGHUP])
    func lastEpoch(signal: Int32) async throws {
        let workplace = try Workplace()
        let extract = try await workplace.run("spg-extract", "--data", "data", "--domain", "ink", "--views", "1")
        #expect(extract.status == 0)
        let fit = try workplace.start(
            "spg-fit",
            [
                "--embeddings", "ink", "--context", "", "--context-length", "2", "--batch-size", "8", "--threads", "1",
                "--epochs", "100000", "--save-every", "3600",
            ], shell: "trap - INT HUP;")
        let start = ContinuousClock.now
        fit.signal(signal, when: { .now - start > .seconds(1) })
        let outcome = try await fit.outcome()
        #expect(outcome.status == -signal, "\(outcome.errors)")
        #expect(try workplace.count("SELECT progress ->> '$.epoch' FROM checkpoint") > 0)
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
                #expect(outcome.errors.contains("Interrupted. To continue, run the same command again."))
            } else {
                // It may have come to its end just before, or not have begun yet.
                #expect([130, -SIGINT, 0].contains(outcome.status), "\(outcome.errors)")
            }
        }
        let last = try await stopped.run("spg", "run", "small.yaml")
        #expect(last.status == 0, "\(last.errors)")
        #expect(try stopped.learned() == whole.learned())
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

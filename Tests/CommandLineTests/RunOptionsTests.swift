import ArtifactStore
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("spg run: what to run, and with whom")
struct RunOptionsTests {
    @Test("Two runs on one store make each artifact once, and both end well")
    func two() async throws {
        let workplace = try Workplace(), alone = try Workplace()
        let first = try workplace.start("spg", ["run", "small.yaml", "--jobs", "2"])
        let second = try workplace.start("spg", ["run", "small.yaml", "--jobs", "2"])
        let outcomes = [try await first.outcome(), try await second.outcome()]
        #expect(outcomes.allSatisfy { $0.status == 0 }, "\(outcomes.map(\.errors))")
        #expect(outcomes[0].output == outcomes[1].output)
        try workplace.expectSound()
        #expect(try await alone.run("spg", "run", "small.yaml").status == 0)
        // Once each: what is written a second time would be logged as work, with an epoch or an image count.
        let work = outcomes.flatMap { $0.errors.split(separator: "\n") }.filter { $0.contains(": fit: 3/3 epochs") }
        #expect(work.count == 3, "\(outcomes.map(\.errors))")
        for sql in [
            "SELECT key, vectors FROM prompts ORDER BY key", "SELECT key, name, vector FROM tensors ORDER BY key, name",
        ] {
            #expect(try workplace.query(sql) == alone.query(sql))
        }
    }

    @Test("What a run finds it does not say it has made; a stage tells the run that started it, and nobody else")
    func found() async throws {
        let workplace = try Workplace()
        let first = try await workplace.run("spg", "run", "small.yaml", "--until", "prompts(domain ink)")
        #expect(
            first.errors.contains("2/2  prompts(domain ink, seed 1)  ") && !first.errors.contains("found in"), "\(first.errors)"
        )
        // Embeddings of their own, of features that are all there.
        let center = try await workplace.run(
            "spg", "run", "small.yaml", "--only", "features(domain ink)", "--set", "stages.features.with.views=0")
        #expect(
            center.status == 0 && center.errors.contains("1/1  features(domain ink)  found in the store"), "\(center.errors)")
        let table = center.errors.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(table.contains(["stage", "made", "found", "seconds"]) && table.contains(["features", "0", "1", "0.0"]))
        #expect(try workplace.count("SELECT count(*) FROM attempts WHERE seconds IS NULL") == 1)
        // Learned already: between the look of a run and the start of its stage another run may have been.
        let arguments =
            [
                "--embeddings",
                try workplace.text(
                    """
                    SELECT input_key FROM artifact_inputs JOIN prompts USING (key) WHERE role = 'embeddings'
                    """),
            ] + Workplace.fitting
        let alone = try await workplace.start("spg-fit", arguments).outcome()
        let ofRun = try await workplace.start(
            "spg-fit", arguments, shell: "SPG_LIFELINE=3; export SPG_LIFELINE; exec 3< /dev/null;"
        )
        .outcome()
        let key = try #require(alone.lines.last)
        #expect(try key == workplace.text("SELECT key FROM prompts"))
        #expect(alone.lines == [key] && ofRun.lines == ["found \(key)", key], "\(ofRun.errors)")
    }

    @Test("What a process makes is shown as running; when it is killed, nothing is left in the way")
    func killed() async throws {
        let workplace = try Workplace()
        try workplace.write(Workplace.pipeline.replacing("epochs: 3}\n", with: "epochs: 100000}\n"))
        #expect(try await workplace.run("spg", "run", "small.yaml", "--until", "features").status == 0)
        let fit = try workplace.start(
            "spg-fit",
            [
                "--embeddings", "ink", "--context", "", "--context-length", "2", "--batch-size", "8", "--epochs", "100000",
            ])
        while try workplace.count("SELECT count(*) FROM checkpoint") == 0 { try await Task.sleep(for: .milliseconds(20)) }
        func state() async throws -> String {
            let status = try await workplace.run("spg", "status", "small.yaml")
            return status.lines.first { $0.hasPrefix("prompts(domain ink, seed 1)") } ?? status.errors
        }
        #expect(try await state().contains("  running  being made by another process"))
        fit.signal(SIGKILL) { true }
        #expect(try await fit.outcome().status == -SIGKILL)
        #expect(try await state().contains("  missing  interrupted at epoch"))
    }

    @Test("--until, --only and --from make what they say; a selection without its inputs is refused")
    func selection() async throws {
        let workplace = try Workplace()
        let refused = try await workplace.run("spg", "run", "small.yaml", "--only", "prompts")
        #expect(refused.status == 64, "\(refused.errors)")
        #expect(
            refused.errors.contains(
                "prompts(domain chalk, seed 1) needs features(domain chalk), which is not made and is not selected to run; "
                    + "select it too, or use only --until prompts, which includes all inputs"),
            "\(refused.errors)")
        let until = try await workplace.run("spg", "run", "small.yaml", "--until", "prompts(domain ink)")
        #expect(until.status == 0 && until.errors.contains("2/2"), "\(until.errors)")
        let only = try await workplace.run("spg", "run", "small.yaml", "--only", "features")
        #expect(only.status == 0 && only.errors.contains("2/2"), "\(only.errors)")
        let from = try await workplace.run("spg", "run", "small.yaml", "--from", "prompts")
        #expect(from.status == 0 && from.errors.contains("6/6"), "\(from.errors)")
        let rest = try await workplace.run("spg", "run", "small.yaml", "--dry-run")
        #expect(rest.lines.count { $0.hasPrefix("zero-shot(") } == 2 && rest.output.contains("2 of 12 artifacts"))
    }

    @Test("--force makes the same bits again, and leaves what is made from them")
    func force() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.run("spg", "run", "small.yaml").status == 0)
        let made = try workplace.contents()
        let times = "SELECT kind, created FROM artifacts WHERE kind <> 'images' ORDER BY kind, key"
        let before = try workplace.query(times)
        let forced = try await workplace.run("spg", "run", "small.yaml", "--only", "prompts", "--only", "features", "--force")
        #expect(forced.status == 0 && forced.errors.contains("6/6"), "\(forced.errors)")
        #expect(try workplace.contents() == made)
        try workplace.expectSound()
        for (old, new) in zip(before.rows, try workplace.query(times).rows) {
            #expect((old[1] != new[1]) == (old[0] == .text("prompt") || old[0] == .text("embeddings")))
        }
    }

    @Test("--force reads images, weights and files that are imported, whatever is remembered of them")
    func rereading() async throws {
        let workplace = try Workplace()
        let prompts = Workplace.pipeline.replacing("uses: fit", with: "uses: import-prompt").replacing(
            #/with: {seed: "\${seed}", context: .*}/#, with: "with: {file: prompt.safetensors}")
        try workplace.write(prompts)
        try Safetensors.encode(["ctx": Tensor([2, 64], repeating: 0.5)]).write(
            to: workplace.url.appending(path: "prompt.safetensors"))
        #expect(try await workplace.run("spg", "run", "small.yaml").status == 0)
        let made = try workplace.contents()
        // As a file system may have it whose stamps do not tell.
        let store = try ArtifactStore(path: workplace.storePath)
        try await store.database.write {
            try $0.execute(sql: "UPDATE file_digest SET sha256 = zeroblob(32); DELETE FROM seen_domain")
        }
        try store.close()
        let fooled = try await workplace.run("spg", "run", "small.yaml", "--dry-run")
        #expect(fooled.lines.contains { $0.hasPrefix("features(domain ink)") }, "\(fooled.output)")
        let forced = try await workplace.run("spg", "run", "small.yaml", "--force")
        #expect(forced.status == 0, "\(forced.errors)")
        #expect(try workplace.contents() == made)
        let after = try await workplace.run("spg", "run", "small.yaml", "--dry-run")
        #expect(after.status == 0 && !after.output.contains("features("), "\(after.output)")
    }

    @Test("--set is an edit of the file: same keys, same errors, and explained like one")
    func setting() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.run("spg", "run", "small.yaml").status == 0)
        let edit = ["--set", "stages.generator.with.learningRate=1e-3"]
        let status = try await workplace.start("spg", ["status", "small.yaml"] + edit).outcome()
        #expect(status.output.contains("learningRate 0.0002 → 0.001") || status.output.contains("→ 0.001"), "\(status.output)")
        let run = try await workplace.start("spg", ["run", "small.yaml"] + edit).outcome()
        #expect(run.status == 0 && run.errors.contains("4/4"), "\(run.errors)")
        // Without it the file's own values are back, and their results.
        let back = try await workplace.run("spg", "run", "small.yaml")
        #expect(back.errors == "All 12 artifacts are made; nothing is to run.\n")
        try workplace.write(Workplace.pipeline.replacing("latentDimension: 8", with: "latentDimension: 8, learningRate: 0.001"))
        let edited = try await workplace.run("spg", "run", "small.yaml")
        #expect(edited.errors == "All 12 artifacts are made; nothing is to run.\n")
        let wrong = try await workplace.run("spg", "run", "small.yaml", "--set", "stages.generator.with.learningRate=fast")
        #expect(
            wrong.status == 65
                && wrong.errors.contains(
                    "Error: --set stages.generator.with.learningRate=fast: "
                        + "stages.generator.with.learningRate: expected a number, found “fast”"),
            "\(wrong.errors)")
    }

    @Test("A failed instance keeps its log, stops its dependents only, and is tried again next time")
    func failing() async throws {
        let workplace = try Workplace()
        let bad = workplace.url.appending(path: "data/ink/bars/1.jpg")
        let good = try Data(contentsOf: bad)
        try good.prefix(200).write(to: bad)
        #expect(try await workplace.run("spg", "run", "small.yaml").status == 1)
        let explained = try await workplace.run("spg", "explain", "small.yaml", "features(domain ink)")
        #expect(explained.output.hasPrefix("features(domain ink): failed"), "\(explained.output)")
        #expect(explained.output.contains("1.jpg"))
        let log = try await workplace.run("spg", "explain", "small.yaml", "features(domain ink)", "--log")
        #expect(log.output.contains("Error: ") && log.output.contains("1.jpg"))
        let again = try await workplace.run("spg", "run", "small.yaml", "--no-keep-going", "--jobs", "1")
        #expect(again.status == 1 && again.errors.contains("features(domain ink)  FAILED"), "\(again.errors)")
        try good.write(to: bad)
        #expect(try await workplace.run("spg", "run", "small.yaml").status == 0)
    }

    @Test("A memory that is no amount, jobs below one, an edit without a value are wrong usage or bad input")
    func mistakes() async throws {
        let workplace = try Workplace()
        for arguments in [["--memory", "much"], ["--jobs", "0"], ["--threads", "0"]] {
            let outcome = try await workplace.start("spg", ["run", "small.yaml"] + arguments).outcome()
            #expect(outcome.status == 64, "\(outcome.errors)")
        }
        let edit = try await workplace.run("spg", "run", "small.yaml", "--set", "epochs")
        #expect(edit.status == 65 && edit.errors.contains("expected KEY.PATH=VALUE"))
    }
}

import ArtifactStore
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("spg store, import, export")
struct StoreCommandTests {
    /// Overwrites one byte of a blob where it lies in the store's file, after everything is there.
    private func damage(_ workplace: Workplace, blob sql: String) throws {
        // With the log written into the file.
        try ArtifactStore(path: workplace.storePath).compact()
        let bytes: Data
        do {
            guard case .blob(let found)? = try workplace.query(sql).rows.first?.first else { return }
            bytes = found
        }
        let url = URL(filePath: workplace.storePath)
        var file = try Data(contentsOf: url)
        let range = try #require(file.range(of: bytes))
        file[range.lowerBound + 1] ^= 4
        try file.write(to: url)
    }

    @Test("A damaged weight is named with what it takes along; --drop and a run make the same again")
    func verify() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.run("spg", "run", "small.yaml").status == 0)
        let made = try workplace.contents()
        let sound = try await workplace.run("spg", "store", "verify")
        #expect(sound.status == 0 && sound.output.contains("all are as they were written"), "\(sound.errors)")

        try damage(workplace, blob: "SELECT vector FROM tensors WHERE name = 'model.5.bias'")
        let found = try await workplace.run("spg", "store", "verify")
        #expect(found.status == 65, "\(found.output)\(found.errors)")
        #expect(
            found.output.contains("the weight “model.5.bias” of") && found.output.contains("small/spg/seed=1/target="),
            "\(found.output)")
        #expect(found.output.contains("spg store verify --drop"))
        let dropped = try await workplace.run("spg", "store", "verify", "--drop")
        #expect(dropped.status == 0, "\(dropped.output)\(dropped.errors)")
        let again = try await workplace.run("spg", "run", "small.yaml")
        #expect(again.status == 0 && again.errors.contains("2/2"), "\(again.errors)")
        #expect(try workplace.contents() == made)
        #expect(try await workplace.run("spg", "store", "verify").status == 0)
    }

    @Test("A damaged feature costs its image, and what was made from it")
    func damagedFeature() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.run("spg", "run", "small.yaml").status == 0)
        let made = try workplace.contents()
        try damage(
            workplace, blob: "SELECT vector FROM embeddings WHERE domain = 'ink' AND view = 'center' ORDER BY image_sha256")
        #expect(try await workplace.run("spg", "store", "verify", "--drop").status == 0)
        let again = try await workplace.run("spg", "run", "small.yaml")
        #expect(again.errors.contains("extract ink: 1/1 images"), "\(again.errors)")
        #expect(try workplace.contents() == made)
    }

    @Test("gc without --delete changes nothing; with it, a second pipeline's artifacts go and the first's stay")
    func collect() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.run("spg", "run", "small.yaml").status == 0)
        let made = try workplace.contents()
        try Data(
            Workplace.pipeline.replacing("pipeline: small", with: "pipeline: other").replacing("epochs: 3}", with: "epochs: 2}")
                .utf8
        )
        .write(to: workplace.url.appending(path: "other.yaml"))
        #expect(try await workplace.run("spg", "run", "other.yaml").status == 0)
        let both = try workplace.contents()
        #expect(both != made)
        let dry = try await workplace.run("spg", "store", "gc", "small")
        #expect(
            dry.status == 0 && dry.output.contains("Would go:") && dry.output.contains("Nothing was changed"),
            "\(dry.output)\(dry.errors)")
        #expect(try workplace.contents() == both)
        let deleted = try await workplace.run("spg", "store", "gc", "small", "--delete")
        #expect(deleted.status == 0 && deleted.output.contains("Deleted:"), "\(deleted.errors)")
        #expect(try workplace.contents() == made)
        let again = try await workplace.run("spg", "run", "small.yaml")
        #expect(again.errors == "All 12 artifacts are made; nothing is to run.\n")
        let unknown = try await workplace.run("spg", "store", "gc", "smal")
        #expect(unknown.status == 65 && unknown.errors.contains("did you mean “small”?"))
        #expect(try await workplace.run("spg", "store", "gc").status == 64)
    }

    @Test("gc --delete takes nothing away while an extraction is at work, a run's or one by hand; afterwards it does")
    func collectBeside() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.run("spg", "run", "small.yaml", "--until", "zero-shot").status == 0)
        // Long enough to be met at work; it is interrupted then.
        try workplace.write(Workplace.pipeline.replacing("views: 1", with: "views: 900"))
        for (name, arguments) in [
            ("spg", ["run", "small.yaml", "--until", "features"]),
            ("spg-extract", ["--data", "data", "--dataset", "Small", "--views", "950"]),
        ] {
            let program = try workplace.start(name, arguments)
            // When the first of three domains is done, what encodes the next one is held in the middle of it.
            let held = Mutex<[pid_t]>([])
            let encoding = { @Sendable in name == "spg" ? program.children : [program.identifier] }
            program.act(when: { program.errorsSoFar.contains("extract ") && !encoding().isEmpty }) { _ in
                let found = encoding()
                for process in found { kill(process, SIGSTOP) }
                held.withLock { $0 = found }
            }
            while program.isRunning, held.withLock(\.isEmpty) { try await Task.sleep(for: .milliseconds(5)) }
            let processes = held.withLock { $0 }
            #expect(!processes.isEmpty)
            let refused = try await workplace.run("spg", "store", "gc", "small", "--delete")
            #expect(refused.status == 74 && refused.errors.contains("store.sqlite"), "\(refused.errors)")
            program.signal(SIGINT) { true }
            for process in processes { kill(process, SIGCONT) }
            #expect(try await program.outcome().status != 0)
        }
        try workplace.expectSound()
        let collected = try await workplace.run("spg", "store", "gc", "small", "--delete")
        #expect(collected.status == 0, "\(collected.errors)")
        try workplace.write(Workplace.pipeline)
        let again = try await workplace.run("spg", "run", "small.yaml", "--until", "zero-shot")
        #expect(again.status == 0 && again.errors.hasPrefix("What is chosen is made"), "\(again.errors)")
    }

    @Test(
        "gc keeps what was made before a run with --set, by a pipeline's name and by its file, and says who asked for the rest")
    func collectKeeps() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.run("spg", "run", "small.yaml").status == 0)
        let changed = try await workplace.run(
            "spg", "run", "small.yaml", "--until", "prompts", "--set", "stages.prompts.with.epochs=2")
        #expect(changed.status == 0, "\(changed.errors)")
        let made = try workplace.contents()
        for pipeline in ["small", "small.yaml"] {
            let outcome = try await workplace.run("spg", "store", "gc", pipeline, "--delete")
            #expect(outcome.status == 0 && outcome.output.contains("Nothing is to go"), "\(outcome.output)\(outcome.errors)")
            #expect(try workplace.contents() == made)
        }
        try Data(
            Workplace.pipeline.replacing("pipeline: small", with: "pipeline: new").replacing("epochs: 3}", with: "epochs: 7}")
                .utf8
        )
        .write(to: workplace.url.appending(path: "new.yaml"))
        let dry = try await workplace.run("spg", "store", "gc", "new.yaml")
        #expect(
            dry.status == 0 && dry.output.contains("small.yaml --set stages.prompts.with.epochs=2 (pipeline small):"),
            "\(dry.output)\(dry.errors)")
        #expect(
            !dry.output.contains("embeddings ") && dry.output.contains("not named, to be forgotten: small"), "\(dry.output)")
        #expect(try await workplace.run("spg", "store", "gc", "small", "--since", "2026-13-01").status == 64)
    }

    @Test("A backup is a store; two machines' stores become one that has all of the pipeline")
    func copies() async throws {
        let workplace = try Workplace()
        for (name, targets) in [("a", "[chalk]"), ("b", "[oil]")] {
            try workplace.write(Workplace.pipeline.replacing("[chalk, oil]", with: targets))
            let outcome = try await workplace.run("spg", "run", "small.yaml", "--threads", "1", "--store", "\(name).sqlite")
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
        let backup = try await workplace.run("spg", "store", "backup", "store.sqlite", "--store", "a.sqlite")
        #expect(backup.status == 0, "\(backup.errors)")
        #expect(try await workplace.run("spg", "store", "backup", "store.sqlite", "--store", "a.sqlite").status == 65)
        let merged = try await workplace.run("spg", "store", "merge", "b.sqlite")
        #expect(merged.status == 0 && merged.output.contains("1 generator"), "\(merged.output)\(merged.errors)")
        try workplace.write(Workplace.pipeline)
        let run = try await workplace.run("spg", "run", "small.yaml")
        #expect(run.status == 0 && run.errors == "All 12 artifacts are made; nothing is to run.\n", "\(run.errors)")
        let stats = try await workplace.run("spg", "store", "stats")
        #expect(stats.status == 0 && stats.output.contains("72 different images"), "\(stats.output)")
    }

    @Test("The same pipeline runs with features that were encoded elsewhere")
    func imported() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.run("spg", "run", "small.yaml", "--threads", "1").status == 0)
        let own = try await workplace.run("spg", "results", "small.yaml", "--format", "csv").output
        let exported = try await workplace.run(
            "spg", "export", "features", "chalk", "ink", "oil", "--output", "features.npz")
        #expect(exported.status == 0 && exported.output == "features.npz\nfeatures.csv\n", "\(exported.errors)")

        // Another store, as on the machine that has them from the GPU.
        let pipeline = Workplace.pipeline.replacing("checkpoint: clip", with: "checkpoint: clip, imported: gpu")
        try workplace.write(pipeline)
        let early = try await workplace.run("spg", "run", "small.yaml", "--store", "new.sqlite")
        #expect(
            early.status == 1 && early.errors.contains("have no features (view center) imported as “gpu”"), "\(early.errors)")
        let imported = try await workplace.run(
            "spg", "import", "features", "features.npz", "--images", "features.csv", "--encoder", "gpu", "--data", "data",
            "--dataset", "Small", "--checkpoint", "clip", "--store", "new.sqlite")
        #expect(imported.status == 0 && imported.lines.count == 3, "\(imported.errors)")
        let run = try await workplace.run("spg", "run", "small.yaml", "--threads", "1", "--store", "new.sqlite")
        #expect(run.status == 0 && !run.errors.contains("features("), "\(run.errors)")
        let results = try await workplace.run("spg", "results", "small.yaml", "--format", "csv", "--store", "new.sqlite")
        #expect(results.output == own)
        #expect(try await workplace.run("spg", "store", "verify", "--store", "new.sqlite").status == 0)

        for (fault, says) in [
            ("imported: gpu, precision: bf16", "leave one of the two out"), ("importd: gpu", "did you mean “imported”?"),
        ] {
            try workplace.write(pipeline.replacing("imported: gpu", with: fault))
            let outcome = try await workplace.run("spg", "run", "small.yaml", "--store", "new.sqlite")
            #expect(outcome.status == 65 && outcome.errors.contains(says), "\(outcome.errors)")
        }
    }
}

import ArtifactStore
import Datasets
import Foundation
import Tensors
import TestSupport
import Testing

/// Scripts/encode-with-torch as a process, where Python has what it needs (`SPG_PYTHON`), from a data set to the store.
@Suite("encode-with-torch") struct EncodeWithTorchTests {
    private func encode(_ arguments: String..., in workplace: Workplace) throws -> Program {
        try Python.start(
            "Scripts/encode-with-torch", ["--data", "data", "--images", "images.csv"] + arguments, in: workplace.url)
    }

    /// A data set with the table of its images, and a checkpoint of Hugging Face's, `hf`.
    private func workplace() async throws -> Workplace {
        let workplace = try Workplace.withHuggingFaceCLIP()
        try await list(72, as: "images.csv", in: workplace)
        return workplace
    }

    /// Writes the table of some images.
    private func list(_ count: Int, _ options: String..., as name: String, in workplace: Workplace) async throws {
        let listed = try await workplace.start("spg", ["data", "images", "folder", "data"] + options).outcome()
        try #require(listed.status == 0 && listed.lines.count == 1 + count, "\(listed.errors)")
        try Data(listed.output.utf8).write(to: workplace.url.appending(path: name))
    }

    private func shards(_ folder: String, in workplace: Workplace) throws -> [String: Data] {
        let url = workplace.url.appending(path: folder)
        let names = try FileManager.default.contentsOfDirectory(atPath: url.path).filter { !$0.hasPrefix(".") }
        return try Dictionary(uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: url.appending(path: $0))) })
    }

    /// Encodes with both, and compares what is in the store.
    private func compare(_ checkpoint: String, in workplace: Workplace) async throws {
        let own = try await workplace.run("spg-extract", "--data", "data", "--checkpoint", checkpoint, "--views", "2")
        try #require(own.status == 0, "\(own.errors)")
        for part in ["1/2", "2/2"] {
            let made = try await encode(
                "--checkpoint", checkpoint, "--views", "2", "-o", "features", "--shard-size", "20", "--part", part,
                "--batch-size", "7", in: workplace
            ).outcome()
            try #require(made.status == 0, "\(made.errors)")
        }
        let imported = try await workplace.run(
            "spg", "import", "features", "features", "--data", "data", "--checkpoint", checkpoint)
        try #require(imported.status == 0 && imported.lines.count == 3, "\(imported.errors)")
        let store = try workplace.store
        for (own, imported) in zip(own.lines, imported.lines) {
            let (own, imported) = (try #require(ArtifactKey(own)), try #require(ArtifactKey(imported)))
            let sets = (try store.embeddingSet(own), try store.embeddingSet(imported))
            #expect(sets.0.manifest == sets.1.manifest && sets.0.encoder != sets.1.encoder)
            #expect(try store.encoder(sets.1.encoder).name == "torch-float32")
            for (view, other) in zip(sets.0.views, sets.1.views) {
                let vectors = try store.embeddings(own, view: view).vectors.values
                let others = try store.embeddings(imported, view: other).vectors.values
                #expect(vectors.count == 24 * 32 && vectors != others)
                #expect(zip(vectors, others).allSatisfy { abs($0 - $1) < 1e-6 }, "\(view)")
                let norms = zip(try store.norms(own, view: view), try store.norms(imported, view: other))
                #expect(norms.allSatisfy { abs($0 / $1 - 1) < 1e-5 })
            }
        }
    }

    @Test("Features of transformers' encoder differ from ours by rounding alone", .pythonEncodes)
    func transformers() async throws {
        let workplace = try await workplace()
        try await compare("hf", in: workplace)
        // A pipeline takes them by their name.
        try workplace.write(
            """
            pipeline: small
            dataset: {root: data}
            encoder: {checkpoint: hf, imported: torch-float32}
            stages: {features: {uses: extract, with: {views: 2}}}
            """)
        let run = try await workplace.run("spg", "run", "small.yaml")
        // Nothing was made: three are ours, three were imported.
        #expect(try run.status == 0 && workplace.artifactCount(.embeddings) == 6, "\(run.output)\(run.errors)")
        let other = try await workplace.run("spg", "import", "features", "features", "--data", "data", "--checkpoint", "clip")
        #expect(other.status == 65 && other.errors.contains("was encoded with other weights than those of"), "\(other.errors)")
    }

    @Test("So do those of open_clip's encoder", .python(has: "torch, numpy, safetensors, PIL, open_clip"))
    func openCLIP() async throws { try await compare("clip", in: workplace()) }

    @Test("Views are those of the tests in Swift", .python(has: "numpy, PIL"))
    func views() async throws {
        let check = try await Python.start(
            "Tests/Reference/encode_with_torch.py", ["--check"], in: Python.repository
        ).outcome()
        #expect(check.status == 0, "\(check.output)\(check.errors)")
    }

    @Test(
        "A run that is killed goes on after its last shard and ends in the same bytes; new images alone are encoded",
        .pythonEncodes)
    func killed() async throws {
        let workplace = try await workplace()
        func start(_ folder: String) throws -> Program {
            try encode("--checkpoint", "hf", "-o", folder, "--shard-size", "4", "--batch-size", "1", in: workplace)
        }
        let whole = try await start("whole").outcome()
        try #require(whole.status == 0, "\(whole.errors)")
        let killed = try start("killed"), folder = workplace.url.appending(path: "killed").path
        killed.signal(SIGKILL) {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            return names.count { $0.hasSuffix(".csv") } >= 3
        }
        #expect(try await killed.outcome().status == -SIGKILL)
        let before = try shards("killed", in: workplace)
        #expect((6..<36).contains(before.count))
        let again = try await start("killed").outcome()
        #expect(again.status == 0, "\(again.errors)")
        let left = 72 - 4 * before.keys.count { $0.hasSuffix(".csv") }
        #expect(again.errors.contains("\(left) of \(left) images"), "\(again.errors)")
        let made = try shards("killed", in: workplace)
        #expect(made == (try shards("whole", in: workplace)) && made.count == 36)

        // One image more: one shard more. The import says what is missing before.
        try PictureTree.picture(domain: 1, label: 0, number: 77).png()
            .write(to: workplace.url.appending(path: "data/ink/bars/new.png"))
        let early = try await workplace.run("spg", "import", "features", "whole", "--data", "data", "--checkpoint", "hf")
        #expect(early.status == 65 && early.errors.contains("1 of 73 images have no features in"), "\(early.errors)")
        try workplace.expectSound(without: .embeddings)
        try await list(73, as: "images.csv", in: workplace)
        let more = try await start("whole").outcome()
        #expect(more.status == 0 && more.errors.contains("1 of 1 images"), "\(more.errors)")
        let imported = try await workplace.run("spg", "import", "features", "whole", "--data", "data", "--checkpoint", "hf")
        #expect(imported.status == 0, "\(imported.errors)")
    }

    @Test("Bad input: each with a line and its status, and everything else done", .pythonEncodes)
    func badInput() async throws {
        let workplace = try await workplace(), broken = workplace.url.appending(path: "data/ink/bars/1.jpg")
        func outcome(_ arguments: String...) async throws -> Program.Outcome {
            try await Python.start(
                "Scripts/encode-with-torch", ["--data", "data", "-o", "features"] + arguments, in: workplace.url
            ).outcome()
        }
        // A file that has changed since it was listed, and one that is gone.
        try Data(contentsOf: broken).prefix(300).write(to: broken)
        try FileManager.default.removeItem(at: workplace.url.appending(path: "data/oil/rings/3.jpg"))
        let changed = try await outcome("--images", "images.csv", "--checkpoint", "hf")
        #expect(changed.status == 65 && changed.errors.contains("data/ink/bars/1.jpg: its SHA-256 is"), "\(changed.errors)")
        #expect(
            changed.errors.contains("data/oil/rings/3.jpg: ") && changed.errors.contains("2 of 72 images could not be read"))
        // One that is no picture.
        try await list(24, "--domain", "ink", as: "ink.csv", in: workplace)
        let cut = try await outcome("--images", "ink.csv", "--checkpoint", "hf")
        #expect(cut.status == 65 && cut.errors.contains("1 of 1 images could not be read"), "\(cut.errors)")
        // Features that are made in another way do not come into the same folder.
        let precision = try await outcome("--images", "ink.csv", "--checkpoint", "hf", "--precision", "bf16")
        #expect(precision.status == 65 && precision.errors.contains("precision float32 → bf16"), "\(precision.errors)")
        let views = try await outcome("--images", "ink.csv", "--checkpoint", "hf", "--views", "1")
        #expect(views.status == 65 && views.errors.contains("choose another folder"), "\(views.errors)")
        for (arguments, status, message) in [
            (["--images", "no.csv", "--checkpoint", "hf"], 65, "no.csv"),
            (["--images", "hf/merges.txt", "--checkpoint", "hf"], 65, "spg data images"),
            (["--images", "ink.csv", "--checkpoint", "nowhere"], 65, "nowhere does not exist"),
            (["--images", "ink.csv", "--checkpoint", "ink.csv"], 65, "ink.csv cannot be read"),
            (["--images", "ink.csv", "--checkpoint", "hf", "--part", "3/2"], 64, "“3/2” is not a part such as 1/8"),
            (["--images", "ink.csv", "--checkpoint", "hf", "--device", "abacus"], 64, "--device abacus"),
            (["--images", "ink.csv"], 64, "--checkpoint"),
        ] as [([String], Int32, String)] {
            let program = try Python.start(
                "Scripts/encode-with-torch", ["--data", "data", "-o", "other"] + arguments, in: workplace.url)
            let outcome = try await program.outcome()
            #expect(outcome.status == status && outcome.errors.contains(message), "\(arguments): \(outcome.errors)")
            #expect(!outcome.errors.contains("Traceback"), "\(outcome.errors)")
        }
    }

    /// Runs a pipeline whose features PyTorch makes.
    private func run(_ python: String = Python.program, in workplace: Workplace) async throws -> Program.Outcome {
        try await workplace.run(
            "spg", "run", "small.yaml", "--only", "features(domain ink)", shell: "export PYTHON='\(python)';")
    }

    private func pipeline(in workplace: Workplace, encoder: String = "", dataSet: String = "") throws {
        try workplace.write(
            """
            pipeline: small
            dataset: {root: data\(dataSet)}
            encoder: {checkpoint: hf\(encoder)}
            stages: {features: {uses: encode-with-torch, with: {views: 1}}}
            """)
        let scripts = workplace.url.appending(path: "Scripts")
        guard !FileManager.default.fileExists(atPath: scripts.path) else { return }
        try FileManager.default.createSymbolicLink(
            at: scripts, withDestinationURL: Python.repository.appending(path: "Scripts"))
    }

    @Test("As a stage of a pipeline: keys of its own, nothing twice, new images alone, bad images as told", .pythonEncodes)
    func stage() async throws {
        let workplace = try Workplace.withHuggingFaceCLIP()
        try pipeline(in: workplace)
        let first = try await run(in: workplace)
        try #require(first.status == 0, "\(first.errors)")
        #expect(try workplace.artifactCount(.embeddings) == 1)
        #expect(!FileManager.default.fileExists(atPath: workplace.storePath + ".torch"))
        let own = try await workplace.run(
            "spg-extract", "--data", "data", "--domain", "ink", "--checkpoint", "hf", "--views", "1")
        try #require(own.status == 0 && own.errors.contains("24/24"), "\(own.errors)")
        let distances = try workplace.query(
            """
            SELECT view, count(*), max(abs(1 - dot(a.vector, b.vector))), min(a.vector <> b.vector)
            FROM embeddings AS a JOIN embeddings AS b USING (image_path, view) WHERE a.encoder < b.encoder GROUP BY view
            """
        ).rows
        #expect(distances.map { $0[0] } == [.text("augmented:crop-flip:0"), .text("center")], "\(distances)")
        for row in distances {
            guard case .integer(24) = row[1], case .real(let distance) = row[2] else {
                Issue.record("\(row)")
                continue
            }
            #expect(distance < 1e-6, "\(row)")
        }
        #expect(try await run("false", in: workplace).status == 0, "nothing is to be done: no Python runs")

        // One image more, and one that is none.
        try PictureTree.picture(domain: 1, label: 0, number: 77).png()
            .write(to: workplace.url.appending(path: "data/ink/bars/new.png"))
        try Data("no picture".utf8).write(to: workplace.url.appending(path: "data/ink/bars/bad.png"))
        let failed = try await run(in: workplace)
        #expect(failed.status == 1 && failed.errors.contains("data/ink/bars/bad.png"), "\(failed.errors)")
        try pipeline(in: workplace, dataSet: ", onBadImage: skip")
        let skipped = try await run(in: workplace)
        #expect(skipped.status == 0, "\(skipped.errors)")
        #expect(try workplace.count("SELECT count(DISTINCT image_path) FROM embeddings WHERE domain = 'ink'") == 25)

        // Another precision is another encoder.
        try pipeline(in: workplace, encoder: ", precision: bf16", dataSet: ", onBadImage: skip")
        let half = try await run(in: workplace)
        #expect(half.status == 0, "\(half.errors)")
        #expect(try workplace.count("SELECT count(*) FROM encoders WHERE parameters ->> '$.torchPrecision' = 'bf16'") == 1)
    }

    @Test("A stage whose Python or script fails keeps nothing, and says why; one pipeline has one origin of features")
    func failingStage() async throws {
        let workplace = try Workplace.withHuggingFaceCLIP()
        try pipeline(in: workplace)
        let failed = try await run("false", in: workplace)
        #expect(failed.status == 1 && failed.errors.contains("encode-with-torch exited with status 1"), "\(failed.errors)")
        let missing = try await run("no-such-python", in: workplace)
        #expect(missing.status == 1 && missing.errors.contains("python: no-such-python"), "\(missing.errors)")
        try workplace.expectSound(without: .embeddings)
        let mixed = """

              more: {uses: extract}
            """
        try workplace.write(
            """
            pipeline: small
            dataset: {root: data}
            encoder: {checkpoint: hf}
            stages:
              features: {uses: encode-with-torch}\(mixed)
            """)
        let refused = try await run(in: workplace)
        #expect(refused.status == 65 && refused.errors.contains("small.yaml:6"), "\(refused.errors)")
        try pipeline(in: workplace, encoder: ", imported: gpu")
        let imported = try await run(in: workplace)
        #expect(imported.status == 65 && imported.errors.contains("imported features are not encoded"), "\(imported.errors)")
    }
}

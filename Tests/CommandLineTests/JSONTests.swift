import ArtifactStore
import Datasets
import Foundation
import Tensors
import TestSupport
import Testing

/// What `--json` prints, held against Docs/json.md.
@Suite("Answers for programs")
struct JSONTests {
    /// A domain and a class whose names are hard to write.
    private static let ink = "ink\n\"größe\"", rings = "ri\tngs, \\é"

    private static let pipeline = """
        pipeline: "small, \\"ä\\""
        dataset: {root: data, name: Small}
        encoder: {checkpoint: clip}
        matrix: {target: [chalk, "ink\\n\\"größe\\""], seed: [1, 2]}
        stages:
          features: {uses: extract, with: {views: 1}}
          prompts:
            uses: fit
            from: {embeddings: features}
            with: {seed: "${seed}", context: "", contextLength: 2, batchSize: 8, epochs: 3}
          generator:
            uses: cgan
            from: {embeddings: features, prompts: prompts}
            with: {seed: "${seed}", batchSize: 8, epochs: 3, warmUpEpochs: 1, latentDimension: 8}
          zero-shot: {uses: evaluate-zero-shot, from: {embeddings: features}}
          spg:
            uses: evaluate-generator
            from: {embeddings: features, generator: generator}
            with: {seed: "${seed}"}
          table:
            uses: command
            from: {found: {stage: zero-shot, of: all, as: csv}}
            run: echo one > ${outputs.table}; echo '{"half":0.5}' > ${outputs.metrics}
            outputs: {table: table.csv, metrics: metrics.json}
          bad:
            uses: command
            from: {found: table}
            run: "echo 'Error: no “ä”' >&2; exit 3; touch ${outputs.a}"
            outputs: {a: a.txt}
        results: {zero-shot: Zero-shot CLIP, spg: SPG}
        """

    /// Documents as they come, and what the page says of them.
    private struct Reader {
        let workplace: Workplace
        let page: JSONPage
        /// Members that had a value somewhere.
        var seen: Set<String> = []

        mutating func document(
            _ words: String..., isQuiet: Bool = true, status: Int32 = 0, place: SourceLocation = #_sourceLocation
        ) async throws -> JSONValue {
            let hasStore = !["data", "stages", "bundle", "checkpoint"].contains(words[0])
            let words = words + ["--json"]
            let outcome =
                try await hasStore
                ? workplace.start("spg", words).outcome() : Program("spg", words, in: workplace.url).outcome()
            #expect(outcome.status == status, "\(words): \(outcome.errors)", sourceLocation: place)
            #expect(!isQuiet || outcome.errors.isEmpty, "\(words): \(outcome.errors)", sourceLocation: place)
            let document = try JSONValue(parsing: outcome.output)
            let command = try #require(document["command"]?.plainText)
            #expect(words.joined(separator: " ").hasPrefix(command) && document["schema"] == 1, sourceLocation: place)
            let faults = page.faults(in: document, of: "spg \(command)", seen: &seen)
            #expect(faults.isEmpty, "\(words): \(faults)", sourceLocation: place)
            return document
        }
    }

    /// Seen by the tests of norms, of published tables, and of trials that fail.
    private static let elsewhere = ["instance.reader", "row.published", "trial.failed"]

    @Test("Every document has the members that the page lists, each of its type, and every member has a value somewhere")
    func page() async throws {
        var tree = PictureTree()
        (tree.domains, tree.classes, tree.count) = (["chalk", Self.ink, "oil"], ["bars", "checks", Self.rings], 4)
        let workplace = try Workplace(tree)
        try workplace.write(Self.pipeline)
        var reader = Reader(workplace: workplace, page: try JSONPage())
        try await empty(&reader)
        let run = try await workplace.run("spg", "run", "small.yaml", "--quiet")
        #expect(run.status == 1 && run.errors.contains("no “ä”"), "\(run.errors)")
        try await provenance(&reader)
        try await estimates(&reader)
        try await states(&reader)
        try await results(&reader)
        try await choices(&reader)
        try await files(&reader)
        try await dataSets(&reader)
        let members = reader.page.objects.flatMap { heading, variants in
            variants.flatMap { $0.keys.map { "\(heading).\($0)" } }
        }
        #expect(Set(members).subtracting(reader.seen).sorted() == Self.elsewhere)
    }

    /// Of a pipeline of which nothing has been made.
    private func empty(_ reader: inout Reader) async throws {
        let status = try await reader.document("status", "small.yaml")
        #expect(status["instances"]?.elements.count == 21 && status["missing"] == status["artifacts"])
        let estimate = try await reader.document("estimate", "small.yaml", isQuiet: false)
        #expect(estimate["unknown"] == 2)
        let basis = Dictionary(
            (estimate["stages"]?.elements ?? []).map { ($0["stage"]?.plainText, $0["estimated"]?["basis"]) }
        ) { first, _ in first }
        #expect(basis["features"] == "arithmetic" && basis["table"] == "unknown", "\(basis)")
        #expect(estimate["stages"]?.elements.first { $0["stage"] == "table" }?["seconds"] == .null)
        let results = try await reader.document("results", "small.yaml")
        #expect(results["evaluations"]?.elements.allSatisfy { $0["accuracy"] == .null && $0["images"] == .null } == true)
        #expect(!FileManager.default.fileExists(atPath: reader.workplace.storePath))
    }

    private func states(_ reader: inout Reader) async throws {
        struct Status: Decodable {
            struct Instance: Decodable {
                let name: String, cell: JSONValue, state: String, seconds: Double?, error: String?, changes: [String]
                let key: Digest
            }
            let pipeline: String, instances: [Instance], artifacts: Int, missing: Int
        }
        let status: Status = try await reader.document("status", "small.yaml").decoded()
        #expect(status.pipeline == "small, \"ä\"" && status.artifacts == 21 && status.missing == 1)
        let spg = try #require(status.instances.first { $0.cell["target"] == .string(Self.ink) && $0.cell["seed"] == 2 })
        #expect(spg.state == "done" && spg.name.contains(Self.ink) && spg.seconds ?? 0 > 0 && spg.error == nil)
        let bad = try #require(status.instances.last)
        #expect(bad.state == "failed" && bad.error?.contains("no “ä”") == true && bad.seconds == nil)
        let text = try await reader.workplace.run("spg", "status", "small.yaml")
        #expect(status.instances.allSatisfy { text.output.contains($0.key.short) })

        // Another process is at it; then it was stopped on the way.
        let store = try ArtifactStore(path: reader.workplace.storePath)
        try store.beginAttempt(at: bad.key, threads: 1)
        let claim = try store.claim(bad.key)
        let running = try await reader.document("status", "small.yaml")["instances"]?.elements.last
        #expect(running?["state"] == "running" && running?["since"] != .null)
        withExtendedLifetime(claim) {}
        let edits = ["--set", "stages.prompts.with.epochs=4"]
        let stale: Status = try await reader.document("status", "small.yaml", edits[0], edits[1]).decoded()
        let prompts = try #require(stale.instances.first { $0.name.hasPrefix("prompts") })
        #expect(prompts.state == "stale" && prompts.changes == ["epochs 3 → 4"] && prompts.error == nil)
        try store.save(TrainingCheckpoint(progress: ["epoch": 2], payload: Data([1])), for: prompts.key)
        let stopped = try await reader.document("status", "small.yaml", edits[0], edits[1])
        #expect(stopped["instances"]?.elements.contains { $0["progress"] == ["epoch": 2] } == true)
        try store.discardCheckpoint(for: prompts.key)
        try store.close()
    }

    private func estimates(_ reader: inout Reader) async throws {
        try Data().write(to: reader.workplace.url.appending(path: "data/oil/bars/5.heic"))
        let again = try await reader.document("estimate", "small.yaml", "--force", "--jobs", "2", isQuiet: false)
        #expect(again["jobs"] == 2 && again["missing"] == 1 && again["work"]?.elements.count == 21)
        let bases = Set((again["stages"]?.elements ?? []).compactMap { $0["estimated"]?["basis"]?.plainText })
        #expect(bases == ["runs", "unknown"], "\(bases)")
        let dry = try await reader.workplace.run("spg", "run", "small.yaml", "--dry-run", "--force", "--jobs", "2")
        let text = try await reader.workplace.run("spg", "estimate", "small.yaml", "--force", "--jobs", "2")
        #expect(dry.status == 0 && dry.output == text.output && dry.errors == text.errors, "\(dry.errors)")
    }

    private func provenance(_ reader: inout Reader) async throws {
        let workplace = reader.workplace
        for kind in ArtifactKind.allCases {
            let key = try workplace.text("SELECT key FROM artifacts WHERE kind = '\(kind.rawValue)' ORDER BY created LIMIT 1")
            let shown = try await reader.document("show", key)
            #expect(shown["kind"] == .string(kind.rawValue) && shown["key"] == .string(key))
            let text = try await workplace.run("spg", "show", key)
            #expect(text.output.hasPrefix("\(kind.rawValue) \(key)\n"))
        }
        let prompt = try await reader.document("show", "prompts(domain oil, seed 1)")
        #expect(prompt["parameters"]?["contextLength"] == 2 && prompt["contents"]?["context_length"] == 2)
        let names = ["prompts(domain oil, seed 1)", "prompts(domain oil, seed 2)"]
        let difference = try await reader.document("diff", names[0], names[1])
        #expect(difference["causes"]?.elements.first?["what"] == "seed 1 → 2")
        _ = try await reader.document("store", "stats")

        let done = try await reader.document("explain", "small.yaml", "spg(target \(Self.ink), seed 1)")
        #expect(done["contents"]?["images"] == 12 && done["last"] == .null && done["causes"] == [])
        let bad = try await reader.document("explain", "small.yaml", "bad")
        #expect(bad["failed_at"] != .null && bad["contents"] == .null && bad["log"]?.plainText.contains("no “ä”") == true)
        let picture = workplace.url.appending(path: "data/oil/bars/new.png")
        try PictureTree.picture(domain: 1, label: 0, number: 77).png().write(to: picture)
        let stale = try await reader.document("explain", "small.yaml", "generator(target chalk, seed 1)")
        #expect(stale["causes"]?.elements.first?["details"] == ["+ oil/bars/new.png"])
        #expect(stale["needs"]?.elements.contains("prompts(domain oil, seed 1)") == true)
        try FileManager.default.removeItem(at: picture)
        let both = try await workplace.run("spg", "explain", "small.yaml", "bad", "--log", "--json")
        #expect(both.status == 64 && both.output.isEmpty && both.errors.contains("not both"))
        let none = try await workplace.run("spg", "show", "nothing", "--json")
        #expect(none.status == 65 && none.output.isEmpty && none.errors.hasPrefix("Error: "), "\(none.errors)")
    }

    private func results(_ reader: inout Reader) async throws {
        struct Results: Decodable {
            struct Figure: Decodable { let column: String, mean: Double?, seeds: Int? }
            struct Row: Decodable { let method: String, figures: [Figure], average: Figure }
            struct Table: Decodable { let columns: [String], rows: [Row] }
            struct Evaluation: Decodable { let method: String, column: String, accuracy: Double?, cell: JSONValue }
            let tables: [Table], evaluations: [Evaluation]
        }
        let results: Results = try await reader.document("results", "small.yaml", "--cost").decoded()
        let table = try #require(results.tables.first)
        #expect(table.columns == ["chalk", Self.ink] && table.rows.map(\.method) == ["Zero-shot CLIP", "SPG"])
        for row in table.rows {
            for figure in row.figures {
                let own = results.evaluations.filter { $0.method == row.method && $0.column == figure.column }
                let accuracies = own.compactMap(\.accuracy)
                #expect(own.count == figure.seeds && accuracies.count == own.count)
                #expect(abs((figure.mean ?? 0) - accuracies.reduce(0, +) / Double(own.count)) < 1e-12)
            }
        }
        let csv = try await reader.workplace.run("spg", "results", "small.yaml", "--format", "csv")
        let average = try #require(table.rows.last?.average.mean)
        #expect(csv.lines.contains { $0.hasPrefix("SPG,average,\(average),") }, "\(csv.output)")
        let classes = try await reader.document("results", "small.yaml", "--per-class")
        #expect(classes["tables"]?.elements.map { $0["target"] } == ["chalk", .string(Self.ink)])
        #expect(classes["tables"]?.elements[0]["columns"] == ["bars", "checks", .string(Self.rings)])
        let all = try await reader.document("results")
        #expect(all["tables"]?.elements.first?["task"] == "leaveOneOut" && all["evaluations"] == [])
        let validation = try await reader.document("results", "--metric", "validation")
        #expect(validation["metric"] == "validation" && validation["tables"]?.elements.count == 2)
        let both = try await reader.workplace.run("spg", "results", "small.yaml", "--format", "csv", "--json")
        #expect(both.status == 64 && both.output.isEmpty && both.errors.contains("not both"))
    }

    private func choices(_ reader: inout Reader) async throws {
        let tuned = try await reader.document(
            "tune", "small.yaml", "--row", "zero-shot", "--value", "stages.zero-shot.with.template=[\"a {}.\", \"the {}.\"]",
            "--quiet")
        let choices = tuned["choices"]?.elements ?? []
        #expect(choices.map { $0["value"] } == ["chalk", .string(Self.ink)])
        for choice in choices {
            let trials = choice["trials"]?.elements ?? [], best = trials.compactMap { $0["accuracy"]?.number }.max()
            #expect(trials.map { $0["values"]?["stages.zero-shot.with.template"] } == ["a {}.", "the {}."])
            let chosen = trials.first { $0["trial"] == choice["chosen"] }
            #expect(chosen?["accuracy"]?.number == best && best != nil)
        }
        let both = try await reader.workplace.run("spg", "tune", "small.yaml", "--format", "csv", "--json")
        #expect(both.status == 64 && both.output.isEmpty && both.errors.contains("not both"))
    }

    /// Of files: stages, bundles, checkpoints.
    private func files(_ reader: inout Reader) async throws {
        let all = try await reader.document("stages")
        #expect(all["stages"]?.elements.contains { $0["uses"] == "fit" } == true)
        let one = try await reader.document("stages", "fit")
        #expect(one["stages"]?.elements.count == 1)
        let bundled = try await reader.workplace.run(
            "spg", "bundle", "spg(target chalk, seed 1)", "--checkpoint", "clip", "-o", "a.spg")
        #expect(bundled.status == 0, "\(bundled.errors)")
        let bundle = try await reader.document("bundle", "inspect", "a.spg")
        #expect(bundle["classes"] == ["bars", "checks", .string(Self.rings)] && bundle["seed"] == 1)
        let specific = try await reader.workplace.start(
            "spg-fit",
            ["coop", "--embeddings", "oil", "--class-specific-contexts", "--quiet"] + Workplace.fitting
        ).outcome()
        #expect(specific.status == 0, "\(specific.errors)")
        let key = specific.output.trimmingCharacters(in: .whitespacesAndNewlines)
        _ = try await reader.workplace.run("spg", "bundle", key, "--checkpoint", "clip", "-o", "b.spg")
        let own = try await reader.document("bundle", "inspect", "b.spg")
        #expect(own["own_classes"] == bundle["classes"])

        let transformer = try await reader.document("checkpoint", "inspect", "clip")
        #expect(transformer["image_encoder"]?["kind"] == "transformer" && transformer["is_assumed"] == false)
        let resNet = try await reader.document("checkpoint", "inspect", PredictTests.iconCLIP)
        #expect(resNet["image_encoder"]?["blocks"] == [1, 2, 2, 1] && resNet["tokenizer_problem"] == .null)
        // Without what says what it is, and with channels of its own.
        let configuration = reader.workplace.url.appending(path: Workplace.configuration)
        let text = try String(contentsOf: configuration, encoding: .utf8), end = try #require(text.lastIndex(of: "}"))
        let statistics = #", "preprocess_cfg": {"mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25]}}"#
        try Data((text[..<end] + statistics).utf8).write(to: configuration)
        #expect(try await reader.document("checkpoint", "inspect", "clip")["mean"] == [0.5, 0.5, 0.5])
        let clip = configuration.deletingLastPathComponent()
        for file in try FileManager.default.contentsOfDirectory(atPath: clip.path) where !file.hasSuffix(".safetensors") {
            try FileManager.default.removeItem(at: clip.appending(path: file))
        }
        let bare = try await reader.document("checkpoint", "inspect", "clip")
        #expect(bare["is_assumed"] == true && bare["tokenizer"] == .null && bare["mean"] == .null)
    }

    private func dataSets(_ reader: inout Reader) async throws {
        let data = reader.workplace.url.appending(path: "data"), files = FileManager.default
        try files.removeItem(at: data)
        var tree = PictureTree()
        (tree.domains, tree.classes, tree.count) = (["art_painting", "cartoon", "photo"], ["dog", Self.rings], 2)
        try tree.write(to: data)
        let splits = try await Program(
            "spg", ["data", "split", "folder", "data", "--into", "splits", "--store", "new.sqlite"], in: reader.workplace.url
        ).outcome()
        #expect(splits.status == 0, "\(splits.errors)")
        let whole = try await reader.document("data", "check", "folder", "data", "--splits", "splits")
        #expect(whole["usable"] == true && whole["classes_of_whole_copy"] == .null && whole["decoded"] == false)
        #expect(whole["classes"] == ["dog", .string(Self.rings)])

        for name in try files.contentsOfDirectory(atPath: data.appending(path: "cartoon/dog").path) {
            try files.removeItem(at: data.appending(path: "cartoon/dog/\(name)"))
        }
        try files.copyItem(at: data.appending(path: "photo/dog/0.png"), to: data.appending(path: "photo/dog/copy.png"))
        try Data("no picture".utf8).write(to: data.appending(path: "photo/dog/bad.png"))
        try Data().write(to: data.appending(path: "photo/dog/a.heic"))
        try files.createSymbolicLink(atPath: data.appending(path: "sketch").path, withDestinationPath: "nowhere")
        var bytes = try Data(contentsOf: Fixtures.folder.appending(path: "../pictures/plain-grey-16-little.tiff"))
        for value in 0..<23 * 17 { bytes[8 + 2 * value + 1] = 200 }
        try bytes.write(to: data.appending(path: "photo/dog/white.tiff"))
        try files.removeItem(atPath: reader.workplace.folder.path("splits/art_painting_train_val_split.json"))
        let broken = try await reader.document(
            "data", "check", "PACS", "data", "--decode", "--splits", "splits", isQuiet: false, status: 65)
        #expect(broken["usable"] == false && broken["classes_of_whole_copy"] == 7)
        #expect(broken["domains"]?.elements.map { $0["is_there"] } == [true, true, true, false])
        #expect(broken["broken"]?.elements.first?["path"]?.plainText.hasSuffix("photo/dog/bad.png") == true)
        let text = try await Program(
            "spg", ["data", "check", "PACS", "data", "--decode", "--splits", "splits"], in: reader.workplace.url
        ).outcome()
        #expect(text.status == 65 && text.output.contains("Split of photo: train"), "\(text.output)")
        #expect(text.errors.contains("have no split that can be used"), "\(text.errors)")

        let mini = reader.workplace.url.appending(path: "mini")
        try files.createDirectory(at: mini.appending(path: "splits_mini"), withIntermediateDirectories: true)
        for domain in ["clipart", "painting", "real", "sketch"] {
            let list = "\(domain)/cat/1.jpg 0\n\(domain)/dog/1.jpg 1\n"
            for (part, text) in [("train", list), ("test", "")] {
                try Data(text.utf8).write(to: mini.appending(path: "splits_mini/\(domain)_\(part).txt"))
            }
        }
        let listed = try await reader.document("data", "check", "Mini-DomainNet", "mini", status: 65)
        #expect(listed["missing_files"]?.elements.count == 8)
    }

    @Test("Every command has an example on the page, which is as the page says")
    func examples() throws {
        let page = try JSONPage()
        #expect(page.commands.count == 12 && Set(page.examples.keys) == Set(page.commands))
        var seen: Set<String> = []
        for (command, example) in page.examples {
            #expect(page.faults(in: example, of: command, seen: &seen).isEmpty)
            #expect(example["command"] == .string(String(command.dropFirst(4))))
        }
        // What is wrong is noticed.
        for broken: JSONValue in [["schema": 1], ["schema": "1", "command": "diff", "old": [:], "new": [:], "causes": []]] {
            #expect(!page.faults(in: broken, of: "spg diff", seen: &seen).isEmpty)
        }
    }

    @Test("Every command that the page names takes --json, and no other")
    func commands() async throws {
        let page = try JSONPage(), workplace = try Workplace()
        for command in page.commands {
            let words = command.split(separator: " ").dropFirst().map(String.init)
            let help = try await workplace.start("spg", words + ["--help"]).outcome()
            #expect(help.output.contains("--json ") && help.output.contains("Docs/json.md"), "\(command): \(help.output)")
        }
        let other = try await workplace.run("spg", "graph", "small.yaml", "--json")
        #expect(other.status == 64 && other.output.isEmpty)
    }
}

extension JSONValue {
    fileprivate var elements: [JSONValue] { if case .array(let elements) = self { elements } else { [] } }
}

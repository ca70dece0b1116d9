import ArtifactStore
import CommandLineSupport
import Datasets
import Foundation
import Pipelines
import Tensors
import TestSupport
import Testing

@Suite("Whatever happens to who merges, each result comes into the store once")
struct MergerTests {
    /// How many results there are.
    private static let count = 80

    /// A store, and a shared folder with results of work on what the store has.
    private struct Place {
        let folder: TemporaryFolder
        let shared: TaskFolder
        var store: ArtifactStore { get throws { try ArtifactStore(path: folder.path("store.sqlite")) } }

        init(_ count: Int = MergerTests.count) throws {
            folder = try TemporaryFolder()
            shared = TaskFolder(folder.path("shared"))
            let manifest = DomainManifest(
                dataset: "Sample", domain: "ink", classes: ["cat"],
                images: [LabelledImage(path: "/data/ink/cat/0.png", digest: Digest(of: Data([1])), label: 0)])
            let made = try ArtifactStore(path: folder.path("made.sqlite")), store = try store
            for store in [made, store] { try store.record(manifest) }
            for task in 0..<4 {
                try shared.write(
                    TaskDescription(version: Version.text, threads: 1, sideBySide: 1, work: []), as: "task-\(task)")
            }
            for seed in 0..<count {
                let recipe = Recipe(
                    kind: .prompt, algorithmVersion: 1, parameters: ["seed": .number(Double(seed))],
                    inputs: [.init("images", manifest.key)])
                let prompt = StoredPrompt(
                    method: "fit", domain: "ink", seed: seed, vectors: Tensor([2, 2], [1, 2, 3, Float(seed)]),
                    validationAccuracy: 0.5)
                try made.write(recipe, .prompt(prompt), metrics: [Metric(epoch: 1, name: "loss", value: 1)], seconds: 1)
                let result = shared.task("task-\(seed % 4)").appending(path: "\(recipe.key)")
                try made.writeSmallStore(of: [recipe.key], to: result.path + ".sqlite", withImages: false)
                let ending = TaskEnding(key: recipe.key, status: 0, summary: "it ended well", seconds: 1, node: "node-1")
                try JSONEncoder().encode(ending).write(to: URL(filePath: result.path + ".json"))
            }
        }

        func start(shell: String = "") throws -> Program {
            try Program("spg", ["task", "merge", "shared", "--store", "store.sqlite"], in: folder.url, shell: shell)
        }

        /// How many results are still there.
        var left: Int {
            shared.ids.reduce(0) { sum, id in
                let names = (try? FileManager.default.contentsOfDirectory(atPath: shared.task(id).path)) ?? []
                return sum + names.count { $0.hasSuffix(".sqlite") }
            }
        }

        var merged: Int {
            get throws { try store.query("SELECT key FROM prompts").rows.count }
        }

        /// All are in the store, as they were made, and none is left.
        func expectAll() throws {
            let made = try ArtifactStore(path: folder.path("made.sqlite"), readOnly: true), store = try store
            for sql in [
                "SELECT key, created, seconds, bytes, parameters FROM artifacts WHERE kind = 'prompt' ORDER BY key",
                "SELECT * FROM prompts ORDER BY key", "SELECT * FROM metrics ORDER BY key",
            ] { #expect(try store.query(sql) == made.query(sql)) }
            #expect(try store.verify().damages.isEmpty)
            #expect(left == 0)
        }
    }

    @Test(
        "How many results are merged in a second, and that it does not depend on how many there are",
        .enabled(if: ProcessInfo.processInfo.environment["SPG_FULL_TESTS"] == "1"))
    func rate() async throws {
        for count in [1000, 4000] {
            let place = try Place(count), outcome = try await place.start().outcome()
            #expect(outcome.lines.first == "\(count) merged, 0 found in the store, 0 refused")
            print("merged \(count) results in \(outcome.seconds) s, \(Int(Double(count) / outcome.seconds)) in a second")
        }
    }

    @Test("Two at once") func two() async throws {
        let place = try Place(), mergers = try (0..<2).map { _ in try place.start() }
        var merged = 0
        for merger in mergers {
            let outcome = try await merger.outcome()
            #expect(outcome.status == 0, "\(outcome.errors)")
            merged += Int(outcome.output.prefix { $0.isNumber }) ?? 0
        }
        #expect(merged == Self.count)
        try place.expectAll()
    }

    @Test("Killed half-way, again and again") func killed() async throws {
        let place = try Place(), steps = [1, 20, 40, 70]
        for step in steps {
            let merger = try place.start()
            merger.signal(SIGKILL) { (try? place.merged) ?? 0 >= step || place.left <= Self.count - step }
            _ = try await merger.outcome()
            // What is not in the store is still there.
            #expect(try place.merged + place.left >= Self.count)
        }
        #expect(try await place.start().outcome().status == 0)
        try place.expectAll()
    }

    @Test("Killed between the store and the deletion: what is found is deleted, and not merged again") func between()
        async throws
    {
        let place = try Place()
        let copy = place.folder.url.appending(path: "copy")
        try FileManager.default.copyItem(at: place.shared.url, to: copy)
        #expect(try await place.start().outcome().lines.first?.hasPrefix("\(Self.count) merged, 0 found") == true)
        try FileManager.default.removeItem(at: place.shared.url)
        try FileManager.default.moveItem(at: copy, to: place.shared.url)
        #expect(try await place.start().outcome().lines.first?.hasPrefix("0 merged, \(Self.count) found") == true)
        try place.expectAll()
    }

    @Test("Where the store cannot grow, nothing is lost") func full() async throws {
        let place = try Place()
        let outcome = try await place.start(shell: "ulimit -f 200;").outcome()
        #expect(outcome.status == 74 && outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
        #expect(try place.merged + place.left == Self.count)
        #expect(try await place.start().outcome().status == 0)
        try place.expectAll()
    }

    @Test("What is damaged is named and kept, and the others are merged") func damaged() async throws {
        let place = try Place(), task = place.shared.task("task-1")
        let names = try FileManager.default.contentsOfDirectory(atPath: task.path).filter { $0.hasSuffix(".sqlite") }.sorted()
        let bytes = try Data(contentsOf: task.appending(path: names[0]))
        try bytes.prefix(bytes.count / 2).write(to: task.appending(path: names[0]))
        try Data("no database".utf8).write(to: task.appending(path: names[1]))
        let outcome = try await place.start().outcome()
        #expect(outcome.status == 65 && outcome.output == "\(Self.count - 2) merged, 0 found in the store, 2 refused\n")
        #expect(outcome.errors.split(separator: "\n").count == 2, "\(outcome.errors)")
        for name in names.prefix(2) { #expect(outcome.errors.contains(name.prefix(12)), "\(outcome.errors)") }
        #expect(try place.merged == Self.count - 2 && place.left == 2)
        let again = try await place.start().outcome()
        #expect(again.status == 0 && again.output == "0 merged, 0 found in the store, 0 refused\n")
    }
}

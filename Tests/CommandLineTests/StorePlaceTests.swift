import ArtifactStore
import Foundation
import TestSupport
import Testing

@Suite("Where a store is, and what only looks at one")
struct StorePlaceTests {
    @Test(
        "What is no file's name is refused at once, and nothing is made",
        arguments: ["", ":memory:", "file:x.sqlite", "file:x?mode=memory", "data", "new/", "/dev/null"])
    func names(_ name: String) async throws {
        let workplace = try Workplace()
        let before = try FileManager.default.contentsOfDirectory(atPath: workplace.url.path).sorted()
        for (program, words) in [
            ("spg", ["run", "small.yaml"]), ("spg", ["status", "small.yaml"]), ("spg", ["store", "verify"]),
            ("spg-extract", ["--data", "data"]), ("spg-fit", ["coop", "--embeddings", "ink"]),
        ] {
            let outcome = try await workplace.start(program, words + ["--store", name]).outcome()
            #expect(outcome.status == 64, "\(words): \(outcome.errors)")
            #expect(outcome.errors.contains("“\(name)” cannot be the name of a store"), "\(outcome.errors)")
            #expect(outcome.output.isEmpty)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: workplace.url.path).sorted() == before)
    }

    @Test("A copy of a store has a file's name, too")
    func backupNames() async throws {
        let workplace = try Workplace()
        _ = try ArtifactStore(path: workplace.storePath)
        for name in [":memory:", "file:x.sqlite", "data"] {
            let outcome = try await workplace.run("spg", "store", "backup", name)
            #expect(outcome.status == 64, "\(name): \(outcome.errors)")
        }
    }

    @Test("What only looks makes no store: status, results, explain, graph, a dry run, gc, verify --drop")
    func looking() async throws {
        let workplace = try Workplace()
        let before = try FileManager.default.contentsOfDirectory(atPath: workplace.url.path).sorted()
        for (words, status, says) in [
            (["status", "small.yaml"], 0, "12 of 12 artifacts are to be made"),
            (["run", "small.yaml", "--dry-run"], 0, "12 of 12"),
            (["results", "small.yaml"], 0, "Zero-shot CLIP"), (["graph", "small.yaml"], 0, "missing"),
            (["explain", "small.yaml", "zero-shot(target oil)"], 0, "never made"),
            (["results"], 65, "no store at “typo/store.sqlite”"), (["store", "gc", "small"], 65, "no store at"),
            (["store", "gc", "small", "--delete"], 65, "no store at"), (["store", "verify", "--drop"], 65, "no store at"),
            (["store", "stats"], 65, "no store at"), (["query", "SELECT 1"], 65, "no store at"),
            (["spread", "small"], 65, "no store at"),
            (["data", "split", "folder", "data", "--into", "splits"], 0, "train"),
        ] {
            let outcome = try await workplace.start("spg", words + ["--store", "typo/store.sqlite"]).outcome()
            #expect(outcome.status == Int32(status), "\(words): \(outcome.errors)")
            #expect((outcome.output + outcome.errors).contains(says), "\(words): \(outcome.output)\(outcome.errors)")
        }
        let after = try FileManager.default.contentsOfDirectory(atPath: workplace.url.path).filter { $0 != "splits" }
        #expect(after.sorted() == before)
    }

    @Test("By a link a store is the same one: of two runs at once, each artifact is made once")
    func links() async throws {
        let workplace = try Workplace()
        try FileManager.default.createDirectory(atPath: workplace.folder.path("kept"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: workplace.folder.path("link.sqlite"), withDestinationPath: "kept/store.sqlite")
        let runs = try ["kept/store.sqlite", "link.sqlite"].map {
            try workplace.start("spg", ["run", "small.yaml", "--threads", "1", "--store", $0])
        }
        var made = 0
        for run in runs {
            let outcome = try await run.outcome()
            #expect(outcome.status == 0, "\(outcome.errors)")
            // Whoever finds what another run has made says “nothing to encode” or “nothing to do”.
            made += outcome.errors.split(separator: "\n").count { $0.contains("/24 images, in ") && $0.contains("extract ") }
        }
        #expect(made == 3, "the features of three domains")
        let names = try FileManager.default.contentsOfDirectory(atPath: workplace.url.path).filter { $0.hasSuffix("-claims") }
        #expect(names.isEmpty)
        #expect(FileManager.default.fileExists(atPath: workplace.folder.path("kept/store.sqlite-claims")))
    }

    @Test("A file with two names is not written to: SQLite would keep a log for each")
    func hardLinks() async throws {
        let workplace = try Workplace()
        _ = try ArtifactStore(path: workplace.storePath)
        try FileManager.default.linkItem(atPath: workplace.storePath, toPath: workplace.folder.path("other.sqlite"))
        let outcome = try await workplace.run("spg", "run", "small.yaml", "--store", "other.sqlite")
        #expect(outcome.status == 74 && outcome.errors.contains("2 names"), "\(outcome.errors)")
        #expect(try await workplace.run("spg", "store", "stats", "--store", "other.sqlite").status == 0)
    }
}

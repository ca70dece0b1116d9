import Foundation
import TestSupport
import Testing

@Suite("Limits of the system, and numbers beyond any machine")
struct LimitTests {
    @Test("A limit on the size of files is an error in every program, also where its signal is not ignored")
    func fileSize() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.run("spg-extract", "--data", "data").status == 0)
        for (program, words) in [
            ("spg-extract", ["--data", "data", "--views", "30"]), ("spg", ["run", "small.yaml"]),
            ("spg", ["store", "backup", "copy.sqlite"]), ("spg-evaluate", ["zero-shot", "--embeddings", "ink"]),
            ("spg-fit", ["coop", "--embeddings", "ink"] + Workplace.fitting),
        ] {
            let outcome = try await workplace.start(program, words, shell: "ulimit -f 40;").outcome()
            #expect(outcome.status == 74, "\(program) \(words): \(outcome.status) \(outcome.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: workplace.folder.path("copy.sqlite")))
        try workplace.expectSound()
    }

    @Test("Too little address space is said at once, by every program", arguments: [200_000, 300_000, 400_000, 900_000])
    func addressSpace(_ limit: Int) async throws {
        let workplace = try Workplace()
        for program in Program.names {
            let outcome = try await Program(program, ["--help"], in: workplace.url, shell: "ulimit -v \(limit);").outcome()
            #expect(outcome.status == 74 && outcome.errors.contains("raise the limit"), "\(program): \(outcome.errors)")
            #expect(outcome.seconds < 10)
        }
    }

    @Test("Threads and jobs beyond any machine are a wrong command line")
    func threads() async throws {
        let workplace = try Workplace()
        for words in [
            ["spg", "run", "small.yaml", "--threads", "4611686018427387904"],
            ["spg", "run", "small.yaml", "--threads", "4", "--jobs", "4611686018427387904"],
            ["spg-extract", "--data", "data", "--threads", "4611686018427387904"],
            ["spg-fit", "coop", "--embeddings", "ink", "--threads", "1025"],
        ] {
            let outcome = try await workplace.start(words[0], Array(words.dropFirst())).outcome()
            #expect(outcome.status == 64 && outcome.errors.contains("must be from 1 to 1024"), "\(words): \(outcome.errors)")
        }
    }
}

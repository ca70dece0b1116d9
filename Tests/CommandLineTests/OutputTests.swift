import Foundation
import TestSupport
import Testing

@Suite("What is printed and written, and where that cannot be")
struct OutputTests {
    /// Sends standard output elsewhere than the test does.
    private func output(_ redirection: String) -> String { "exec \(redirection);" }

    @Test("A full disk behind standard output is a failure of whatever prints, and said: status 74")
    func fullDevice() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.run("spg", "run", "small.yaml").status == 0)
        let embeddings = ["--embeddings", "ink"]
        for (program, words) in [
            ("spg", ["--help"]), ("spg", ["run", "small.yaml"]), ("spg", ["run", "small.yaml", "--dry-run"]),
            ("spg", ["status", "small.yaml"]), ("spg", ["watch", "small.yaml"]), ("spg", ["results"]),
            ("spg", ["results", "small.yaml", "--format", "csv"]),
            ("spg", ["query", "SELECT * FROM embeddings", "--format", "csv"]), ("spg", ["graph", "small.yaml"]),
            ("spg", ["report", "small.yaml"]),
            ("spg", ["explain", "small.yaml", "zero-shot(target oil)"]), ("spg", ["show", "coop/ink/1"]),
            ("spg", ["store", "stats"]), ("spg", ["store", "verify"]), ("spg", ["store", "gc", "small"]),
            ("spg", ["store", "backup", "copy.sqlite"]), ("spg", ["export", "prompt", "coop/ink/1", "-o", "ink.npy"]),
            ("spg", ["export", "tensorboard", "small.yaml", "-o", "runs"]),
            ("spg", ["data", "list"]), ("spg", ["data", "check", "folder", "data"]),
            ("spg", ["checkpoint", "inspect", "clip"]), ("spg-extract", ["--data", "data", "--domain", "ink", "--views", "1"]),
            ("spg-fit", ["coop"] + embeddings + Workplace.fitting), ("spg-fit", ["--help"]),
            ("spg-evaluate", ["zero-shot"] + embeddings), ("spg-cgan", ["--help"]), ("spg-command", ["--help"]),
        ] {
            let full =
                words.contains("clip") || words.contains("list") || words.contains("check")
                ? try Program(program, words, in: workplace.url, shell: output("> /dev/full"))
                : try workplace.start(program, words, shell: output("> /dev/full"))
            let outcome = try await full.outcome()
            #expect(outcome.status == 74, "\(words): \(outcome.errors)")
            #expect(outcome.errors.contains("could not be written to standard output"), "\(outcome.errors)")
        }
    }

    @Test("Part of a table is a failure, too, where there is a limit on the size of files")
    func partOfATable() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.run("spg-extract", "--data", "data").status == 0)
        let limited = try await workplace.start(
            "spg", ["query", "SELECT * FROM images AS a, images AS b LIMIT 2000", "--format", "csv"],
            shell: "ulimit -f 64; exec > table.csv;"
        ).outcome()
        #expect(limited.status == 74, "\(limited.errors)")
        #expect(limited.errors.contains("could not be written to standard output"), "\(limited.errors)")
    }

    @Test("A pipe that nobody reads ends a program quietly, by the signal or, where that is ignored, with its own status")
    func closedPipe() async throws {
        let workplace = try Workplace()
        for (trap, status) in [("", "141"), ("trap '' PIPE;", "0")] {
            // `true` has ended by the time that there is anything to print; `sh` has no PIPESTATUS.
            let outcome = try await Program(
                "spg", ["data", "list"], in: workplace.url,
                shell: #"\#(trap) { { sleep 0.3; "$@"; echo "$?" > status; } | true; }; exit 0;"#
            ).outcome()
            #expect(outcome.errors.isEmpty, "\(outcome.errors)")
            let left = try String(contentsOf: workplace.url.appending(path: "status"), encoding: .utf8)
            #expect(left == status + "\n")
        }
    }

    @Test("Nothing that is opened takes the place of a closed standard output: what is printed is missed, and no file spoilt")
    func closedOutput() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.run("spg-extract", "--data", "data", "--domain", "ink").status == 0)
        let outcome = try await workplace.start(
            "spg", ["export", "features", "ink", "-o", "ink.npy"], shell: output(">&-")
        ).outcome()
        #expect(outcome.status == 74, "\(outcome.errors)")
        let again = try await workplace.run("spg", "export", "features", "ink", "-o", "again.npy")
        #expect(again.status == 0, "\(again.errors)")
        for end in ["npy", "csv"] {
            #expect(
                try Data(contentsOf: workplace.url.appending(path: "ink.\(end)"))
                    == Data(contentsOf: workplace.url.appending(path: "again.\(end)")))
        }
    }

    @Test("An export that cannot be written leaves nothing, and names the file: status 74")
    func exports() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.run("spg-extract", "--data", "data", "--views", "10").status == 0)
        let missing = try await workplace.run("spg", "export", "features", "ink", "-o", "no/ink.npy")
        #expect(
            missing.status == 74 && missing.errors.contains("no/ink.npy” cannot be written: there is no folder"),
            "\(missing.errors)")
        // In blocks of 512 bytes: what SQLite keeps beside a store fits, and the array does not.
        try FileManager.default.createDirectory(atPath: workplace.folder.path("out"), withIntermediateDirectories: true)
        let features = ["export", "features", "ink", "chalk", "oil", "-o", "out/all.npy"]
        let limited = try await workplace.start("spg", features, shell: "ulimit -f 80;").outcome()
        #expect(
            limited.status == 74 && limited.errors.contains("cannot be written: File too large; make room"), "\(limited.errors)"
        )
        #expect(try FileManager.default.contentsOfDirectory(atPath: workplace.folder.path("out")).isEmpty)
        #expect(try await workplace.start("spg", features).outcome().status == 0)
    }
}

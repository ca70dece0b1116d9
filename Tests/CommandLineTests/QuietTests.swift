import Foundation
import TestSupport
import Testing

@Suite("--quiet, and terminals that are to stay plain")
struct QuietTests {
    @Test("Every stage's program prints its key and nothing else")
    func stages() async throws {
        let workplace = try Workplace()
        for (program, words) in [
            ("spg-extract", ["--data", "data"]),
            ("spg-fit", ["coop", "--embeddings", "ink", "--seed", "1"] + Workplace.fitting),
            ("spg-evaluate", ["prompts", "--embeddings", "oil", "--prompts", "coop/ink/1"]),
        ] {
            let told = try await workplace.start(program, words).outcome()
            #expect(told.status == 0 && told.errors.contains(", in "), "\(program): \(told.errors)")
            // Both what is made anew and what is there already.
            for more in [["--quiet", "--force"], ["-q"]] {
                let quiet = try await workplace.start(program, words + more).outcome()
                #expect(quiet.status == 0 && quiet.errors.isEmpty, "\(program): \(quiet.errors)")
                #expect(quiet.output == told.output)
            }
        }
    }

    @Test("A run prints its table; the log of each stage is kept whole")
    func run() async throws {
        let workplace = try Workplace()
        let run = try await workplace.run("spg", "run", "small.yaml", "--quiet")
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        #expect(run.output.contains("Zero-shot CLIP"))
        let log = try await workplace.run("spg", "explain", "small.yaml", "spg/target=oil/seed=1", "--log", "-q")
        #expect(log.output.contains("evaluate: 24/24 images") && log.errors.isEmpty, "\(log.output)")
        let again = try await workplace.run("spg", "run", "small.yaml", "-q")
        #expect(again.status == 0 && again.errors.isEmpty && again.output == run.output, "\(again.errors)")
    }

    @Test("A run's failures and warnings are said all the same")
    func failures() async throws {
        let workplace = try Workplace()
        let bad = workplace.url.appending(path: "data/ink/bars/0.png")
        try Data("no picture".utf8).write(to: bad)
        let run = try await workplace.run("spg", "run", "small.yaml", "--quiet", "--until", "prompts(domain ink)")
        #expect(run.status == 1 && run.output.isEmpty)
        #expect(run.errors.contains("features(domain ink)  FAILED") && run.errors.contains("skipped, since"), "\(run.errors)")
        #expect(run.errors.contains("data/ink/bars/0.png") && !run.errors.contains("in all"), "\(run.errors)")
        let skipped = try await workplace.run(
            "spg-extract", "--data", "data", "--domain", "ink", "--on-bad-image", "skip", "--quiet")
        #expect(skipped.status == 0 && skipped.errors.hasPrefix("Warning: skipped: "), "\(skipped.errors)")
        #expect(skipped.errors.count(where: { $0 == "\n" }) == 1, "\(skipped.errors)")
    }

    @Test("Commands that look, check, predict and import take it, too")
    func others() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.run("spg", "run", "small.yaml", "-q").status == 0)
        #expect(try await workplace.run("spg", "export", "features", "ink", "-o", "ink.npy").status == 0)
        let files = ["--images", "ink.csv", "--checkpoint", "clip"]
        let told = try await workplace.start(
            "spg", ["import", "features", "ink.npy", "--encoder", "a", "--data", "data", "--domain", "ink"] + files
        ).outcome()
        #expect(told.status == 0 && told.errors.contains("import a: 48/48 vectors"), "\(told.errors)")
        for words in [
            ["import", "features", "ink.npy", "--encoder", "b", "--data", "data", "--domain", "ink"] + files,
            ["status", "small.yaml"], ["explain", "small.yaml", "features(domain ink)"], ["graph", "small.yaml"],
            ["results", "small.yaml"], ["report", "small.yaml"], ["store", "verify"], ["store", "gc", "small.yaml"],
            ["predict", "spg(target oil, seed 1)", "data/oil", "--pipeline", "small.yaml"],
            ["export", "predictions", "spg(target oil, seed 1)", "-o", "p.csv", "--probabilities", "--checkpoint", "clip"],
            ["data", "split", "folder", "data", "--into", "splits"],
        ] {
            let outcome = try await workplace.start("spg", words + ["--quiet"]).outcome()
            #expect(outcome.status == 0 && outcome.errors.isEmpty && !outcome.output.isEmpty, "\(words): \(outcome.errors)")
        }
        let check = try await Program("spg", ["data", "check", "folder", "data", "-q"], in: workplace.url).outcome()
        #expect(check.status == 0 && check.errors.isEmpty, "\(check.errors)")
    }

    @Test("No program writes a colour but spg watch, and on a dumb terminal none moves the cursor")
    func terminals() async throws {
        for (variables, isRewritten) in [("", true), ("NO_COLOR=1; export NO_COLOR;", true), ("TERM=dumb;", false)] {
            let workplace = try Workplace(), terminal = try PseudoTerminal(columns: 80, rows: 24)
            let shell = terminal.shell + variables + "exec 2>&1;"
            #expect(try await workplace.start("spg", ["run", "small.yaml"], shell: shell).outcome().status == 0)
            for words in [["status", "small.yaml"], ["results", "small.yaml"], ["status", "--help"], ["show", "none"]] {
                _ = try await workplace.start("spg", words, shell: shell).outcome()
            }
            let text = terminal.text
            #expect(text.contains("Zero-shot CLIP") && text.contains("Error: "), "\(text)")
            #expect(text.firstMatch(of: #/\e\[[\d;]*m/#) == nil, "\(text)")
            #expect(text.contains("\r\u{1B}[2K") == isRewritten, "\(text)")
            if !isRewritten { #expect(!text.contains("\u{1B}"), "\(text)") }
        }
    }
}

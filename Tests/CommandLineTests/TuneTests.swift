import ArtifactStore
import Foundation
import TestSupport
import Testing

@Suite("spg tune")
struct TuneTests {
    private static let rates = "stages.prompts.with.learningRate=[0.002, 0.2]"

    /// The domains whose images artifacts of a kind of one choice were made from.
    private static func domains(
        of kind: String, heldOut: String, in workplace: Workplace
    ) throws -> Set<String> {
        let rows = try workplace.query(
            """
            SELECT DISTINCT input_parameters ->> '$.domain' FROM lineage
            JOIN artifacts USING (key) JOIN pipelines USING (key)
            WHERE pipeline = 'small trials' AND artifacts.kind = '\(kind)' AND cell ->> '$.heldOut' = '\(heldOut)'
                AND input_kind = 'images'
            """
        ).rows
        return Set(rows.compactMap { if case .text(let text) = $0[0] { text } else { nil } })
    }

    @Test("Each target's values are chosen without its images, and the file that is written runs with them")
    func tune() async throws {
        let workplace = try Workplace()
        let words = ["tune", "small.yaml", "--row", "spg", "--value", Self.rates]
        let dry = try await workplace.start("spg", words + ["--dry-run"]).outcome()
        #expect(dry.status == 0 && dry.output.contains("4 trials in all, for 2 choices"), "\(dry.errors)")
        #expect(!FileManager.default.fileExists(atPath: workplace.storePath))

        let tune = try await workplace.start("spg", words + ["-o", "tuned.yaml"]).outcome()
        #expect(tune.status == 0, "\(tune.errors)")
        #expect(tune.lines.count { $0.hasPrefix("trial ") } == 4 && tune.lines.count { $0.hasSuffix("chosen") } == 2)
        for (target, sources) in [("chalk", ["ink", "oil"]), ("oil", ["chalk", "ink"])] {
            for kind in ["evaluation", "generator"] {
                #expect(try Self.domains(of: kind, heldOut: target, in: workplace) == Set(sources))
            }
        }
        // Of prompts, generators and evaluations what the two choices share was made once.
        #expect(try workplace.artifactCount(.prompt) == 6)
        let pairs = 2 * (2 + 2) - 2
        #expect(try workplace.artifactCount(.generator) == pairs && workplace.artifactCount(.evaluation) == 8)

        // Nothing is made again, and the same is chosen.
        let again = try await workplace.start("spg", words + ["--output", "again.yaml"]).outcome()
        #expect(again.status == 0 && again.output == tune.output && !again.errors.contains("1/"), "\(again.errors)")
        let files = try ["tuned.yaml", "again.yaml"].map {
            try String(contentsOf: workplace.url.appending(path: $0), encoding: .utf8)
        }
        #expect(files[0] == files[1])
        let exists = try await workplace.start("spg", words + ["-o", "tuned.yaml"]).outcome()
        #expect(exists.status != 0 && exists.errors.contains("tuned.yaml") && exists.output.isEmpty, "\(exists.errors)")

        let watch = try await workplace.run("spg", "watch", "small.yaml", "--trials")
        #expect(watch.status == 0 && watch.output.contains("small trials"), "\(watch.output + watch.errors)")
        let results = try await workplace.run("spg", "results")
        #expect(results.output.isEmpty, "\(results.output)")
        let run = try await workplace.run("spg", "run", "tuned.yaml", "--until", "spg")
        #expect(run.status == 0, "\(run.errors)")
        #expect(try workplace.count("SELECT count(*) FROM results WHERE pipeline = 'small-tuned' AND method = 'SPG'") == 2)
    }

    @Test("Of a domain that is held out nothing is made, nor is a picture of it decoded")
    func heldOut() async throws {
        let workplace = try Workplace()
        for label in ["bars", "checks", "rings"] {
            try Data("no picture".utf8).write(to: workplace.url.appending(path: "data/chalk/\(label)/0.png"))
        }
        let tune = try await workplace.run(
            "spg", "tune", "small.yaml", "--row", "spg", "--value", Self.rates, "--target", "chalk", "--format", "csv")
        #expect(tune.status == 0, "\(tune.errors)")
        #expect(tune.lines[0] == "row,axis,value,trial,values,column,mean,standard_deviation,seeds,chosen")
        #expect(tune.lines.count == 1 + 2 * 3 && tune.lines.dropFirst().allSatisfy { $0.hasPrefix("spg,target,chalk,") })
        #expect(
            try workplace.count("SELECT count(*) FROM artifacts WHERE parameters ->> '$.domain' = 'chalk'") == 0)
        #expect(try workplace.count("SELECT count(*) FROM lineage WHERE input_parameters ->> '$.domain' = 'chalk'") == 0)
        #expect(try workplace.count("SELECT count(*) FROM evaluations WHERE target = 'chalk'") == 0)
        #expect(try workplace.count("SELECT count(*) FROM evaluations") == 4)
    }

    @Test("By validation nothing is evaluated, and a run of the chosen values finds what was trained")
    func validation() async throws {
        let workplace = try Workplace()
        let tune = try await workplace.run(
            "spg", "tune", "small.yaml", "--row", "spg", "--value", Self.rates, "--by", "validation", "-o", "tuned.yaml")
        #expect(tune.status == 0 && tune.output.contains("on validation images of the sources"), "\(tune.errors)")
        #expect(try workplace.artifactCount(.evaluation) == 0 && workplace.artifactCount(.generator) == 4)
        let run = try await workplace.run("spg", "run", "tuned.yaml", "--only", "generator")
        #expect(run.status == 0 && run.errors.contains("What is chosen is made"), "\(run.errors)")
        let best = try workplace.query(
            """
            SELECT cell ->> '$.target', cell ->> '$."prompts.learningRate"' FROM pipelines JOIN generators USING (key)
            WHERE pipeline = 'small trials' ORDER BY 1, validation_accuracy DESC, 2
            """
        ).rows
        let file = try String(contentsOf: workplace.url.appending(path: "tuned.yaml"), encoding: .utf8)
        for (target, row) in [("chalk", best[0]), ("oil", best[2])] {
            #expect(row[0] == .text(target))
            guard case .real(let rate) = row[1] else { continue }
            #expect(file.contains("# SPG for target \(target): ") && file.contains("prompts.learningRate \(rate)"), "\(file)")
        }
    }

    @Test("A tune that is stopped goes on by the same command, to the same choice")
    func resume() async throws {
        let whole = try Workplace(), stopped = try Workplace()
        let words = ["tune", "small.yaml", "--row", "spg", "--value", Self.rates, "--target", "oil", "-o", "tuned.yaml"]
        let expected = try await whole.start("spg", words).outcome()
        let tune = try stopped.start("spg", words)
        let path = stopped.storePath
        tune.signal(
            SIGINT,
            when: {
                let store = try? ArtifactStore(path: path, readOnly: true)
                return (try? store?.query("SELECT 1 FROM prompts").rows.isEmpty) == false
            })
        let outcome = try await tune.outcome()
        // It may have come to its end just before.
        #expect([130, -SIGINT, 0].contains(outcome.status), "\(outcome.errors)")
        if outcome.status != 0 {
            #expect(!FileManager.default.fileExists(atPath: stopped.folder.path("tuned.yaml")))
            let resumed = try await stopped.start("spg", words).outcome()
            #expect(resumed.status == 0 && resumed.output == expected.output, "\(resumed.errors)")
        }
        #expect(try stopped.learned() == whole.learned())
    }

    @Test("A trial that fails is named and not chosen; the status is 1")
    func failure() async throws {
        let workplace = try Workplace()
        let tune = try await workplace.run(
            "spg", "tune", "small.yaml", "--row", "spg", "--value", "stages.generator.with.learningRate=[1e30, 2e-4]",
            "--target", "oil", "-o", "tuned.yaml")
        #expect(tune.status == 1, "\(tune.errors)")
        #expect(tune.output.contains("trial 1: generator("), "\(tune.output)")
        #expect(tune.lines.contains { $0.hasPrefix("trial 2 ") && $0.hasSuffix("chosen") }, "\(tune.output)")
        let file = try String(contentsOf: workplace.url.appending(path: "tuned.yaml"), encoding: .utf8)
        #expect(file.contains("not judged: trial 1") && file.contains("learningRate: 2e-4"), "\(file)")
    }

    @Test("What is wrong is said before anything is made")
    func refusals() async throws {
        let workplace = try Workplace()
        func refused(_ words: [String], _ message: String, status: Int32 = 65) async throws {
            let tune = try await workplace.start("spg", ["tune", "small.yaml"] + words).outcome()
            #expect(tune.status == status && tune.output.isEmpty && tune.errors.contains(message), "\(words): \(tune.errors)")
        }
        func value(_ text: String) -> [String] { ["--row", "spg", "--value", text] }
        try await refused([], "has no values to choose: name them under tune.rows")
        try await refused(["--value", Self.rates], "--value needs one --row", status: 64)
        try await refused(value("stages.prompts.with.learningRat=[1]"), "did you mean “learningRate”?")
        try await refused(value("stages.prompts.with.learningRate=[]"), "found an empty list")
        // What the stage refuses.
        try await refused(
            value("stages.prompts.with.learningRate=[0.1, -1]"),
            "--value stages.prompts.with.learningRate=[0.1, -1]: stages.prompts.with.learningRate: ")
        try await refused(value(Self.rates) + ["--target", "chalck"], "did you mean “chalk”?")
        try await refused(value(Self.rates) + ["--dry-run", "--json"], "--dry-run chooses nothing", status: 64)
        try await refused(value(Self.rates) + ["-o", "none/tuned.yaml"], "there is no folder", status: 74)
        #expect(try workplace.query("SELECT * FROM artifacts WHERE kind <> 'images'").rows.isEmpty)
    }
}

import ArtifactStore
import Foundation
import TestSupport
import Testing

@Suite("Commands as stages")
struct CommandStageTests {
    /// The pipeline of the workplace with a stage that counts prompts, and one that copies what that wrote.
    private static let pipeline = Workplace.pipeline.replacing(
        "results:",
        with: """
              count:
                uses: command
                from: {prompts: {stage: prompts, of: all, as: csv}}
                files: {script: count script.sh}
                run: sh ${files.script} ${inputs.prompts} ${outputs.table} ${outputs.metrics} ${seed}
                outputs: {table: table.csv, metrics: metrics.json}
              copy:
                uses: command
                from: {counted: count}
                run: cat ${inputs.counted}/table.csv > ${outputs.copy}
                outputs: {copy: copy.csv}
            results:
            """)

    private static let script = """
        echo "threads $OMP_NUM_THREADS" >&2
        cp "$1/index.csv" "$2"
        head -n 1 "$1/0001.csv" >> "$2"
        echo "{\\"prompts\\": $(grep -c csv "$1/index.csv"), \\"half\\": [0.5, 0.25]}" > "$3"
        """

    private func workplace(script: String = script, _ pipeline: String = pipeline) throws -> Workplace {
        let workplace = try Workplace()
        try workplace.write(pipeline)
        try Data(script.utf8).write(to: workplace.url.appending(path: "count script.sh"))
        return workplace
    }

    private func run(_ workplace: Workplace, _ arguments: String...) async throws -> Program.Outcome {
        try await workplace.start("spg", ["run", "small.yaml", "--until", "copy", "--threads", "1"] + arguments).outcome()
    }

    @Test("All files that are missing are named, each with its place")
    func missingFiles() async throws {
        let workplace = try Workplace()
        let files = "files: {script: gone.sh, table: \"gone too.csv\"}"
        try workplace.write(
            Self.pipeline.replacing("files: {script: count script.sh}", with: files)
                .replacing("${outputs.metrics} ${seed}", with: "${outputs.metrics} ${seed} ${files.table}"))
        let status = try await workplace.run("spg", "status", "small.yaml")
        #expect(status.status == 65, "\(status.errors)")
        for (name, file) in [("script", "gone.sh"), ("table", "gone too.csv")] {
            #expect(
                status.errors.contains("stages.count.files.\(name): cannot read “\(workplace.url.path)/\(file)”"),
                "\(status.errors)")
        }
        #expect(status.errors.ranges(of: "small.yaml:").count == 2, "\(status.errors)")
    }

    @Test("It gets its inputs as files; its files and figures are kept, shown, handed on and exported")
    func whole() async throws {
        let workplace = try workplace()
        let first = try await run(workplace)
        #expect(first.status == 0 && first.errors.contains("threads 1"), "\(first.errors)")
        let files = try workplace.query("SELECT name, file_name, CAST(content AS TEXT) FROM files ORDER BY name").rows
        let columns = (0..<(try workplace.count("SELECT width FROM prompts LIMIT 1"))).map { "v\($0)" }.joined(separator: ",")
        let expected = "file,domain,seed\n0001.csv,chalk,1\n0002.csv,ink,1\n0003.csv,oil,1\n\(columns)\n"
        #expect(
            files == [
                [.text("copy"), .text("copy.csv"), .text(expected)], [.text("table"), .text("table.csv"), .text(expected)],
            ])
        let metrics = try workplace.query(
            "SELECT epoch, name, value FROM metrics JOIN pipelines USING (key) "
                + "WHERE stage = 'count' ORDER BY epoch, name"
        ).rows
        #expect(
            metrics == [
                [.integer(0), .text("prompts"), .real(3)],
                [.integer(1), .text("half"), .real(0.5)], [.integer(2), .text("half"), .real(0.25)],
            ])
        try workplace.expectSound()
        #expect(try await workplace.run("spg", "store", "verify").status == 0)

        let export = try await workplace.run("spg", "export", "files", "small/count/seed=1", "--output", "out")
        #expect(export.status == 0 && export.output == "out/table.csv\n", "\(export.errors)")
        #expect(try String(contentsOf: workplace.url.appending(path: "out/table.csv"), encoding: .utf8) == expected)
        let again = try await workplace.run("spg", "export", "files", "small/count/seed=1", "--output", "out")
        #expect(again.status != 0 && again.errors.contains("is there already"))
        let shown = try await workplace.run("spg", "show", "small/count/seed=1")
        #expect(
            shown.output.contains("table.csv") && shown.output.contains("prompts: small/prompts/domain=ink/seed=1"),
            "\(shown.output)")
        #expect(try await run(workplace).errors.contains("What is chosen is made"))
    }

    @Test("A changed script or input runs it anew, and is explained; the old one brings the old files back")
    func changes() async throws {
        let workplace = try workplace()
        #expect(try await run(workplace).status == 0)
        let script = workplace.url.appending(path: "count script.sh")
        try Data((Self.script + "\necho more >> \"$2\"\n").utf8).write(to: script)
        let stale = try await workplace.run("spg", "explain", "small.yaml", "count")
        #expect(stale.output.contains("stale") && stale.output.contains("files.script"), "\(stale.output)")
        let changed = try await run(workplace)
        #expect(changed.status == 0 && changed.errors.contains("2/2"), "\(changed.errors)")
        try Data(Self.script.utf8).write(to: script)
        #expect(try await run(workplace).errors.contains("What is chosen is made"))
        try workplace.write(Self.pipeline.replacing("epochs: 3}\n", with: "epochs: 4}\n"))
        let deeper = try await run(workplace)
        #expect(deeper.status == 0 && deeper.errors.contains("5/5"), "\(deeper.errors)")
    }

    /// What a command does wrong, and what is said about it.
    static let failures: [(script: String, message: String)] = [
        ("echo 'Traceback: no such column' >&2; exit 3", "the command exited with status 3: sh ${files.script}"),
        // The shell may or may not stand between.
        ("kill -TERM $$", "the command "),
        ("echo '{}' > \"$3\"", "has not written ${outputs.table} (table.csv)"),
        ("mkdir \"$2\"; echo '{}' > \"$3\"", "has not written ${outputs.table} (table.csv)"),
        ("touch \"$2\" \"$3\"", "metrics.json: it is not JSON"),
        ("touch \"$2\"; echo '[1]' > \"$3\"", "metrics.json: it is not a JSON object"),
        ("touch \"$2\"; echo '{\"a\": \"b\"}' > \"$3\"", "metrics.json: “a” is neither a number nor a list of numbers"),
        ("touch \"$2\"; echo '{\"a\": [1, null]}' > \"$3\"", "metrics.json: “a” has an element that is not a number"),
        ("touch \"$2\"; echo '{}' > \"$3\"; echo >> \"$0\"", "is another file than when the run was planned"),
    ]

    @Test(
        "A command that fails, an output that is missing, figures that are none: nothing is kept, and it is tried again",
        arguments: failures.indices)
    func failing(index: Int) async throws {
        let (script, message) = Self.failures[index]
        let workplace = try workplace(script: script)
        let failed = try await run(workplace)
        #expect(failed.status == 1 && failed.errors.contains(message), "\(failed.errors)")
        #expect(failed.errors.contains("copy(seed 1)  skipped, since count(seed 1) failed"))
        #expect(try workplace.count("SELECT count(*) FROM artifacts WHERE kind = 'files'") == 0)
        #expect(try workplace.count("SELECT count(*) FROM files") == 0)
        let log = try workplace.query("SELECT log FROM attempts WHERE log LIKE '%Error: %'").rows
        #expect(log.count == 1)
        let explained = try await workplace.run("spg", "explain", "small.yaml", "count")
        // A script that changed itself is another stage by now.
        #expect(explained.output.contains("count(seed 1): \(index == 8 ? "missing" : "failed")"), "\(explained.output)")
        if index == 0 { #expect(explained.output.contains("Traceback: no such column")) }
        try Data(Self.script.utf8).write(to: workplace.url.appending(path: "count script.sh"))
        #expect(try await run(workplace).status == 0)
    }

    @Test("A script that is not there is said at its place in the file, before anything runs")
    func missingScript() async throws {
        let workplace = try workplace()
        try FileManager.default.removeItem(at: workplace.url.appending(path: "count script.sh"))
        let outcome = try await run(workplace)
        #expect(outcome.status == 65 && outcome.errors.contains("stages.count.files.script: "), "\(outcome.errors)")
    }

    @Test("Values and names of folders reach a command as they are; nothing of them runs")
    func anyValues() async throws {
        let domain = "x$(touch injected)`touch injected`",
            values = ["it's", "*", "a, \"b\"", "$(touch injected)", "; touch injected #"]
        let axis = values.map { JSONValue.string($0).canonicalText }.joined(separator: ", ")
        let workplace = try workplace(
            """
            pipeline: small
            dataset: {root: data, name: Small}
            encoder: {checkpoint: clip}
            matrix: {word: [\(axis)]}
            stages:
              features: {uses: extract}
              tell:
                uses: command
                from: {features: features}
                run: |
                  # it's ${domain} ${word}
                  printf '%s|' ${domain} "${domain}" '${domain}' ${word} "${word}" '${word}' > "${outputs.out}"
                  test -f "${inputs.features}" && test -f '${inputs.features}' && printf '%s|' "$(printf %s ${word})" >> '${outputs.out}'
                outputs: {out: "it's *.txt"}
            """)
        try FileManager.default.moveItem(
            at: workplace.url.appending(path: "data/ink"), to: workplace.url.appending(path: "data/\(domain)"))
        let temporary = workplace.url.appending(path: "it's \"$HOME\" `t`")
        try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
        let shell = "export TMPDIR=\"$PWD/it's \\\"\\$HOME\\\" \\`t\\`\";"
        let outcome = try await workplace.run("spg", "run", "small.yaml", shell: shell)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let texts = try workplace.query("SELECT CAST(content AS TEXT) FROM files").rows.map { $0[0] }
        let expected = ["chalk", "oil", domain].flatMap { domain in
            values.map { QueryResult.Value.text("\(domain)|\(domain)|\(domain)|\($0)|\($0)|\($0)|\($0)|") }
        }
        #expect(Set(texts) == Set(expected) && texts.count == expected.count)
        let names = try FileManager.default.subpathsOfDirectory(atPath: workplace.url.path)
        #expect(!names.contains { $0.hasSuffix("injected") } && temporaryNames(temporary) == [])
        // By the whole name, as it is printed, and by a part.
        for text in ["tell(domain \(domain), word a, \"b\")", "tell/domain=\(domain)/word=a, \"b\""] {
            let explained = try await workplace.run("spg", "explain", "small.yaml", text)
            #expect(explained.status == 0 && explained.output.contains("done"), "\(explained.errors)")
        }
        // What runs print is taken where there is no file, too.
        for (index, value) in values.enumerated() {
            let name = "tell(domain \(domain), word \(value))", folder = "out\(index)"
            let exported = try await workplace.run("spg", "export", "files", name, "--output", folder)
            #expect(exported.status == 0, "\(exported.errors)")
            let text = try String(contentsOf: workplace.url.appending(path: "\(folder)/it's *.txt"), encoding: .utf8)
            #expect(text.hasPrefix("\(domain)|\(domain)|\(domain)|\(value)|"))
        }
        let diff = try await workplace.run(
            "spg", "diff", "tell(domain oil, word a, \"b\")", "small/tell(word it's, domain oil)")
        #expect(diff.status == 0 && diff.output.contains("command"), "\(diff.output)\(diff.errors)")
        let several = try await workplace.run("spg", "show", "tell(word a, \"b\")")
        #expect(several.status == 65 && several.errors.contains("small/tell(domain oil, word a, \"b\")"), "\(several.errors)")
        let one = try await workplace.run("spg", "run", "small.yaml", "--force", "--only", "tell(word a, \"b\")")
        #expect(one.status == 0 && one.errors.contains("3/3"), "\(one.errors)")
    }

    /// What is in a folder for temporary files.
    private func temporaryNames(_ folder: URL) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? ["(none)"]
    }

    @Test("Every kind of artifact can be handed over, in every format that it has")
    func formats() async throws {
        let stages = [
            ("features", ["safetensors", "npy", "npz", "csv", "pt"]), ("prompts", ["safetensors", "npy", "npz", "csv", "pt"]),
            ("generator", ["safetensors", "npz", "pt"]), ("spg", ["csv", "safetensors", "npy", "npz", "pt"]),
        ]
        var text = ""
        for (stage, formats) in stages {
            for format in formats {
                text +=
                    "  \(stage)-\(format):\n    uses: command\n    from: {x: {stage: \(stage), of: all, as: \(format)}}\n"
                    + "    run: wc -c < ${inputs.x}/0001.\(format) > ${outputs.size}\n    outputs: {size: size.txt}\n"
            }
        }
        let workplace = try workplace(Workplace.pipeline.replacing("results:", with: text + "results:"))
        let outcome = try await workplace.run("spg", "run", "small.yaml")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let sizes = try workplace.query("SELECT CAST(content AS TEXT) FROM files").rows
        #expect(sizes.count == 18)
        #expect(
            sizes.allSatisfy { if case .text(let text) = $0[0] { (Int(text.filter(\.isNumber)) ?? 0) > 20 } else { false } })
    }

    @Test(
        "The example's script maps prompts; it needs Python, and nothing besides",
        .enabled(
            if: ["/usr/bin", "/usr/local/bin", "/root/.pyenv/shims"].contains {
                FileManager.default.isExecutableFile(atPath: $0 + "/python3")
            }, "there is no python3"))
    func example() async throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let workplace = try Workplace()
        try FileManager.default.createDirectory(at: workplace.url.appending(path: "Scripts"), withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            at: root.appending(path: "Scripts/prompt-map.py"), to: workplace.url.appending(path: "Scripts/prompt-map.py"))
        let example = try String(contentsOf: root.appending(path: "Pipelines/desktop-icons-map.yaml"), encoding: .utf8)
        try Data(
            example.replacing("extends: desktop-icons.yaml", with: "extends: small.yaml")
                .replacing("  domain-prompts: ~\n", with: "").utf8
        ).write(to: workplace.url.appending(path: "map.yaml"))
        let outcome = try await workplace.run("spg", "run", "map.yaml", "--set", "matrix.seed=[1, 2]")
        #expect(outcome.status == 0 && outcome.errors.contains("6 prompts mapped"), "\(outcome.errors)")
        let files = try workplace.query("SELECT name, CAST(content AS TEXT) FROM files ORDER BY name").rows
        guard case .text(let map) = files[0][1], case .text(let points) = files[1][1] else {
            throw CocoaError(.coderValueNotFound)
        }
        #expect(map.hasPrefix("<svg") && map.contains("ink 2"))
        #expect(points.split(whereSeparator: \.isNewline).count == 7)
        let share = try workplace.query("SELECT value FROM metrics WHERE name = 'first component'").rows[0][0]
        guard case .real(let value) = share else { throw CocoaError(.coderValueNotFound) }
        #expect(value > 0.2 && value <= 1)
    }
}

import ArtifactStore
import Foundation
import Stages
import TestSupport
import Testing

/// Shells ask the programs what a word may become; here the shells themselves are run, on the scripts that the programs print.
@Suite("Completion of command lines in bash, zsh and fish")
struct CompletionTests {
    enum Shell: String, CaseIterable {
        case bash, zsh, fish

        var isThere: Bool { FileManager.default.isExecutableFile(atPath: "/usr/bin/\(rawValue)") }

        /// The words that start it as a person has it, without files of that person's.
        var interactive: String {
            switch self {
            case .bash: "bash --norc --noprofile -i"
            case .zsh: "zsh -f -i"
            case .fish: "fish --no-config -i"
            }
        }

        /// The line that makes it know how spg's words go on.
        var loading: String {
            self == .zsh ? "autoload -Uz compinit; compinit -D -u; source ./spg.zsh" : "source spg.\(rawValue)"
        }
    }

    /// Cells whose names have all that shells take for something else.
    private static let pipeline = """
        pipeline: notes
        dataset: {root: data, name: Small}
        encoder: {checkpoint: clip}
        matrix:
          target: [chalk, oil]
          note: ["a [b], c:d {}", "back\\\\slash = {}", "costs $1; it's \\"$(touch hacked)\\" `touch hacked` * {}"]
        stages:
          features: {uses: extract, with: {views: 1}}
          zero-shot: {uses: evaluate-zero-shot, from: {embeddings: features}, with: {template: "${note}"}}
        """

    /// A folder in which `spg` is on the path: it completes, and otherwise writes down with what it was called.
    private static func folder() async throws -> Workplace {
        let workplace = try Workplace()
        let program = try #require(Program.folder).appending(path: "spg").path
        let files = FileManager.default, bin = workplace.url.appending(path: "bin")
        try files.createDirectory(at: bin, withIntermediateDirectories: true)
        let script = """
            #!/bin/sh
            case $1 in
                ---completion) exec '\(program)' "$@" 2>>said ;;
                --generate*) exec '\(program)' "$@" ;;
            esac
            printf '%s\\n' "$@" >arguments

            """
        try Data(script.utf8).write(to: bin.appending(path: "spg"))
        try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: bin.appending(path: "spg").path)
        try Data(pipeline.utf8).write(to: workplace.url.appending(path: "notes.yaml"))
        for shell in Shell.allCases {
            let text = try await Program("spg", ["--generate-completion-script", shell.rawValue], in: workplace.url).outcome()
            try Data(text.output.utf8).write(to: workplace.url.appending(path: "spg.\(shell.rawValue)"))
        }
        return workplace
    }

    /// Types a line with tabs into a shell, and returns what `spg` is then called with.
    private func arguments(_ line: String, in shell: Shell, _ workplace: Workplace) async throws -> [String] {
        let file = workplace.url.appending(path: "arguments")
        try? FileManager.default.removeItem(at: file)
        let terminal = try PseudoTerminal(columns: 200, rows: 50)
        terminal.type("\(shell.loading)\n\(line)\nexit\n")
        let words = "\(terminal.shell) PATH=$PWD/bin:/usr/bin:/bin HOME=$PWD; export PATH HOME;"
        let start = "setsid --ctty --wait \(shell.interactive) 2>&1"
        let outcome = try await Program("spg", [], in: workplace.url, shell: "\(words) \(start); exit 0;").outcome()
        #expect(outcome.errors.isEmpty)
        let text = try? String(contentsOf: file, encoding: .utf8)
        return try #require(text, "\(line): \(terminal.text)").split(separator: "\n").map(String.init)
    }

    /// Names arrive as they are, from wherever somebody has begun to type them.
    private func expectArrival(in shell: Shell) async throws {
        let workplace = try await Self.folder()
        var lines = [
            (#"spg explain notes.yaml zero-shot\(target\ oil,\ note\ a"# + "\t", "zero-shot(target oil, note a [b], c:d {})"),
            (#"spg explain notes.yaml "zero-shot(target oil, note b"# + "\t", #"zero-shot(target oil, note back\slash = {})"#),
            ("spg explain notes.yaml fea\tch\t", "features(domain chalk)"),
        ]
        if shell != .bash {
            lines.append(
                (
                    #"spg explain notes.yaml zero-shot\(target\ oil,\ note\ c"# + "\t",
                    #"zero-shot(target oil, note costs $1; it's "$(touch hacked)" `touch hacked` * {})"#
                ))
        }
        for (line, name) in lines {
            #expect(try await arguments(line, in: shell, workplace) == ["explain", "notes.yaml", name])
        }
        #expect(
            try await arguments("spg expl\tnot\t fe\tin\t", in: shell, workplace)
                == ["explain", "notes.yaml", "features(domain ink)"])
        #expect(!FileManager.default.fileExists(atPath: workplace.folder.path("hacked")))
        #expect(try String(contentsOfFile: workplace.folder.path("said"), encoding: .utf8).isEmpty)
    }

    @Test("In bash, names arrive quoted", .enabled(if: Shell.bash.isThere, "bash is not installed"))
    func bash() async throws { try await expectArrival(in: .bash) }

    @Test("In zsh, names arrive quoted", .enabled(if: Shell.zsh.isThere, "zsh is not installed"))
    func zsh() async throws { try await expectArrival(in: .zsh) }

    @Test("In fish, names arrive quoted", .enabled(if: Shell.fish.isThere, "fish is not installed"))
    func fish() async throws { try await expectArrival(in: .fish) }

    @Test(
        "Every program's scripts are such as the shells take", .enabled(if: Shell.bash.isThere, "bash is not installed"),
        arguments: Program.names + ["spg-bench"])
    func scripts(program: String) async throws {
        let folder = try TemporaryFolder()
        for shell in Shell.allCases where shell.isThere {
            let script = try await Program(program, ["--generate-completion-script", shell.rawValue], in: folder.url).outcome()
            try Data(script.output.utf8).write(to: folder.url.appending(path: "script"))
            let check = try await Program("spg", [], in: folder.url, shell: "\(shell.rawValue) -n script; exit $?;").outcome()
            #expect(script.status == 0 && check.status == 0 && check.errors.isEmpty, "\(shell): \(check.errors)")
        }
    }

    /// What bash offers for the last of some words.
    private func offered(_ words: String..., in workplace: Workplace) async throws -> [String] {
        let shell = """
            PATH=$PWD/bin:/usr/bin:/bin; export PATH
            bash --norc -c 'source spg.bash; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
                _spg spg "${@: -1}" "${@: -2:1}"; printf "%s\\n" "${COMPREPLY[@]}"' bash "$@"; exit 0
            """
        // What stands before the words is the program's path.
        let line = shell.replacing(#"bash "$@""#, with: #"bash spg \#(words.map(\.shellWord).joined(separator: " "))"#)
        let outcome = try await Program("spg", [], in: workplace.url, shell: line + ";").outcome()
        #expect(outcome.errors.isEmpty, "\(words)")
        return outcome.lines.filter { !$0.isEmpty }
    }

    @Test(
        "Instances, stages, files, artifacts and domains are offered where they go",
        .enabled(if: Shell.bash.isThere, "bash is not installed"))
    func offers() async throws {
        let workplace = try await Self.folder()
        try await workplace.run("spg-extract", "--data", "data")
        let fit = try await workplace.start("spg-fit", ["--embeddings=ink", "--seed=1"] + Workplace.fitting).outcome()
        #expect(fit.status == 0, "\(fit.errors)")
        let key = fit.lines.last ?? ""

        #expect(try await offered("status", "no", in: workplace) == ["notes.yaml"])
        #expect(try await offered("run", "notes.yaml", "--only", "zero-shot", in: workplace).contains("zero-shot"))
        #expect(
            try await offered("run", "small.yaml", "--until", "", in: workplace)
                == ["features", "prompts", "generator", "zero-shot", "spg"]
                + ["features(domain chalk)", "features(domain ink)", "features(domain oil)"]
                + ["chalk", "ink", "oil"].map { "prompts(domain \($0), seed 1)" }
                + ["generator", "zero-shot", "spg"].flatMap { stage in
                    ["chalk", "oil"].map { "\(stage)(target \($0)\(stage == "zero-shot" ? "" : ", seed 1"))" }
                })
        #expect(
            try await offered("run", "small.yaml", "--set", "matrix.target", "=", "[ink]", "--only", "spg", in: workplace)
                == ["spg", "spg(target ink, seed 1)"], "as the command would plan it")
        #expect(try await offered("tune", "small.yaml", "--row", "", in: workplace) == ["zero-shot", "spg"])
        #expect(try await offered("tune", "small.yaml", "--target", "", in: workplace) == ["chalk", "oil"])
        #expect(
            try await offered("predict", "--pipeline", "small.yaml", "", in: workplace).allSatisfy { !$0.hasPrefix("features") }
        )
        let store = ["--store", "store.sqlite"]
        #expect(
            try await offered("show", store[0], store[1], "coop", in: workplace) == ["coop/ink", "coop/ink/1"])
        #expect(
            try await offered("show", store[0], store[1], String(key.prefix(4)), in: workplace) == [String(key.prefix(12))])
        #expect(try await offered("export", "artifact", "features", store[0], "=", store[1], "in", in: workplace) == ["ink"])
        #expect(try await offered("data", "check", "PA", in: workplace) == ["PACS"])
        #expect(try await offered("stages", "fit-kg", in: workplace) == ["fit-kgcoop"])
        #expect(try await offered("results", "--format", "", in: workplace).contains("latex"))
    }

    @Test(
        "The other programs know names, domains, data sets and methods",
        arguments: [
            (["spg-extract", "--", "--domain"], ["--data", "data", "--domain", "o"], ["oil"]),
            (
                ["spg-fit", "coop", "--", "--embeddings"], ["coop", "--store=store.sqlite", "--embeddings", ""],
                ["Small/chalk", "chalk"]
            ),
            (["spg-evaluate", "prompts", "--", "--prompts"], ["prompts", "--store", "store.sqlite", "--prompts", ""], []),
        ])
    func programs(asked: [String], words: [String], expected: [String]) async throws {
        let workplace = try Workplace()
        try await workplace.run("spg-extract", "--data", "data", "--dataset", "Small", "--domain", "chalk")
        let call = ["---completion"] + asked.dropFirst() + ["\(words.count)", "\(words.last?.count ?? 0)", asked[0]] + words
        let outcome = try await Program(asked[0], call, in: workplace.url).outcome()
        #expect(outcome.status == 0 && outcome.errors.isEmpty && outcome.lines.sorted() == expected.sorted(), "\(outcome)")
    }

    @Test("Completion is silent where something is wrong, writes nothing, and waits for nobody")
    func harmless() async throws {
        let workplace = try Workplace()
        func offered(_ words: String..., at place: String = "positional@0", command: String = "show") async throws -> [String] {
            let all = [command] + words
            let call = ["---completion", command, "--", place, "\(all.count)", "0", "spg"] + all
            let outcome = try await Program("spg", call, in: workplace.url).outcome()
            #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(words)")
            return outcome.lines
        }
        func everything() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: workplace.url.path).sorted()
        }
        let before = try everything()
        #expect(try await offered("--store", "store.sqlite", "").isEmpty, "there is no store")
        #expect(try await offered("nothing.yaml", "", at: "positional@1", command: "explain").isEmpty)
        try Data("pipeline: [".utf8).write(to: workplace.url.appending(path: "broken.yaml"))
        #expect(try await offered("broken.yaml", "", at: "positional@1", command: "explain").isEmpty)
        try Data("no store".utf8).write(to: workplace.url.appending(path: "text.sqlite"))
        #expect(try await offered("--store", "text.sqlite", "").isEmpty)
        #expect(try everything() == (before + ["broken.yaml", "text.sqlite"]).sorted())

        try await workplace.run("spg-extract", "--data", "data", "--dataset", "Small")
        let bytes = try Data(contentsOf: URL(filePath: workplace.storePath)), after = try everything()
        #expect(try await offered("--store", "store.sqlite", "").count == 6)
        #expect(try Data(contentsOf: URL(filePath: workplace.storePath)) == bytes)
        #expect(try everything() == after, "no log beside the store")

        // Somebody has it open and has written to it, so that there is a log.
        let writer = try ArtifactStore(path: workplace.storePath)
        try writer.record(PipelineRequest(pipeline: "p", file: nil, edits: []), for: [])
        #expect(try await offered("--store", "store.sqlite", "").count == 6)
        try writer.close()
    }

    @Test("Where the images are gone, a run's record tells the instances")
    func recorded() async throws {
        let workplace = try Workplace()
        let run = try await workplace.run("spg", "run", "small.yaml", "--only", "features")
        #expect(run.status == 0, "\(run.errors)")
        try FileManager.default.removeItem(at: workplace.url.appending(path: "data"))
        let words = ["explain", "small.yaml", "--store", "store.sqlite", "prompts("]
        let call = ["---completion", "explain", "--", "positional@1", "5", "8", "spg"] + words
        let outcome = try await Program("spg", call, in: workplace.url).outcome()
        #expect(outcome.lines == ["chalk", "ink", "oil"].map { "prompts(domain \($0), seed 1)" })
    }
}

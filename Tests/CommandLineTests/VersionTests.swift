import CommandLineSupport
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Versions")
struct VersionTests {
    private static let root = URL(filePath: #filePath).appending(path: "../../..").standardizedFileURL

    @Test(
        "Every program says its version, commit, build and kernels, and CHANGELOG.md has a part about the version",
        arguments: Program.names + ["spg-bench"])
    func version(program: String) async throws {
        let outcome = try await Program(program, ["--version"], in: Self.root).outcome()
        #expect(outcome.status == 0 && outcome.output == Version.description(of: program) + "\n", "\(outcome.errors)")
        let lines = outcome.lines
        #expect(lines.map { String($0.prefix { $0 != " " }) } == [program, "commit", "build", "kernels", "cores"])
        #expect(lines.first == "\(program) \(Version.text)")
        #expect(lines[1].contains(try Regex("^commit   ([0-9a-f]{40}(, with changes)?|unknown)$")))
        #expect(lines[2].contains(#/^build    (debug|release), Swift \d+\.\d+\S*, for \S+$/#))
        #expect(lines[3].contains(#/float32 (AVX-512|OpenBLAS), bfloat16 (AVX-512 BF16|none), OpenBLAS \d\S* for \S+$/#))
        #expect(lines[3].contains("BF16") == Processor.current.multipliesBFloat16)
        let changes = try String(contentsOf: Self.root.appending(path: "CHANGELOG.md"), encoding: .utf8)
        #expect(changes.contains("\n## \(Version.text)"))
    }

    @Test("OpenBLAS's kernels are those that it has chosen, as where the environment names some")
    func kernels() async throws {
        let outcome = try await Program(
            "spg", ["--version"], in: Self.root, shell: "OPENBLAS_CORETYPE=Haswell; export OPENBLAS_CORETYPE;"
        ).outcome()
        #expect(outcome.lines[3].hasSuffix("for Haswell"), "\(outcome.output)")
    }

    @Test("A build is of git's commit, or of the archive's, or of an unknown one; changes are told by what is compiled")
    func origin() async throws {
        let folder = try TemporaryFolder()
        /// What follows in a shell in which `write PACKAGE` writes the code for a package, and `git` makes commits.
        func shell(_ text: String) async throws -> String {
            let outcome = try await Program(
                "spg", ["--version"], in: folder.url,
                shell: """
                    unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
                    git() { command git -c user.name=somebody -c user.email=somebody@example.org -c init.defaultBranch=main "$@"; }
                    write() { "$1/Scripts/origin" "$1" "$PWD/Found.swift" no-compiler && cat Found.swift; }
                    \(text)
                    exit $?;
                    """
            ).outcome()
            #expect(outcome.status == 0, "\(outcome.errors)")
            return outcome.output
        }
        let before = try await shell(
            """
            set -e; mkdir -p a/Scripts a/Sources a/Docs; cp '\(Self.root.path)/Scripts/origin' a/Scripts
            cp '\(Self.root.path)/.gitattributes' a; echo 1 >a/Sources/a.swift; write a
            """)
        #expect(before.contains("(\"\", false, \"\")"), "\(before)")
        let commit = try await shell(
            "set -e; cd a; git init -q; git add .; git commit -qm one; cd ..; git -C a rev-parse HEAD"
        ).trimmingCharacters(in: .newlines)
        #expect(commit.count == 40)
        let committed = "(\"\(commit)\", false, \"\")", changed = "(\"\(commit)\", true, \"\")"
        #expect(try await shell("write a").contains(committed))
        #expect(try await shell("echo 2 >a/Docs/page.md; write a").contains(committed), "a page is not compiled")
        #expect(try await shell("echo 2 >>a/Sources/a.swift; write a").contains(changed))
        #expect(try await shell("git -C a checkout -q Sources; echo 1 >a/Sources/b.swift; write a").contains(changed))
        #expect(try await shell("mkdir b; git -C a archive HEAD | tar -x -C b; write b").contains(committed))
        // What lies in somebody else's repository is not of its commits.
        let inside = "mkdir a/Sources/c; cp -r b/Scripts b/Sources a/Sources/c; write a/Sources/c"
        #expect(try await shell(inside).contains(committed), "the archive's commit, and no change")
        let untouched = try await shell(
            "write b >/dev/null; touch -d 2001-01-01 Found.swift; write b >/dev/null; date -r Found.swift +%Y")
        #expect(untouched == "2001\n", "a file that would say the same is left alone")
    }
}

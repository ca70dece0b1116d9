import Foundation
import Testing

/// On an older processor, which QEMU stands in for.
@Suite("A processor that lacks instructions")
struct ProcessorTests {
    private static let emulator = ["/usr/bin", "/usr/local/bin"].map { $0 + "/qemu-x86_64" }
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    #if arch(x86_64)
    @Test(
        "A program says at start that it cannot run there, in one line, and does nothing",
        .enabled(if: emulator != nil, "qemu-user is not installed"), arguments: Program.names)
    func refusal(name: String) async throws {
        let emulator = try #require(Self.emulator), workplace = try Workplace()
        let outcome = try await Program(
            name, ["--version"], in: workplace.url, shell: "set -- \(emulator) -cpu Nehalem \"$@\";"
        ).outcome()
        #expect(outcome.status == 1 && outcome.output.isEmpty)
        let lines = outcome.errors.split(separator: "\n")
        #expect(lines.count == 1, "\(outcome.errors)")
        #expect(lines.first?.hasPrefix("Error: \(name) cannot run on this processor, which lacks instructions") == true)
        #expect(lines.first?.contains("avx2") == true && lines.first?.contains("AVX2") == true)
    }
    #endif

    private static let root = URL(filePath: #filePath).appending(path: "../../..").standardizedFileURL
    private static let portable = root.appending(path: ".build/portable/release/spg").path

    @Test(
        "A portable build has the probabilities of the build for this machine, but for rounding",
        .enabled(if: FileManager.default.isExecutableFile(atPath: portable), "make build PORTABLE=1 has not been run"))
    func portableBuild() async throws {
        let workplace = try Workplace()
        func answers(shell: String) async throws -> [(path: String, answer: ModelWorkplace.Answer)] {
            let outcome = try await Program(
                "spg",
                [
                    "predict", "zero-shot", "--template", "an icon of a {}.", "--classes", "folder,server,house",
                    "--checkpoint", Self.root.appending(path: "Models/icon-clip").path, "--format", "jsonl",
                    Self.root.appending(path: "Tests/Fixtures/desktop-icons/tango").path,
                ], in: workplace.url, shell: shell
            ).outcome()
            #expect(outcome.status == 0, "\(outcome.errors)")
            return try ModelWorkplace.answers(in: outcome.output)
        }
        let own = try await answers(shell: ""), portable = try await answers(shell: "shift; set -- \(Self.portable) \"$@\";")
        #expect(own.count > 5 && own.map(\.path) == portable.map(\.path))
        for (own, portable) in zip(own, portable) {
            #expect(own.answer.name == portable.answer.name)
            #expect(abs(own.answer.probability - portable.answer.probability) < 1e-4)
        }
    }
}

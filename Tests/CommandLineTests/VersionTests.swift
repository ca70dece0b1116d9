import CommandLineSupport
import Foundation
import Testing

@Suite("Versions")
struct VersionTests {
    @Test(
        "Every program says its version, and CHANGELOG.md has a part about it",
        arguments: [
            "spg", "spg-extract", "spg-fit", "spg-cgan", "spg-evaluate", "spg-command",
        ])
    func version(program: String) async throws {
        let outcome = try await Workplace().start(program, ["--version"]).outcome()
        #expect(outcome.status == 0 && outcome.output == Version.text + "\n", "\(outcome.errors)")
        let changes = URL(filePath: #filePath).appending(path: "../../../CHANGELOG.md").standardizedFileURL
        #expect(try String(contentsOf: changes, encoding: .utf8).contains("\n## \(Version.text)"))
    }
}

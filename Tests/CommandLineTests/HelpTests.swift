import Foundation
import Testing

/// What every command says of itself.
@Suite("Help")
struct HelpTests {
    @Test("Every command's help is no wider than 80 columns, and its examples are lines to paste", arguments: Program.names)
    func columns(program: String) async throws {
        let workplace = try Workplace()
        var open: [[String]] = [[]], count = 0
        while let words = open.popLast() {
            let help = try await workplace.start(program, words + ["--help"]).outcome()
            let lines = help.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            #expect(help.status == 0 && lines[0].hasPrefix("OVERVIEW: "), "\(program) \(words): \(help.errors)")
            #expect(lines.filter { $0.count > 80 } == [], "\(program) \(words)")
            if let first = lines.firstIndex(where: { $0.hasPrefix("EXAMPLE") }) {
                let examples = lines[(first + 1)...].prefix { !$0.isEmpty }
                #expect(!examples.isEmpty && examples.allSatisfy { $0.hasPrefix("  ") }, "\(program) \(words): \(examples)")
            }
            if let first = lines.firstIndex(of: "SUBCOMMANDS:") {
                let commands = lines[(first + 1)...].prefix { !$0.isEmpty }.filter {
                    $0.hasPrefix("  ") && !$0.hasPrefix("   ")
                }
                open += commands.map { words + [String($0.split(separator: " ")[0])] }
            }
            count += 1
        }
        #expect(count > (["spg": 25, "spg-fit": 12, "spg-evaluate": 5, "spg-cgan": 2][program] ?? 0))
    }
}

import ArtifactStore
import Foundation
import TestSupport
import Testing

@Suite("--profile shows where a stage's time went, and changes nothing else")
struct ProfileTests {
    /// The rows of the last table on standard error: part, seconds, share.
    private func parts(_ errors: String) -> [String: Double] {
        var parts: [String: Double] = [:]
        for line in errors.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            guard let sign = words.firstIndex(of: "%"), sign >= 3, let seconds = Double(words[sign - 2]) else { continue }
            parts[words[..<(sign - 2)].joined(separator: " ")] = seconds
        }
        return parts
    }

    @Test func stages() async throws {
        let workplace = try Workplace(), plain = try Workplace()
        let extracting = ["--data", "data", "--domain", "ink", "--views", "1"]
        let fitting = ["--embeddings", "ink"] + Workplace.fitting
        for (name, arguments, expected) in [
            ("spg-extract", extracting, ["model", "read", "decode", "preprocess", "encode", "store", "the rest", "total"]),
            ("spg-fit", fitting, ["model", "text forward", "backward", "optimizer", "store", "the rest", "total"]),
        ] {
            let profiled = try await workplace.start(name, arguments + ["--profile"]).outcome()
            let unprofiled = try await plain.start(name, arguments).outcome()
            #expect(profiled.status == 0 && profiled.output == unprofiled.output, "\(profiled.errors)")
            let parts = parts(profiled.errors)
            #expect(Set(parts.keys) == Set(expected), "\(profiled.errors)")
            let total = parts["total"] ?? 0, sum = parts.values.reduce(0, +) - total
            #expect(total > 0 && abs(sum - total) < 0.05 * total + 0.01, "\(parts)")
            #expect(!unprofiled.errors.contains("total"))
            // What was made before shows what its making took.
            let again = try await workplace.start(name, arguments + ["--profile"]).outcome()
            #expect(self.parts(again.errors) == parts)
        }
        // A query finds it afterwards, beside the losses.
        let query = "SELECT count(*) FROM metrics WHERE epoch = 0 AND name LIKE 'profile % seconds'"
        #expect(try workplace.count(query) == 7 + 6 && plain.count(query) == 0)
        #expect(try workplace.query("SELECT * FROM metrics WHERE epoch > 0") == plain.query("SELECT * FROM metrics"))
        #expect(try workplace.query("SELECT vectors FROM prompts") == plain.query("SELECT vectors FROM prompts"))
    }

    @Test func run() async throws {
        let workplace = try Workplace()
        let outcome = try await workplace.run("spg", "run", "small.yaml", "--profile")
        #expect(outcome.status == 0, "\(outcome.errors)")
        for stage in ["features, 3 made", "prompts, 3 made", "generator, 2 made", "zero-shot, 2 made", "spg, 2 made"] {
            #expect(outcome.errors.contains("\n\(stage)\npart "), "\(outcome.errors)")
        }
        // The query of Docs/pipelines.md.
        let sums = try workplace.query(
            """
            SELECT stage, name, sum(value) FROM metrics JOIN pipelines USING (key)
            WHERE epoch = 0 AND name LIKE 'profile %' GROUP BY stage, name ORDER BY stage, sum(value) DESC
            """
        ).rows
        #expect(sums.contains { $0[0] == .text("prompts") && $0[1] == .text("profile backward seconds") })
        let plain = try await workplace.run("spg", "run", "small.yaml")
        #expect(plain.output == outcome.output)
    }
}

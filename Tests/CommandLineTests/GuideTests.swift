import ArtifactStore
import Foundation
import TestSupport
import Testing

/// Docs/guide.md, as a reader follows it: its pipeline file, and its commands, in order, with the repository's icons and model.
@Suite("The guide") struct GuideTests {
    /// A line without what differs from run to run: numbers, times, keys, widths of columns.
    private static func plain(_ line: String) -> String {
        line.replacing(#/\b[0-9a-f]{12,64}\b/#, with: "key").replacing(#/[0-9][0-9.:,TZ-]*( s\b)?/#, with: "N")
            .split { $0 == " " || $0 == "─" }.joined(separator: " ")
    }

    /// Whether a line is what a page shows of it, where “…” stands for anything.
    private static func shows(_ shown: String, _ line: String) -> Bool {
        var rest = plain(line)[...]
        for (number, part) in plain(shown).split(separator: "…", omittingEmptySubsequences: false).enumerated() {
            guard let range = rest.firstRange(of: part), number > 0 || range.lowerBound == rest.startIndex else { return false }
            rest = rest[range.upperBound...]
        }
        return rest.isEmpty || shown.hasSuffix("…")
    }

    @Test("What stands for what: numbers, keys and columns for others, “…” for anything, words for themselves")
    func lines() {
        #expect(Self.shows("features   3  0.1 s  12e5b5d321d7", "features 12  4:05  0a0b0c0d0e0f"))
        #expect(Self.shows("SPG … average", "SPG 1.0 average") && Self.shows("SPG, …", "SPG, 1"))
        #expect(!Self.shows("SPG", "SPG 1") && !Self.shows("SPG", "an SPG") && !Self.shows("SPG … b", "SPG a"))
    }

    @Test("Its ten commands run as they stand, and print what it says")
    func commands() async throws {
        let folder = try TemporaryFolder(), files = FileManager.default, page = try DocumentedPage("Docs/guide.md")
        for name in ["Models", "Pipelines"] {
            try files.createDirectory(at: folder.url.appending(path: name), withIntermediateDirectories: true)
        }
        for name in ["Models/icon-clip", "Tests"] {
            try files.createSymbolicLink(
                atPath: folder.path(name), withDestinationPath: DocumentedPage.root.appending(path: name).path)
        }
        let pipeline = try #require(page.blocks(of: "yaml").first)
        try Data(pipeline.utf8).write(to: folder.url.appending(path: "Pipelines/icons.yaml"))

        let programs = try #require(Program.folder).path, steps = page.steps
        #expect(steps.count { $0.command.hasPrefix("spg ") } == 10 && steps.count == 11)
        var outputs: [String: [String]] = [:]
        for step in steps {
            let shell = "PATH='\(programs)':\"$PATH\"; \(step.command)\nexit $?;"
            let outcome = try await Program("spg", [], in: folder.url, shell: shell).outcome()
            try #require(outcome.status == 0, "\(step.command)\n\(outcome.errors)")
            let lines = (outcome.output + "\n" + outcome.errors).split(separator: "\n").map(String.init)
            for shown in step.printed where !shown.allSatisfy({ $0 == "…" || $0 == " " }) {
                #expect(lines.contains { Self.shows(shown, $0) }, "\(step.command) does not print “\(shown)”:\n\(lines)")
            }
            outputs[step.command] = outcome.lines
        }

        // What does not depend on the processor stands in the page to the digit.
        let shown = try #require(steps.first { $0.command == "spg run Pipelines/icons.yaml" }).printed
        let zeroShot = try #require(shown.first { $0.hasPrefix("Zero-shot CLIP") }).split(separator: " ")
        let table = try #require(outputs["spg run Pipelines/icons.yaml"])
        #expect(table.contains { $0.split(separator: " ") == zeroShot }, "\(table)")
        // The report is of these results, and the bundle answers as the store does.
        let report = try String(contentsOf: folder.url.appending(path: "icons.html"), encoding: .utf8)
        #expect(report.hasPrefix("<!") && report.contains("Zero-shot CLIP") && report.contains(zeroShot.last!))
        let answers = try #require(outputs.first { $0.key.hasPrefix("spg predict \"") }?.value).dropFirst()
        let bundled = try #require(outputs.first { $0.key.hasPrefix("spg predict icons.spg") }?.value)
        #expect(answers.count == 4)
        for (answer, line) in zip(answers, bundled) {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            let percent = String(format: "%.1f%%", 100 * (object["probability"] as? Double ?? .nan))
            let fields = [object["class"] as? String ?? "", percent, object["image"] as? String ?? ""]
            #expect(answer.split(separator: " ").map(String.init) == fields)
        }
        // “All 30 artifacts”, and nothing more was made by explaining a change.
        let store = try ArtifactStore(path: folder.path("Cache/artifacts.sqlite"), readOnly: true)
        #expect(try store.query("SELECT count(*) FROM artifacts WHERE kind <> 'images'").rows == [[.integer(30)]])
    }
}

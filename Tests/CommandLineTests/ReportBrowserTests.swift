import Foundation
import TestSupport
import Testing

/// What the tests of pages need.
private enum Browser {
    static let isThere =
        isOnPath("python3")
        && (environment["CHROMIUM"] != nil
            || ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"].contains(where: isOnPath))
    static let environment = ProcessInfo.processInfo.environment

    private static func isOnPath(_ program: String) -> Bool {
        (environment["PATH"] ?? "").split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
        }
    }
}

/// Pages of `spg report` in a browser: Tests/Browser/check.py says what is looked at.
///
/// `make test-report` runs these alone and keeps pictures of the pages, in SPG_REPORT_PICTURES.
@Suite("Pages of spg report in Chromium", .enabled(if: Browser.isThere, "Chromium and python3 are not both on the PATH"))
struct ReportBrowserTests {
    /// What a name may be at its worst: it would end a script, begin another, and leave a mark.
    private static let hostile = "</script><script>window.injected='ran'</script>"

    @Test("Charts have marks, lists filter, tables sort, contrast is enough, the console is silent: with no results, and all")
    func whole() async throws {
        let workplace = try Workplace()
        var pages = [try await page(of: workplace, "nothing")]
        // One seed, three targets, several draws.
        try workplace.write(
            Workplace.pipeline.replacing("[chalk, oil]", with: "[chalk, ink, oil]")
                .replacing("with: {seed: \"${seed}\"}", with: "with: {seed: \"${seed}\", draws: 4}"))
        #expect(try await workplace.run("spg", "run", "small.yaml").status == 0)
        pages.append(try await page(of: workplace, "whole"))
        try await look(at: pages)
    }

    @Test("So they do with one target, where names of classes and titles are markup, and when the images are gone")
    func hostile() async throws {
        var tree = PictureTree()
        tree.classes = ["<script>", "rings & 'bars'"]
        let workplace = try Workplace(tree)
        try workplace.write(
            Workplace.pipeline.replacing("SPG}", with: "\"\(Self.hostile)\"}").replacing("[chalk, oil]", with: "[oil]"))
        let run = try await workplace.run("spg", "run", "small.yaml")
        #expect(run.status == 0, "\(run.errors)")
        var pages = [try await page(of: workplace, "hostile")]
        try FileManager.default.removeItem(at: workplace.url.appending(path: "data"))
        pages.append(try await page(of: workplace, "gone"))
        try await look(at: pages)
    }

    /// Writes a page about the workplace's pipeline.
    private func page(of workplace: Workplace, _ name: String) async throws -> String {
        let path = workplace.folder.path("\(name).html")
        let outcome = try await workplace.run("spg", "report", "small.yaml", "-o", path)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return path
    }

    /// Requires pages to be as they should in one browser.
    private func look(at pages: [String]) async throws {
        let pictures = Browser.environment["SPG_REPORT_PICTURES"].map { ["--pictures", $0] } ?? []
        let check = try await Python.start("Tests/Browser/check.py", pictures + pages, in: Python.repository).outcome()
        let said = check.output + check.errors
        #expect(check.status == 0, "\(said)")
        #expect(said.components(separatedBy: " charts").count == pages.count + 1, "\(said)")
    }
}

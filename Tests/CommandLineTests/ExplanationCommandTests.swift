import ArtifactStore
import Foundation
import TestSupport
import Testing

@Suite("spg explain, graph, show, diff")
struct ExplanationCommandTests {
    @Test("A changed value and a new image are explained, compared and drawn")
    func all() async throws {
        let workplace = try Workplace()
        let waiting = try await workplace.run("spg", "explain", "small.yaml", "prompts(domain ink, seed 1)")
        #expect(waiting.status == 0, "\(waiting.errors)")
        #expect(waiting.output.contains("missing") && waiting.output.contains("never made"))
        #expect(waiting.output.contains("features(domain ink), not made yet"))
        #expect(try await workplace.run("spg", "run", "small.yaml").status == 0)

        let done = try await workplace.run("spg", "explain", "small.yaml", "spg/target=oil/seed=1")
        #expect(done.output.hasPrefix("spg(target oil, seed 1): done\n"), "\(done.output)")
        #expect(done.output.contains("of processor time") && done.output.contains("accuracy"))
        #expect(done.output.contains("  log "))
        let log = try await workplace.run("spg", "explain", "small.yaml", "spg/target=oil/seed=1", "--log")
        #expect(log.output.contains("evaluate: 24/24 images"), "\(log.output)")

        try workplace.write(Workplace.pipeline.replacing("epochs: 3}\n", with: "epochs: 4}\n"))
        let folder = workplace.url.appending(path: "data/ink/bars")
        try PictureTree.picture(domain: 1, label: 0, number: 77).png().write(to: folder.appending(path: "new.png"))
        let stale = try await workplace.run("spg", "explain", "small.yaml", "spg(target oil, seed 1)")
        #expect(stale.output.hasPrefix("spg(target oil, seed 1): stale\n"), "\(stale.output)")
        #expect(stale.output.contains("epochs 3 → 4") && stale.output.contains("images of ink: 1 added"))
        #expect(stale.output.contains("+ ink/bars/new.png"))
        let graph = try await workplace.run("spg", "graph", "small.yaml")
        #expect(graph.output.contains("[\"prompts<br/>fit<br/>3 stale\"]:::stale"), "\(graph.output)")
        let old = try workplace.query("SELECT evaluation_key FROM results WHERE method = 'SPG' AND target = 'oil'")

        #expect(try await workplace.run("spg", "run", "small.yaml").status == 0)
        guard case .text(let before)? = old.rows.first?.first else { throw CocoaError(.coderValueNotFound) }
        let shown = try await workplace.run("spg", "show", "small/spg/seed=1/target=oil")
        #expect(shown.status == 0 && shown.output.contains("generator: small/generator/seed=1/target=oil"), "\(shown.errors)")
        for name in ["spg(target oil, seed 1)", "spg/target=oil/seed=1", "spg(target oil)"] {
            #expect(try await workplace.run("spg", "show", name).output == shown.output, "\(name)")
        }
        let diff = try await workplace.run("spg", "diff", String(before.prefix(10)), "small/spg/seed=1/target=oil")
        #expect(diff.status == 0 && diff.output.contains("epochs 3 → 4") && diff.output.contains("+ ink/bars/new.png"))
    }

    @Test("Names that mean nothing are refused with what there is; a picture without Graphviz says what to do")
    func mistakes() async throws {
        let workplace = try Workplace()
        let none = try await workplace.run("spg", "explain", "small.yaml", "prompt")
        #expect(none.status == 64 && none.errors.contains("did you mean “prompts”?"), "\(none.errors)")
        let many = try await workplace.run("spg", "explain", "small.yaml", "prompts")
        #expect(many.status == 64 && many.errors.contains("may be any of prompts(domain chalk, seed 1)"))
        let nothing = try await workplace.run("spg", "show", "123456")
        #expect(nothing.status == 65 && nothing.errors.contains("there is no store at “store.sqlite” yet"), "\(nothing.errors)")
        _ = try ArtifactStore(path: workplace.storePath)
        let unknown = try await workplace.run("spg", "show", "123456")
        #expect(unknown.status == 65 && unknown.errors.contains("called “123456”"), "\(unknown.errors)")
        let picture = try await workplace.run(
            "spg", "graph", "small.yaml", "--format", "svg", shell: "PATH=/nowhere;")
        #expect(picture.status == 65 && picture.errors.contains("apt-get install graphviz"), "\(picture.errors)")
    }
}

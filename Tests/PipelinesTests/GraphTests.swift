import ArtifactStore
import Foundation
import Pipelines
import Testing

@Suite("Drawing a plan")
struct GraphTests {
    private func graph(byInstance: Bool = false) throws -> PlanGraph {
        let plan = try plan()
        var states = plan.instances.map { _ in InstanceState.done(created: "", seconds: 1) }
        states[0] = .missing(progress: nil)
        return PlanGraph(plan, states: states, byInstance: byInstance)
    }

    @Test("By stage: a box for each with its states, an arrow for each role, coloured by what needs attention most")
    func stages() throws {
        let lines = try graph().mermaid.split(separator: "\n").map(String.init)
        #expect(lines.first == "flowchart LR")
        #expect(lines.contains("  n0[\"features<br/>extract<br/>1 missing, 2 done\"]:::missing"))
        #expect(lines.contains("  n1[\"Sample\"]"))
        #expect(lines.contains("  n2[\"prompts<br/>fit<br/>6 done\"]:::done"))
        #expect(lines.filter { $0.contains("-->") }.count == 7)
    }

    @Test("By instance: a box for each, and for the images of each domain")
    func instances() throws {
        let dot = try graph(byInstance: true).dot
        #expect(dot.hasPrefix("digraph plan {") && dot.hasSuffix("}"))
        #expect(dot.contains("label=\"prompts\\ndomain ink, seed 2\\ndone\""))
        #expect(dot.split(separator: "\n").count { $0.contains("[label=") } == 19 + 3)
    }

    @Test("Quotes and signs in names do not end a label")
    func escaping() throws {
        let text = sampleText.replacing("name: Sample", with: "name: 'a \"b\" <c>'")
        let plan = try plan(text)
        let states = plan.instances.map { _ in InstanceState.missing(progress: nil) }
        let graph = PlanGraph(plan, states: states, byInstance: false)
        #expect(graph.mermaid.contains("[\"a #quot;b#quot; #lt;c#gt;\"]"))
        #expect(graph.dot.contains("label=\"a \\\"b\\\" <c>\""))
    }

    @Test("A picture takes a program; without it, and where it fails, that is said")
    func svg() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dot-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let missing = #expect(throws: GraphvizError.self) { try graph().svg(path: folder.path) }
        #expect(missing?.description.contains("apt-get install graphviz") == true)

        // Programs of the system in the place of dot: one that prints its file, and one that fails.
        let dot = folder.appendingPathComponent("dot")
        try FileManager.default.createSymbolicLink(atPath: dot.path, withDestinationPath: "/usr/bin/head")
        let failed = #expect(throws: GraphvizError.self) { try graph().svg(path: "/nowhere:" + folder.path) }
        #expect(failed?.description.contains("it exited with status 1") == true)
        try FileManager.default.removeItem(at: dot)
        try FileManager.default.createSymbolicLink(atPath: dot.path, withDestinationPath: "/bin/echo")
        #expect(try graph().svg(path: folder.path).hasPrefix("-Tsvg "))
    }
}

extension Cell {
    fileprivate subscript(textOf axis: String) -> String { value(on: axis)?.text ?? "" }
}

@Suite("Selecting instances")
struct SelectorTests {
    @Test("By stage, by some coordinates, by name, by key")
    func selecting() throws {
        let plan = try plan()
        func names(_ text: String) throws -> [String] { try plan.instances(InstanceSelector(text)).map(\.name) }
        #expect(try names("prompts").count == 6)
        #expect(try names("prompts(domain ink)") == ["prompts(domain ink, seed 1)", "prompts(domain ink, seed 2)"])
        #expect(try names("prompts/seed=2/domain=ink") == ["prompts(domain ink, seed 2)"])
        #expect(try names(plan.instances[4].key.short) == [plan.instances[4].name])
        for instance in plan.instances { #expect(try names(instance.name) == [instance.name]) }
    }

    @Test("Whatever a value holds, its instance is found in every form, and no other with it")
    func anyValues() throws {
        let values = [
            "a, b", "a", "b", "it's", "(x)", ")", "a, seed 2", "a/b=c", "/", "=", "two  words ", "\\\"", "1e-3 ", "a,",
        ]
        let axis = "[" + values.map { JSONValue.string($0).canonicalText }.joined(separator: ", ") + "]"
        let text = sampleText.replacing(
            "results:",
            with: """
                  plot: {uses: command, run: "echo ${word} ${seed} > ${outputs.a}", outputs: {a: a.txt}}
                results:
                """
        ).replacing("  seed: [1, 2]\n", with: "  seed: [1, 2]\n  word: \(axis)\n")
        let plan = try Plan(specification(text), inputs: sampleInputs())
        let plots = plan.instances.filter { $0.stage == "plot" }
        #expect(plots.count == 2 * values.count)
        func keys(_ text: String) throws -> [ArtifactKey] { try plan.instances(InstanceSelector(text)).map(\.key) }
        for instance in plots {
            let seed = instance.cell[textOf: "seed"], word = instance.cell[textOf: "word"]
            for text in [
                instance.name, "plot(word \(word), seed \(seed))", "plot/word=\(word)/seed=\(seed)",
                "plot/seed=\(seed)/word=\(word)",
                instance.key.description,
            ] { #expect(try keys(text) == [instance.key], "\(text)") }
            let words = plots.filter { $0.cell[textOf: "word"] == word }.map(\.key)
            #expect(try keys("plot/word=\(word)") == words)
            // “a, seed 2” is the whole of another instance.
            if word != "a, seed 2" { #expect(try keys("plot(word \(word))") == words) }
        }
        #expect(Set(plots.map(\.key)).count == plots.count)
    }

    @Test("What means nothing, or too much where one is wanted, is said with the names there are")
    func mistakes() throws {
        let plan = try plan()
        func message(_ text: String) -> String? {
            #expect(throws: SelectionError.self) { try plan.instance(InstanceSelector(text)) }?.description
        }
        #expect(
            message("prompt") == "there is no stage “prompt”; did you mean “prompts”? "
                + "(known: features, generator, prompts, spg, zero-shot)")
        #expect(
            message("spg(target chalk)") == "“spg(target chalk)” is not one of spg(target oil, seed 1); "
                + "spg(target oil, seed 2); spg(target ink, seed 1); spg(target ink, seed 2)")
        #expect(
            message("zero-shot")
                == "“zero-shot” may be any of zero-shot(target oil); zero-shot(target ink)")
        #expect(message("") != nil)
        #expect(message("spg(") != nil)
    }
}

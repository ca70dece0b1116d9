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

    @Test("What means nothing, or too much where one is wanted, is said with the names there are")
    func mistakes() throws {
        let plan = try plan()
        func message(_ text: String) -> String? {
            #expect(throws: SelectionError.self) { try plan.instance(InstanceSelector(text)) }?.description
        }
        #expect(message("prompt") == "there is no stage “prompt”; did you mean “prompts”? "
            + "(known: features, generator, prompts, spg, zero-shot)")
        #expect(message("spg(target chalk)") == "“spg(target chalk)” is none of spg(target oil, seed 1); "
            + "spg(target oil, seed 2); spg(target ink, seed 1); spg(target ink, seed 2)")
        #expect(message("zero-shot")
            == "“zero-shot” may be any of zero-shot(target oil); zero-shot(target ink)")
        #expect(message("") != nil)
        #expect(message("spg(") != nil)
    }
}

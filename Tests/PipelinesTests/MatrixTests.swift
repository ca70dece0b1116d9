import ArtifactStore
import Pipelines
import Testing

@Suite("Cells of the matrix")
struct MatrixTests {
    private func text(_ more: String) -> String {
        sampleText.replacing("  seed: [1, 2]\n", with: "  seed: [1, 2]\n" + more)
    }

    private func names(_ more: String, _ stage: String) throws -> [String] {
        try plan(text(more)).instances.filter { $0.stage == stage }.map(\.name)
    }

    private func message(_ more: String) -> String? {
        #expect(throws: SpecificationError.self) { try plan(text(more)) }?.description
    }

    @Test("Excluded cells are not run, nor what only they need")
    func exclude() throws {
        #expect(
            try names("  exclude: [{target: oil, seed: 2}]\n", "spg")
                == ["spg(target oil, seed 1)", "spg(target ink, seed 1)", "spg(target ink, seed 2)"])
        let all = "  exclude: [{seed: 2}]\n"
        #expect(try names(all, "spg") == ["spg(target oil, seed 1)", "spg(target ink, seed 1)"])
        #expect(try names(all, "prompts").allSatisfy { $0.hasSuffix("seed 1)") })
        #expect(try names("  exclude: [{target: ink}]\n", "zero-shot") == ["zero-shot(target oil)"])
    }

    @Test("Included cells are run besides, with values of their own, and alone")
    func include() throws {
        let more = "  include: [{target: chalk, seed: 7}]\n"
        #expect(try names(more, "spg").last == "spg(target chalk, seed 7)")
        #expect(try names(more, "spg").count == 5)
        #expect(try names(more, "prompts").count == 9)
        #expect(try names(more, "zero-shot").count == 3)
    }

    @Test("A name stands for the values that it names, in instances, selections and titles; keys do not know it")
    func naming() throws {
        let more = "  names: {first: {seed: 1}, \"on oil\": {seed: 2, target: oil}}\n"
        #expect(
            try names(more, "spg")
                == ["spg(first, target oil)", "spg(on oil)", "spg(first, target ink)", "spg(target ink, seed 2)"])
        #expect(try names(more, "prompts").first == "prompts(domain chalk, first)")
        #expect(try names(more, "zero-shot") == ["zero-shot(target oil)", "zero-shot(target ink)"])
        let named = try plan(text(more))
        #expect(try named.instances.map(\.key) == plan().instances.map(\.key))
        #expect(try named.instances(InstanceSelector("spg(first)")).count == 2)
        #expect(try named.instance(InstanceSelector("spg/on oil")).name == "spg(on oil)")
        #expect(try named.instance(InstanceSelector("spg(on oil)")).cell.json == ["seed": 2, "target": "oil"])
    }

    @Test("Thousands of cells may have names", .timeLimit(.minutes(2)))
    func manyNames() throws {
        let seeds = 4000
        let list = (1...seeds).map(String.init).joined(separator: ", ")
        let names = (1...seeds).map { "n\($0): {seed: \($0), target: oil}" } + ["ink alone: {target: ink}"]
        let many = try plan(
            """
            pipeline: many
            dataset: {root: Data/sample}
            encoder: {checkpoint: Models/sample}
            matrix: {target: [oil, ink], seed: [\(list)], names: {\(names.joined(separator: ", "))}}
            stages:
              features: {uses: extract}
              prompts: {uses: fit, from: {embeddings: features}, on: sources, with: {seed: "${seed}"}}
            """
        ).instances.filter { $0.stage == "prompts" }.map(\.name)
        #expect(many.prefix(seeds) == (1...seeds).map { "prompts(n\($0))" }[...])
        #expect(many.suffix(seeds) == (1...seeds).map { "prompts(ink alone, seed \($0))" }[...])
    }

    @Test("What runs print is known to the store: names of cells, numbers as the file writes them, values with commas")
    func namesInTheStore() throws {
        let more = """
              word: ["a, b", "3.10", 3.10, 2e-3]
              names: {first: {seed: 1}, "on oil, again": {seed: 2, target: oil}}

            """
        let stage =
            "  note: {uses: command, run: \"note ${word} ${target} ${seed} > ${outputs.a}\", outputs: {a: a.txt}}\nresults:"
        let laboratory = try Laboratory(), plan = try laboratory.plan(text(more).replacing("results:", with: stage))
        try plan.record(in: laboratory.store)
        #expect(try laboratory.store.pipeline("sample") == plan.recordedInstances)
        for instance in plan.instances { try laboratory.make(instance) }
        let names = plan.instances.map(\.name)
        #expect(names.contains("note(on oil, again, word 3.10)") && names.contains("prompts(domain ink, first)"))
        for instance in plan.instances {
            // A text and a number are written alike.
            let isBoth = instance.name.contains("word 3.10")
            let found = try laboratory.store.instances(InstanceSelector(instance.name)).map(\.key)
            #expect(isBoth ? found.count == 2 && found.contains(instance.key) : found == [instance.key], "\(instance.name)")
            if !isBoth { #expect(try laboratory.store.resolve("sample/\(instance.name)") == instance.key) }
        }
        func keys(_ text: String) throws -> [ArtifactKey] { try laboratory.store.instances(InstanceSelector(text)).map(\.key) }
        for text in [
            "note(first)", "note(on oil, again)", "note/word=a, b", "note(word 0.002, first)", "prompts(seed 1)", "spg(first)",
        ] {
            let expected = try plan.instances(InstanceSelector(text)).map(\.key)
            #expect(try keys(text) == expected && !expected.isEmpty, "\(text)")
        }
    }

    @Test("A matrix whose cells make no sense is refused at the place")
    func mistakes() {
        #expect(
            message("  exclude: [{target: oli}]\n") == "sample.yaml:8:22: matrix.exclude.0.target: "
                + "“oli” is not a value of the axis; did you mean “oil”? (known: ink, oil)")
        #expect(
            message("  exclude: [{sed: 1}]\n")
                == "sample.yaml:8:14: matrix.exclude.0.sed: unknown key; did you mean “seed”? (known: seed, target)")
        #expect(
            message("  exclude: [{seed: 1}, {seed: 1}]\n")
                == "sample.yaml:8:24: matrix.exclude.1: the matrix has no such cell to exclude")
        #expect(
            message("  exclude: [{seed: 1}, {seed: 2}]\n")
                == "sample.yaml:6:3: matrix: every cell of the matrix is excluded")
        #expect(
            message("  include: [{seed: 3}]\n") == "sample.yaml:8:13: matrix.include.0: "
                + "a cell to include has a value on every axis; this one has none on “target”")
        #expect(
            message("  include: [{seed: 1, target: oil}]\n")
                == "sample.yaml:8:13: matrix.include.0: the matrix has this cell already")
        #expect(message("  include: [{seed: 1, target: olive}]\n")?.contains("has no domain “olive”") == true)
        #expect(message("  include: 4\n")?.contains("expected a list of cells") == true)
        #expect(message("  exclude: [{}]\n")?.contains("expected values on axes") == true)
        #expect(
            message("  names: {a: {seed: 1}, b: {seed: 1}}\n")
                == "sample.yaml:8:28: matrix.names.b: these values have a name already")
        #expect(
            message("  exclude: [{target: oil, seed: 2}]\n  names: {a: {seed: 2, target: oil}}\n")
                == "sample.yaml:9:14: matrix.names.a: the matrix has no such cell to name")
    }
}

@Suite("Choosing what to run")
struct SelectionTests {
    private func names(
        only: [String] = [], from: [String] = [], until: [String] = [], remakes: Bool = false,
        made: (Instance) -> Bool = { _ in false }
    ) throws -> [String] {
        var selection = Selection()
        selection.only = only.map(InstanceSelector.init)
        selection.from = from.map(InstanceSelector.init)
        selection.until = until.map(InstanceSelector.init)
        selection.remakes = remakes
        let plan = try plan()
        let keys = Set(plan.instances.filter(made).map(\.key))
        return try plan.work(selection, isMade: keys.contains).map(\.name)
    }

    @Test("Until takes inputs along, from what is made of it, only nothing else; together they narrow each other")
    func selecting() throws {
        #expect(try names().count == 19)
        #expect(
            try names(until: ["spg(target oil, seed 1)"]) == [
                "features(domain chalk)", "features(domain ink)", "features(domain oil)", "prompts(domain chalk, seed 1)",
                "prompts(domain ink, seed 1)", "generator(target oil, seed 1)", "spg(target oil, seed 1)",
            ])
        let features = { (instance: Instance) in instance.stage == "features" }
        #expect(
            try names(
                from: ["prompts(domain chalk)"],
                made: {
                    $0.stage == "features" || $0.name.contains("domain oil")
                        || $0.name.contains("domain ink")
                }
            ).count == 2 + 4 + 4)
        #expect(try names(only: ["prompts(domain ink)"], made: features).count == 2)
        #expect(
            try names(from: ["prompts"], until: ["generator(target oil, seed 2)"], made: features) == [
                "prompts(domain chalk, seed 2)", "prompts(domain ink, seed 2)", "generator(target oil, seed 2)",
            ])
        #expect(try names(only: ["features", "prompts"], until: ["spg(target oil, seed 1)"]).count == 5)
    }

    @Test("What is made is left alone, unless it is to be made again")
    func remaking() throws {
        #expect(try names(until: ["generator"], made: { _ in true }) == [])
        #expect(try names(only: ["generator"], remakes: true, made: { _ in true }).count == 4)
    }

    @Test("A selection without what it needs is refused")
    func missingInputs() throws {
        let error = #expect(throws: SelectionError.self) { try names(only: ["generator"]) }
        #expect(
            error?.description.hasPrefix("generator(target oil, seed 1) needs features(domain chalk), which is not made")
                == true)
        #expect(throws: SelectionError.self) { try names(until: ["nothing"]) }
    }
}

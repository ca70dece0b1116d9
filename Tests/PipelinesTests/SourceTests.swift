import ArtifactStore
import Foundation
import Pipelines
import Testing

/// A folder with files of some texts.
private final class Files {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("files-\(UUID().uuidString)")

    init(_ texts: [String: String]) throws {
        for (name, text) in texts {
            let file = folder.appendingPathComponent(name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func read(_ name: String) throws -> Specification {
        try Specification(contentsOf: folder.appendingPathComponent(name), kinds: sampleKinds())
    }

    /// What is wrong with a file, its folder left out.
    func message(_ name: String) -> String? {
        #expect(throws: SpecificationError.self) { try read(name) }?.description.replacing(folder.path + "/", with: "")
    }
}

@Suite("Pipeline files of several parts")
struct ExtendingTests {
    @Test("A file may have a byte order mark and Windows' lines, or be UTF-16; in Latin-1 it is named, with the line")
    func encodings() throws {
        let files = try Files(["plain.yaml": sampleText])
        let windows = "\u{feff}" + sampleText.replacing("\n", with: "\r\n")
        try Data(windows.utf8).write(to: files.folder.appendingPathComponent("mark.yaml"))
        try Data(windows.utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] })
            .write(to: files.folder.appendingPathComponent("wide.yaml"))
        let plain = try Plan(files.read("plain.yaml"), inputs: sampleInputs()).instances.map(\.key)
        for name in ["mark.yaml", "wide.yaml"] {
            #expect(try Plan(files.read(name), inputs: sampleInputs()).instances.map(\.key) == plain)
        }
        try (Data("pipeline: caf".utf8) + [0xe9, 0x0a] + Data(sampleText.utf8)).write(
            to: files.folder.appendingPathComponent("latin.yaml"))
        #expect(
            files.message("latin.yaml")?.contains(
                "latin.yaml: the file cannot be read: it is not UTF-8 text, see line 1, “pipeline: caf\\xe9”") == true)
    }

    static let base = """
        dataset: {root: Data/sample}
        encoder: {checkpoint: Models/sample}
        matrix: {target: [oil, ink], seed: [1, 2]}
        stages:
          features: {uses: extract, with: {views: 4}}
          prompts: {uses: fit, from: {embeddings: features}, with: {seed: "${seed}", epochs: 5}}
          zero-shot: {uses: evaluate, from: {embeddings: features}}
        """

    @Test("A file's own values come over those of the files that it extends, key by key; ~ takes a key out")
    func merging() throws {
        let files = try Files([
            "shared/base.yaml": Self.base, "shared/more.yaml": "extends: base.yaml\nstages: {prompts: {with: {epochs: 6}}}",
            "own.yaml": """
            pipeline: own
            extends: [shared/more.yaml]
            matrix: {seed: [7]}
            stages:
              prompts: {with: {context: x}}
              zero-shot: ~
              spg: {uses: evaluate, from: {embeddings: features}}
            """,
        ])
        let specification = try files.read("own.yaml")
        #expect(specification.name == "own")
        #expect(specification.stages.map(\.name) == ["features", "prompts", "spg"])
        #expect(specification.matrix.map(\.name) == ["target", "seed"])
        let plan = try Plan(specification, inputs: sampleInputs())
        let prompt = try plan.instance(InstanceSelector("prompts(domain ink)"))
        #expect(prompt.recipe.parameters["epochs"] == 6 && prompt.recipe.parameters["context"] == "x")
        #expect(prompt.recipe.parameters["seed"] == 7)
    }

    @Test("Later files come over earlier ones")
    func order() throws {
        let files = try Files([
            "base.yaml": Self.base, "a.yaml": "stages: {prompts: {with: {epochs: 10}}}",
            "b.yaml": "stages: {prompts: {with: {epochs: 20}}}",
            "own.yaml": "extends: [base.yaml, b.yaml, a.yaml]\npipeline: own",
        ])
        let plan = try Plan(files.read("own.yaml"), inputs: sampleInputs())
        #expect(try plan.instances(InstanceSelector("prompts"))[0].recipe.parameters["epochs"] == 10)
    }

    @Test("What is wrong is said at the place where it is written, whichever file that is")
    func places() throws {
        let files = try Files([
            "base.yaml": Self.base.replacing("epochs: 5", with: "epochs: many"), "fine.yaml": Self.base,
            "own.yaml": "extends: base.yaml\npipeline: own", "gone.yaml": "pipeline: own\nextends: [fine.yaml, nothing.yaml]",
            "a.yaml": "extends: b.yaml", "b.yaml": "extends: [fine.yaml, a.yaml]", "self.yaml": "extends: self.yaml",
            "empty.yaml": "", "ofEmpty.yaml": "extends: empty.yaml", "odd.yaml": "extends: {a: 1}",
            "extend.yaml": "extend: fine.yaml",
        ])
        #expect(
            files.message("own.yaml")
                == "base.yaml:6:86: stages.prompts.with.epochs: expected a number, found “many”")
        #expect(
            files.message("gone.yaml") == "gone.yaml:2:22: extends.1: “nothing.yaml” cannot be extended: "
                + "the file cannot be read: there is no such file")
        #expect(files.message("a.yaml") == "b.yaml:1:22: extends.1: “a.yaml” extends, in the end, itself")
        #expect(files.message("self.yaml") == "self.yaml:1:10: extends: “self.yaml” extends, in the end, itself")
        #expect(
            files.message("ofEmpty.yaml")?.hasPrefix(
                "ofEmpty.yaml:1:10: extends: “empty.yaml” cannot be extended: the file is empty") == true)
        #expect(files.message("odd.yaml") == "odd.yaml:1:10: extends: expected the path of a pipeline file, found a mapping")
        #expect(
            files.message("extend.yaml")?.hasPrefix("extend.yaml:1:1: extend: unknown key; did you mean “extends”?") == true)
    }
}

@Suite("References to values of the file")
struct ReferenceTests {
    private func prompt(_ text: String) throws -> JSONValue {
        try plan(text).instance(InstanceSelector("prompts(domain ink, seed 2)")).recipe.parameters
    }

    private func message(_ text: String) -> String? {
        #expect(throws: SpecificationError.self) { try specification(text) }?.description
    }

    private let text = sampleText.replacing(
        "matrix:", with: "values: {rate: 5e-3, word: icon, rates: [0.5, 0.7], seeds: [1, 2]}\nmatrix:")

    @Test("Alone, a reference is the value itself; inside a text, its text; a reference to an axis stays one")
    func values() throws {
        let prompt = try prompt(
            text.replacing("2e-3", with: "\"${values.rate}\", betas: \"${values.rates}\"")
                .replacing("an icon of a", with: "an ${values.word} of ${dataset.name} ${seed}")
                .replacing("[1, 2]\nstages", with: "\"${values.seeds}\"\nstages"))
        #expect(prompt["learningRate"] == 0.005 && prompt["betas"] == [0.5, 0.7])
        #expect(prompt["context"] == "an icon of Sample 2" && prompt["seed"] == 2)
        #expect(
            try specification(text.replacing("spg: SPG", with: "spg: \"SPG on ${dataset.name}\"")).rows[1].title
                == "SPG on Sample")
    }

    @Test("A reference may lead to another one, and to what another stage is given")
    func chains() throws {
        let chained = text.replacing("seeds: [1, 2]", with: "other: \"${values.rate}\"")
            .replacing("2e-3", with: "\"${values.other}\"").replacing("views: 4", with: "views: 3")
            .replacing("context: \"an icon of a\"", with: "epochs: \"${stages.features.with.views}\"")
        let prompt = try prompt(chained)
        #expect(prompt["learningRate"] == 0.005 && prompt["epochs"] == 3)
    }

    private let chosen = sampleText.replacing(
        "matrix:", with: "values: {as: slow, slow: {rate: 1e-3, word: icon}, fast: {rate: 5e-2, word: sign}, to: as}\nmatrix:")

    @Test("A part of a reference's path may be a reference")
    func inner() throws {
        let text = chosen.replacing("2e-3", with: "\"${values.${values.as}.rate}\"")
            .replacing("an icon of a", with: "an ${values.${values.${values.to}}.word} of a ${values.${values.as}.word}")
        #expect(try prompt(text)["learningRate"] == 0.001 && prompt(text)["context"] == "an icon of a icon")
        let fast = text.replacing("as: slow", with: "as: fast")
        #expect(try prompt(fast)["learningRate"] == 0.05 && prompt(fast)["context"] == "an sign of a sign")
        #expect(message(text.replacing("as: slow", with: "as: slwo"))?.contains("the file has no value “values.slwo.") == true)
        for inner in ["seed", "values.slow", "inputs.x"] {
            #expect(
                message(chosen.replacing("2e-3", with: "\"${values.${\(inner)}.rate}\"")) == "sample.yaml:14:68: "
                    + "stages.prompts.with.learningRate: “${\(inner)}” is inside a reference; "
                    + "only a single value of the file is allowed there")
        }
    }

    @Test("What a reference cannot be is said at its place")
    func mistakes() throws {
        #expect(
            message(text.replacing("2e-3", with: "\"${values.raet}\"")) == "sample.yaml:14:68: "
                + "stages.prompts.with.learningRate: the file has no value “values.raet”; did you mean “values.rate”? "
                + "(known: values.rate, values.rates, values.seeds, values.word)")
        #expect(
            message(text.replacing("2e-3", with: "\"${values.word}\""))
                == "sample.yaml:14:68: stages.prompts.with.learningRate: expected a number, found “icon”")
        #expect(
            message(text.replacing("an icon", with: "an ${values.rates}")) == "sample.yaml:14:38: "
                + "stages.prompts.with.context: ${values.rates} is a list, which cannot be put into a text")
        #expect(
            message(text.replacing("rate: 5e-3", with: "rate: \"${values.other}\", other: \"${values.rate}\""))
                == "sample.yaml:5:16: values.rate: a value that refers to itself: values.other → values.rate → values.other")
        #expect(message(text.replacing("rate: 5e-3", with: "rate: \"${values}\""))?.contains("refers to itself") == true)
        #expect(
            message(sampleText.replacing("Data/sample", with: "'Data/${seed}'")) == "sample.yaml:3:17: dataset.root: "
                + "expected the path of a folder, found “Data/${seed}”: only a stage's parameters can name an axis of the matrix"
        )
    }
}

@Suite("Values set on the command line")
struct EditTests {
    private func parameters(_ edits: String...) throws -> JSONValue {
        let specification = try Specification(
            text: sampleText, file: "sample.yaml", kinds: sampleKinds(), edits: edits.map { try SpecificationEdit($0) })
        return try Plan(specification, inputs: sampleInputs()).instance(InstanceSelector("prompts(domain ink, seed 2)"))
            .recipe.parameters
    }

    private func message(_ edit: String) -> String? {
        #expect(throws: SpecificationError.self) { try parameters(edit) }?.description
    }

    @Test("An edit has the effect of the same value in the file")
    func edits() throws {
        let edited = try parameters("stages.prompts.with.learningRate=2e-4", "stages.prompts.with.context=a = b")
        #expect(edited["learningRate"] == 0.0002 && edited["context"] == "a = b")
        #expect(try parameters("stages.prompts.with.betas=[0.1, 0.2]")["betas"] == [0.1, 0.2])
        #expect(try parameters("stages.prompts.with={epochs: 3, seed: \"${seed}\"}")["epochs"] == 3)
        #expect(try parameters("values.x=4", "stages.prompts.with.epochs=${values.x}")["epochs"] == 4)
        #expect(try parameters("matrix.seed.1=2.0")["seed"] == 2)
        let same = try Specification(
            text: sampleText, file: "s", kinds: sampleKinds(),
            edits: [SpecificationEdit("stages.prompts.with.learningRate=2e-4")])
        let keys = try Plan(same, inputs: sampleInputs()).instances.map(\.key)
        #expect(try keys == plan(sampleText.replacing("2e-3", with: "2e-4")).instances.map(\.key))
    }

    @Test("What an edit cannot do is said with the edit as the place")
    func mistakes() throws {
        #expect(
            message("stages.prompts.with.learningRate=fast")
                == "--set stages.prompts.with.learningRate=fast: stages.prompts.with.learningRate: expected a number, found “fast”"
        )
        #expect(
            message("stages.prompts.with.learningrate=1")?.hasPrefix(
                "--set stages.prompts.with.learningrate=1: "
                    + "stages.prompts.with.learningrate: unknown key; did you mean “learningRate”?") == true)
        #expect(
            message("stages.prompt.with.epochs=1")?.hasPrefix(
                "--set stages.prompt.with.epochs=1: "
                    + "stages.prompt: unknown key; did you mean “prompts”?") == true)
        #expect(
            message("stages.prompts.uses.x=1")
                == "--set stages.prompts.uses.x=1: stages.prompts.uses.x: “stages.prompts.uses” is a single value, with nothing under it"
        )
        #expect(
            message("matrix.seed.2=1")
                == "--set matrix.seed.2=1: matrix.seed.2: expected the number of one of the list's 2 elements, from 0")
        #expect(message("epochs") == "--set epochs: expected KEY.PATH=VALUE, such as stages.prompts.with.epochs=50")
        #expect(message("extends=other.yaml")?.contains("is read before its values are set") == true)
        #expect(message("=3") != nil && message("a..b=3") != nil)
        #expect(message("stages.prompts.with.epochs=[") == "--set stages.prompts.with.epochs=[: “[” is not a valid YAML value")
        #expect(message("stages.prompts.with.epochs=")?.hasSuffix("expected a number, found nothing") == true)
    }
}

@Suite("Pipeline files that grow when they are read")
struct BudgetTests {
    private func message(_ text: String, _ edits: String...) -> String? {
        #expect(throws: SpecificationError.self) {
            try Specification(
                text: text, file: "sample.yaml", kinds: sampleKinds(), edits: edits.map { try SpecificationEdit($0) })
        }?.description
    }

    /// Nine lists of ten, each element the list before.
    private func nested(_ first: String, _ line: (Int) -> String) -> String {
        sampleText.replacing(
            "matrix:", with: "values:\n  a0: \(first)\n" + (1...9).map(line).joined(separator: "\n") + "\nmatrix:")
    }

    @Test("Nested aliases, references and files end in an error that says what to do", .timeLimit(.minutes(1)))
    func bombs() throws {
        func ten(_ text: String) -> String { Array(repeating: text, count: 10).joined(separator: ", ") }
        let aliases = nested("&a0 [\(ten("x"))]") { "  a\($0): &a\($0) [\(ten("*a\($0 - 1)"))]" }
        #expect(message(aliases)?.contains("the file has more than 1000000 values once its aliases (*name)") == true)
        for key in ["? *a9 : y", "*a9 : y", "? [*a9, *a9]\n  : y", "{[*a9]: y}: z", "{*a9 : 1}: y"] {
            #expect(
                message(aliases.replacing("matrix:", with: "  \(key)\nmatrix:"))?.hasPrefix("sample.yaml:16:") == true, "\(key)"
            )
        }
        let place = "sample.yaml:16:5: a key must be a word, not a list, a mapping or an alias of one"
        #expect(message(aliases.replacing("matrix:", with: "  ? *a9 : y\nmatrix:")) == place)
        // An anchor stands for what it was given last: an alias of a word is one.
        #expect(message("values: &v [1]\n? &v word\n: 2\n*v : 3")?.contains("the key “word” is given more than once") == true)
        let references = nested("[\(ten("x"))]") { "  a\($0): [\(ten("\"${values.a\($0 - 1)}\""))]" }
        #expect(message(references)?.contains("the file has more than 1000000 values") == true)
        let texts = nested("xxxxxxxxxx") { number in
            "  a\(number): \"" + String(repeating: "${values.a\(number - 1)}", count: 10) + "\""
        }
        #expect(message(texts)?.contains("come to more than 20000000 characters") == true)
        let chain = sampleText.replacing(
            "matrix:",
            with: "values:\n  a0: 1\n"
                + (1...500).map { "  a\($0): \"${values.a\($0 - 1)}\"" }.joined(separator: "\n") + "\nmatrix:")
        #expect(message(chain)?.contains("references that lead to one another more than 100 deep") == true)
        let files = try Files(
            Dictionary(
                uniqueKeysWithValues: (0..<20).map {
                    ("\($0).yaml", "extends: [\($0 + 1).yaml, \($0 + 1).yaml]")
                } + [("20.yaml", "pipeline: x")]))
        #expect(files.message("0.yaml")?.contains("more than 500 files are read for this one") == true)
    }

    @Test("A matrix that is too large to plan is refused before it is multiplied", .timeLimit(.minutes(1)))
    func matrix() {
        let thousand = (1...1000).map(String.init).joined(separator: ", ")
        let text = sampleText.replacing("seed: [1, 2]", with: "seed: [\(thousand)]\n  a: [\(thousand)]\n  b: [\(thousand)]")
        #expect(
            message(text)?.hasPrefix("sample.yaml:6:3: matrix: a matrix of 2 × 1000 × 1000 × 1000 cells; at most 250000")
                == true)
    }

    @Test("What YAML 1.1 merges is not merged, and that is said with what to write")
    func merging() {
        let text = sampleText.replacing("matrix:", with: "values: &v {seed: [1]}\nmatrix:\n  <<: *v")
        #expect(
            message(text) == "sample.yaml:7:3: YAML's merge key “<<” is not supported; put what is "
                + "shared in a separate file and use “extends: FILE”, or put it under “values” and use ${values.NAME}")
    }

    @Test("An edit that would undo another one is refused; one that refines it is taken")
    func edits() throws {
        #expect(
            message(sampleText, "stages.prompts.with.epochs=5", "stages.prompts.with.epochs=5")
                == "--set stages.prompts.with.epochs=5: stages.prompts.with.epochs: "
                + "this would undo --set stages.prompts.with.epochs=5; leave one of the two out")
        #expect(
            message(sampleText, "stages.prompts.with.epochs=5", "stages.prompts.with={seed: 3}")?
                .contains("this would undo --set stages.prompts.with.epochs=5") == true)
        let edits = try ["stages.prompts.with={seed: \"${seed}\"}", "stages.prompts.with.epochs=7"].map {
            try SpecificationEdit($0)
        }
        let plan = try Plan(
            Specification(text: sampleText, file: "s", kinds: sampleKinds(), edits: edits), inputs: sampleInputs())
        #expect(try plan.instances(InstanceSelector("prompts"))[0].recipe.parameters["epochs"] == 7)
    }
}

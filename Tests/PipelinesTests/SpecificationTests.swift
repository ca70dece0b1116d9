import ArtifactStore
import Foundation
import Pipelines
import Testing

@Suite("Reading a pipeline file")
struct SpecificationTests {
    @Test("A whole file is read")
    func wholeFile() throws {
        let specification = try specification()
        #expect(specification.name == "sample")
        #expect(specification.dataSet.root == "Data/sample")
        #expect(specification.dataSet.name == "Sample")
        #expect(specification.dataSet.onBadImage == .fail)
        #expect(specification.checkpoint.value == "Models/sample")
        #expect(specification.matrix.map(\.name) == ["target", "seed"])
        #expect(specification.stages.map(\.name) == ["features", "prompts", "generator", "zero-shot", "spg"])
        #expect(specification.rows.map(\.title) == ["Zero-shot CLIP", "SPG"])
    }

    @Test("Names that YAML takes for numbers stay names where a name is meant")
    func numericNames() throws {
        let text = sampleText.replacing("[oil, ink]", with: "[38, 043]").replacing(
            "pipeline: sample", with: "pipeline: 7")
        let specification = try specification(text)
        #expect(specification.name == "7")
        #expect(specification.matrix[0].values.map(\.value.json) == ["38", "043"])
    }

    @Test("Without `results`, every evaluation is a row under its stage's name, in the order of the file")
    func defaultRows() throws {
        let text = sampleText.replacing("results: {zero-shot: Zero-shot CLIP, spg: SPG}", with: "")
        #expect(try specification(text).rows.map(\.title) == ["zero-shot", "spg"])
    }

    @Test("Of the rows that are listed, what they need is planned, with the keys of the whole; the others are left out")
    func keptRows() throws {
        let text = sampleText + "\nrows: [zero-shot]"
        #expect(try specification(text).rows.map(\.title) == ["Zero-shot CLIP"])
        #expect(try specification(text).stages.map(\.name) == ["features", "zero-shot"])
        let (part, whole) = (try plan(text).instances.map(\.key), try plan().instances.map(\.key))
        #expect(part.count == 3 + 2 && Set(part).isSubset(of: whole))
        let chosen = sampleText + "\nvalues: {rows: [spg, zero-shot]}\nrows: \"${values.rows}\""
        #expect(try plan(chosen).instances.map(\.key) == whole)
        #expect(try specification(chosen).rows.map(\.stage) == ["zero-shot", "spg"])
    }

    @Test("A data set without a name is called as its folder")
    func dataSetName() throws {
        #expect(try specification(sampleText.replacing(", name: Sample", with: "")).dataSet.name == "sample")
    }

    @Test("A file that is not there is named")
    func missingFile() {
        let error = #expect(throws: SpecificationError.self) {
            try Specification(contentsOf: URL(fileURLWithPath: "/nowhere/x.yaml"), kinds: sampleKinds())
        }
        #expect(error?.description == "/nowhere/x.yaml: the file cannot be read: there is no such file")
    }

    /// A change to the sample, and the error that it brings.
    struct Fault: CustomTestStringConvertible {
        let old: String, new: String, message: String
        init(_ old: String, _ new: String, _ message: String) {
            (self.old, self.new, self.message) = (old, new, message)
        }
        var testDescription: String { "\(old) → \(new)" }
    }

    static let faults = [
        // YAML itself
        Fault(
            "  target: [oil, ink]", "\ttarget: [oil, ink]",
            "sample.yaml:6:1: the file is not valid YAML: found character that "
                + "cannot start any token while scanning for the next token, from line 6 on; "
                + "YAML is indented with spaces, never with tabs"),
        Fault(
            "  seed: [1, 2]\n", "  seed: [1, 2]\n  seed: [3]\n",
            "sample.yaml:7:3: the key “seed” is given more than once; first here"),
        Fault(
            "[oil, ink]", "[oil, ink",
            "sample.yaml:7:7: the file is not valid YAML: did not find expected ',' or ']' "
                + "while parsing a flow sequence, from line 6 on"),
        Fault(
            "results:", "---\nresults:",
            "sample.yaml:20:1: the file is not valid YAML: but found another document "
                + "expected a single document in the stream, from line 1 on"),
        Fault(
            "name: Sample", "name: \"Sämple\u{7}\"",
            "sample.yaml:3:43: the file is not valid YAML: control characters are not allowed"),
        // The top
        Fault(
            "pipeline: sample\n", "pipeline: sample\ntargets: {}\n",
            "sample.yaml:3:10: targets: expected data sets to test on, found none"),
        Fault("pipeline: sample\n", "", "sample.yaml:2:1: the key “pipeline” is missing"),
        Fault(
            "pipeline: sample", "pipeline:", "sample.yaml:2:10: pipeline: expected the pipeline's name, found nothing"),
        Fault(
            "matrix:", "matirx:",
            "sample.yaml:5:1: matirx: unknown key; did you mean “matrix”? "
                + "(known: columns, dataset, encoder, executor, executors, extends, matrix, pipeline, results, rows, stages, targets, tune, values)"
        ),
        Fault(
            "spg: SPG}", "spg: SPG}\nrows: [sgp]",
            "sample.yaml:21:8: rows.0: the table has no row of this stage; did you mean “spg”? (known: spg, zero-shot)"),
        Fault(
            "spg: SPG}", "spg: SPG}\nrows: []",
            "sample.yaml:21:7: rows: expected rows of the table; there are: zero-shot, spg"),
        // Data set and encoder
        Fault("root: Data/sample, ", "", "sample.yaml:3:10: dataset: the key “root” is missing"),
        Fault(
            "name: Sample", "domains: []",
            "sample.yaml:3:39: dataset.domains: expected a list of domains, found an empty one"),
        Fault(
            "name: Sample", "domains: [oil, oil]",
            "sample.yaml:3:45: dataset.domains.1: the domain “oil” is listed twice"),
        Fault(
            "name: Sample", "onBadImage: skipp",
            "sample.yaml:3:42: dataset.onBadImage: expected “fail” or “skip”, found “skipp”"),
        Fault(
            "{checkpoint: Models/sample}", "Models/sample",
            "sample.yaml:4:10: encoder: expected an encoder, "
                + "such as {checkpoint: Models/icon-clip}, found “Models/sample”"),
        Fault(
            "{checkpoint: Models/sample}", "{chekpoint: Models/sample}",
            "sample.yaml:4:11: encoder.chekpoint: unknown key; "
                + "did you mean “checkpoint”? (known: checkpoint, imported, precision, preprocessing, textPrecision)"),
        Fault(
            "{checkpoint: Models/sample}", "{checkpoint: Models/sample, precision: half}",
            "sample.yaml:4:49: encoder.precision: expected “float32” or “bf16”, found “half”"),
        // Matrix
        Fault(
            "[1, 2]", "1",
            "sample.yaml:7:9: matrix.seed: expected a list of values, such as [1, 2, 3], found the number 1"),
        Fault("[1, 2]", "[]", "sample.yaml:7:9: matrix.seed: expected a list of values, found an empty one"),
        Fault(
            "[1, 2]", "[1, 1.0]",
            "sample.yaml:7:13: matrix.seed.1: 1 and 1.0 are the same number; put them in quotes if they are texts"),
        Fault("[1, 2]", "[1, [2]]", "sample.yaml:7:13: matrix.seed.1: expected a number or a text, found a list"),
        Fault(
            "  seed: [1, 2]", "  seed: [1, 2]\n  width: [8]",
            "sample.yaml:8:3: matrix.width: no stage uses this axis; "
                + "write ${width} where its values belong, or leave it out"),
        Fault(
            "  target: [oil, ink]", "  domain: [oil, ink]",
            "sample.yaml:6:3: matrix.domain: “domain” is the axis of the "
                + "stages that run for each domain; choose another name"),
        Fault(
            "  target: [oil, ink]\n", "",
            "sample.yaml:13:3: stages.generator: it has a target domain, "
                + "so the matrix needs the axis target: [DOMAIN, …]"),
        // Stages
        Fault(
            "uses: extract, with", "uses: extract, resources: {memory: lots}, with",
            "sample.yaml:9:49: stages.features.resources.memory: expected an amount of memory, such as 800 MB or 4 GB, "
                + "found “lots”"),
        Fault(
            "uses: extract", "use: extract",
            "sample.yaml:9:14: stages.features.use: unknown key; did you mean “uses”? "
                + "(known: from, on, resources, uses, where, with)"),
        Fault("uses: extract, ", "", "sample.yaml:9:3: stages.features: the key “uses” is missing"),
        Fault(
            "uses: extract", "uses: extrakt",
            "sample.yaml:9:20: stages.features.uses: no kind of stage has the name "
                + "“extrakt”; did you mean “extract”? (known: cgan, command, evaluate, extract, fit, import)"),
        Fault(
            "    from: {embeddings: features}\n", "",
            "sample.yaml:10:3: stages.prompts: “fit” takes embeddings from another "
                + "stage: add from: {embeddings: STAGE}"),
        Fault(
            "from: {embeddings: features}\n", "from: {embedings: features}\n",
            "sample.yaml:12:12: stages.prompts.from.embedings: "
                + "unknown key; did you mean “embeddings”? (known: embeddings)"),
        Fault(
            "from: {embeddings: features}\n", "from: {embeddings: feature}\n",
            "sample.yaml:12:24: stages.prompts.from.embeddings: "
                + "there is no stage “feature”; did you mean “features”? (known: features, generator, spg, zero-shot)"),
        Fault(
            "generator: generator}", "generator: prompts}",
            "sample.yaml:19:65: stages.spg.from.generator: "
                + "“prompts” makes prompts, but generator takes a generator"),
        Fault(
            "{uses: extract, with", "{uses: extract, on: sources, with",
            "sample.yaml:9:33: stages.features.on: "
                + "a stage that uses “extract” cannot choose what it runs on; leave “on” out"),
        Fault(
            "uses: fit", "uses: fit\n    on: target",
            "sample.yaml:12:9: stages.prompts.on: expected “domain” or “sources”, found “target”"),
        // Parameters
        Fault(
            "views: 4", "view: 4",
            "sample.yaml:9:36: stages.features.with.view: unknown key; did you mean “views”? (known: policy, views)"),
        Fault(
            "learningRate: 2e-3", "learning-rate: 2e-3",
            "sample.yaml:13:54: stages.prompts.with.learning-rate: unknown key; "
                + "did you mean “learningRate”? "
                + "(known: balanced, betas, context, epochs, initial, learningRate, seed, textPrecision)"),
        Fault(
            "learningRate: 2e-3", "learningRate: fast",
            "sample.yaml:13:68: stages.prompts.with.learningRate: "
                + "expected a number, found “fast”"),
        Fault(
            "learningRate: 2e-3", "learningRate: \"2e-3\"",
            "sample.yaml:13:68: stages.prompts.with.learningRate: "
                + "expected a number, found “2e-3”; leave the quotes out"),
        Fault(
            "learningRate: 2e-3", "learningRate: .inf",
            "sample.yaml:13:68: stages.prompts.with.learningRate: "
                + "expected a number, found “.inf”"),
        Fault(
            "learningRate: 2e-3", "learningRate: [1]",
            "sample.yaml:13:68: stages.prompts.with.learningRate: "
                + "expected a number, found a list"),
        Fault(
            "learningRate: 2e-3", "balanced: yes",
            "sample.yaml:13:64: stages.prompts.with.balanced: "
                + "expected true or false, found “yes”"),
        Fault(
            "learningRate: 2e-3", "betas: [0.9, x]",
            "sample.yaml:13:67: stages.prompts.with.betas.1: expected a number, found “x”"),
        Fault(
            "context: \"an icon of a\"", "context: 4",
            "sample.yaml:13:38: stages.prompts.with.context: "
                + "expected a text, found the number 4; write \"4\" in quotes if it is meant as a text"),
        // References
        Fault(
            "context: \"an icon of a\"", "context: \"${sed}\"",
            "sample.yaml:13:38: stages.prompts.with.context: "
                + "the matrix has no axis “sed”; did you mean “seed”? (known: domain, seed, target)"),
        Fault(
            "context: \"an icon of a\"", "context: \"${seed\"",
            "sample.yaml:13:38: stages.prompts.with.context: "
                + "“${” without its “}”; an axis of the matrix is written ${seed}"),
        Fault(
            "learningRate: 2e-3", "epochs: \"${target}\"",
            "sample.yaml:13:62: stages.prompts.with.epochs: "
                + "expected a number, but the axis “target” has the value \"oil\""),
        Fault(
            "learningRate: 2e-3", "epochs: \"1${seed}\"",
            "sample.yaml:13:62: stages.prompts.with.epochs: "
                + "expected a number, found the text “1${seed}”; write the axis alone"),
        Fault(
            "template: \"an icon of a {}.\"", "template: \"${domain} {}.\"",
            "sample.yaml:18:3: stages.zero-shot: "
                + "${domain} is known only in a stage that runs for each domain, which this one does not"),
        // Results
        Fault(
            "spg: SPG", "sgp: SPG",
            "sample.yaml:20:38: results.sgp: no stage has this name; did you mean “spg”? (known: spg, zero-shot)"),
        Fault(
            "spg: SPG", "prompts: SPG",
            "sample.yaml:20:38: results.prompts: this stage makes no evaluation; those that do: zero-shot, spg"),
    ]

    @Test("What is wrong is said with its place, its key, and the way out", arguments: faults)
    func fault(_ fault: Fault) {
        let text = sampleText.replacing(fault.old, with: fault.new, maxReplacements: 1)
        #expect(text != sampleText)
        let error = #expect(throws: SpecificationError.self) { try specification(text) }
        #expect(error?.description == fault.message)
    }

    @Test("An empty file and one of comments only say what belongs in them", arguments: ["", "# nothing yet\n"])
    func empty(_ text: String) {
        let error = #expect(throws: SpecificationError.self) { try specification(text) }
        #expect(
            error?.description
                == "sample.yaml: the file is empty; "
                + "a pipeline has the keys pipeline, extends, dataset, targets, encoder, values, matrix, stages, results, "
                + "rows, columns, executor, executors, tune"
        )
    }

    @Test("Stages that take their inputs from one another are shown in a row")
    func cycle() {
        var kinds = sampleKinds()
        kinds[1].roles[0].scope = .cell
        kinds[1].roles[0].kind = .prompt
        let text = """
            pipeline: p
            dataset: {root: D}
            encoder: {checkpoint: C}
            stages:
              c: {uses: fit, from: {embeddings: b}}
              a: {uses: fit, from: {embeddings: c}}
              b: {uses: fit, from: {embeddings: a}}
            """
        let error = #expect(throws: SpecificationError.self) { try specification(text, kinds: kinds) }
        #expect(
            error?.description == "sample.yaml:5:3: stages.c: stages take their inputs from one another: a → b → c → a")
    }

    @Test("Any text at all is read or refused, never a crash", arguments: 0..<200)
    func damagedText(_ seed: Int) throws {
        var bytes = Array(sampleText.utf8)
        // A few bytes overwritten at places that the seed fixes.
        for step in 0..<3 {
            let hash = digest("\(seed) \(step)").bytes
            bytes[(Int(hash[0]) << 8 | Int(hash[1])) % bytes.count] =
                [0x7B, 0x5D, 0x26, 0x2A, 0x0A, 0x3A, 0x22, 0x09][Int(hash[2]) % 8]
        }
        do { _ = try specification(String(decoding: bytes, as: UTF8.self)) } catch is SpecificationError {}
    }
}

import ArtifactStore
import Foundation
import Stages
import Tensors
import TestSupport
import Testing

/// A store with a model of every method, made by a pipeline on small pictures.
struct ModelWorkplace {
    let workplace: Workplace

    init() async throws {
        workplace = try Workplace()
        try workplace.write(Self.pipeline)
        let run = try await workplace.run("spg", "run", "small.yaml")
        try #require(run.status == 0, "\(run.errors)")
    }

    /// The evaluations.
    static let stages = [
        "zero-shot", "ensemble", "average", "nearest", "bank", "specific", "spg", "draws", "regressor", "flow", "dpspg",
        "cocoop",
        "dapl", "ad-clip", "vpt", "maple",
    ]

    private static let learning = #"seed: "${seed}", batchSize: 8, epochs: 2"#

    private static let pipeline = """
        pipeline: small
        dataset: {root: data, name: Small}
        encoder: {checkpoint: clip}
        matrix: {target: [chalk], seed: [1]}
        stages:
          features: {uses: extract, with: {views: 1, statistics: true}}
          zero-shot: {uses: evaluate-zero-shot, from: {embeddings: features}, with: {template: "a {}."}}
          ensemble: {uses: evaluate-zero-shot, from: {embeddings: features}, with: {templates: ["a {}.", dtd]}}
          prompts: {uses: fit, from: {embeddings: features}, with: {\(learning), context: "", contextLength: 2}}
          average: {uses: evaluate-prompts, from: {embeddings: features, prompts: prompts}}
          nearest:
            uses: evaluate-prompts
            from: {embeddings: features, prompts: prompts, sources: features}
            with: {combine: nearest}
          bank:
            uses: evaluate-prompts
            from: {embeddings: features, prompts: prompts, sources: features}
            with: {combine: similarity}
          specific-prompts:
            uses: fit
            from: {embeddings: features}
            with: {\(learning), context: "", contextLength: 2, classSpecificContexts: true}
          specific: {uses: evaluate-prompts, from: {embeddings: features, prompts: specific-prompts}}
          generator:
            uses: cgan
            from: {embeddings: features, prompts: prompts}
            with: {\(learning), warmUpEpochs: 1, latentDimension: 8}
          spg: {uses: evaluate-generator, from: {embeddings: features, generator: generator}, with: {seed: 3}}
          draws:
            uses: evaluate-generator
            from: {embeddings: features, generator: generator}
            with: {draws: 3, average: probabilities}
          regressor-generator: {uses: regressor, from: {embeddings: features, prompts: prompts}, with: {\(learning)}}
          regressor: {uses: evaluate-generator, from: {embeddings: features, generator: regressor-generator}}
          flow-generator: {uses: flow, from: {embeddings: features, prompts: prompts}, with: {\(learning)}}
          flow: {uses: evaluate-generator, from: {embeddings: features, generator: flow-generator}}
          pairs:
            uses: fit-dual
            from: {embeddings: features}
            with: {\(learning), context: "", negativeContext: "", contextLength: 2}
          dpspg-generator:
            uses: dual-path
            from: {embeddings: features, prompts: pairs}
            with: {\(learning), latestEpoch: 2}
          dpspg: {uses: evaluate-generator, from: {embeddings: features, generator: dpspg-generator}}
          conditional:
            uses: fit-cocoop
            from: {embeddings: features}
            with: {\(learning), context: "", contextLength: 2}
          cocoop: {uses: evaluate-generator, from: {embeddings: features, generator: conditional}}
          network:
            uses: fit-dpl
            from: {embeddings: features}
            with: {seed: 1, contextLength: 2, hiddenWidth: 16, batchSize: 4, steps: 6, validateEvery: 3}
          dpl: {uses: evaluate-dpl, from: {embeddings: features, generator: network}, with: {batchSize: 7}}
          adapted:
            uses: fit-dapl
            from: {embeddings: features, target: features}
            with: {\(learning), contextLength: 2, domainContextLength: 2, domainWords: false, threshold: 0.3}
          dapl: {uses: evaluate-dapl, from: {embeddings: features, generator: adapted}}
          projectors:
            uses: fit-ad-clip
            from: {embeddings: features, target: features}
            with: {\(learning), scales: 2, imageTokens: 2, hiddenWidth: 8, styleHiddenWidth: 8}
          ad-clip: {uses: evaluate-ad-clip, from: {embeddings: features, projectors: projectors}}
          vpt-prompts:
            uses: fit-vpt
            from: {embeddings: features}
            with: {\(learning), promptLength: 2, depth: 2, template: "a {}."}
          vpt: {uses: evaluate-vision-prompts, from: {embeddings: features, generator: vpt-prompts}}
          maple-prompts:
            uses: fit-maple
            from: {embeddings: features}
            with: {\(learning), contextLength: 2, depth: 2, context: ""}
          maple: {uses: evaluate-vision-prompts, from: {embeddings: features, generator: maple-prompts}}
        results: {zero-shot: Zero-shot CLIP}
        """

    /// What an evaluation has for each image, by its path: the class and the bits of its probability and spread.
    func evaluated(_ stage: String) throws -> [String: Answer] {
        let store = try workplace.store, key = try store.resolve("\(stage)(target chalk)")
        let evaluation = try store.evaluation(key), manifest = try store.manifest(evaluation.manifest)
        return Dictionary(
            uniqueKeysWithValues: evaluation.predictions.map { prediction in
                (
                    manifest.images[prediction.position].path.text,
                    Answer(
                        name: manifest.classes[prediction.predicted].text, probability: Float(prediction.probability),
                        spread: prediction.spread.map { Float($0) })
                )
            })
    }

    struct Answer: Equatable {
        var name: String
        var probability: Float
        var spread: Float?
    }

    /// What is printed as JSON lines, in its order.
    static func answers(in output: String) throws -> [(path: String, answer: Answer)] {
        try output.split(separator: "\n").map { line in
            let value = try JSONValue(parsing: String(line))
            func text(_ name: String) throws -> String {
                guard case .string(let text)? = value[name] else { throw Missing(name: name) }
                return text
            }
            return (
                try text("image"),
                Answer(
                    name: try text("class"), probability: Float(value["probability"]?.number ?? .nan),
                    spread: value["spread"]?.number.map { Float($0) })
            )
        }
    }

    struct Missing: Error { let name: String }
}

@Suite("Predictions on files of pictures") struct PredictTests {
    @Test(
        "The same image has the same probability as in the evaluation, to the last bit, whatever is beside it",
        .enabled(if: Tensor.independentRows < 2048, "BLAS's last bits depend on what is beside a row"))
    func equality() async throws {
        let models = try await ModelWorkplace(), workplace = models.workplace
        for stage in ModelWorkplace.stages {
            let expected = try models.evaluated(stage)
            let whole = try await workplace.run(
                "spg", "predict", "\(stage)(target chalk)", "data/chalk", "--checkpoint", "clip", "--format", "jsonl")
            #expect(whole.status == 0, "\(stage): \(whole.errors)")
            let answers = try ModelWorkplace.answers(in: whole.output)
            #expect(answers.count == expected.count)
            for (path, answer) in answers { #expect(expected[workplace.folder.path(path)] == answer, "\(stage): \(path)") }
        }
        // One alone, by the pipeline's name for it, its checkpoint found there.
        for stage in ["spg", "zero-shot", "bank", "maple"] {
            let expected = try models.evaluated(stage), image = "data/chalk/rings/3.jpg"
            let one = try await workplace.run(
                "spg", "predict", "\(stage)(target chalk)", image, "--pipeline", "small.yaml", "--format", "jsonl")
            #expect(one.status == 0, "\(one.errors)")
            let answer = try #require(ModelWorkplace.answers(in: one.output).first)
            #expect(expected[workplace.folder.path(image)] == answer.answer, "\(stage)")
        }
    }

    @Test(
        "Batches of DPL are the images that are given, in their order: in the evaluation's order they have its probabilities",
        .enabled(if: Tensor.independentRows < 2048, "BLAS's last bits depend on what is beside a row"))
    func batches() async throws {
        let models = try await ModelWorkplace(), workplace = models.workplace
        let store = try workplace.store, key = try store.resolve("dpl(target chalk)")
        let paths = try store.manifest(store.evaluation(key).manifest).images.map(\.path.text)
        let recipe = try #require(try store.artifact(key)).recipe
        let order = try #require(try DPLEvaluation.order(of: paths.count, recipe.parameters.parameters()))
        let list = order.map { paths[$0] }.joined(separator: "\n")
        try Data(list.utf8).write(to: workplace.url.appending(path: "list"))
        let outcome = try await workplace.start(
            "spg", ["predict", key.description, "-", "--checkpoint", "clip", "--format", "jsonl"], shell: "exec < list;"
        ).outcome()
        #expect(outcome.status == 0, "\(outcome.errors)")
        let expected = try models.evaluated("dpl"), answers = try ModelWorkplace.answers(in: outcome.output)
        #expect(answers.map(\.path) == order.map { paths[$0] })
        for (path, answer) in answers { #expect(expected[path] == answer) }
    }

    @Test("Prompts and weights predict by their own keys; other artifacts are no models")
    func keys() async throws {
        let models = try await ModelWorkplace(), workplace = models.workplace, store = try workplace.store
        for name in [
            "prompts(domain ink)", "specific-prompts(domain ink)", "generator", "flow-generator", "conditional", "network",
            "adapted", "projectors", "vpt-prompts", "maple-prompts",
        ] {
            let outcome = try await workplace.run(
                "spg", "predict", store.resolve(name).description, "data/ink/bars", "--checkpoint", "clip", "--format", "csv")
            #expect(outcome.status == 0 && outcome.lines.count == 9, "\(name): \(outcome.errors)")
        }
        for (name, words) in [
            ("features(domain ink)", "is features of images, not a model"), ("pairs(domain ink)", "is a pair of prompts"),
            ("nothing", "nothing"),
        ] {
            let outcome = try await workplace.run("spg", "predict", name, "data", "--checkpoint", "clip")
            #expect(outcome.status == 65 && outcome.errors.contains(words), "\(outcome.errors)")
            #expect(outcome.output.isEmpty)
        }
        let other = try await workplace.run("spg", "predict", "spg", "data", "--checkpoint", Self.iconCLIP)
        #expect(other.status == 65 && other.errors.contains("were made with the encoder"), "\(other.errors)")
    }

    /// The repository's own model.
    static let iconCLIP = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Models/icon-clip").standardizedFileURL.path

    @Test("Classes may be others, but for methods with vectors of each class; draws and templates where there are such")
    func changes() async throws {
        let models = try await ModelWorkplace(), workplace = models.workplace
        func predict(_ model: String, _ arguments: String...) async throws -> Program.Outcome {
            try await workplace.start(
                "spg", ["predict", model, "data/chalk/bars", "--checkpoint", "clip"] + arguments
            ).outcome()
        }
        let classes = try await predict("spg", "--classes", "dog, cat,horse", "--top", "3", "--format", "csv")
        #expect(classes.status == 0, "\(classes.errors)")
        #expect(classes.lines[0] == "image,sha256,class,probability,class_2,probability_2,class_3,probability_3")
        let fields = try #require(classes.lines.last).split(separator: ",").map(String.init)
        #expect(Set([fields[2], fields[4], fields[6]]) == ["dog", "cat", "horse"])
        let probabilities = [fields[3], fields[5], fields[7]].compactMap { Float($0) }
        #expect(probabilities == probabilities.sorted(by: >) && abs(probabilities.reduce(0, +) - 1) < 1e-5)

        let draws = try await predict("spg", "--draws", "4", "--format", "tsv")
        #expect(draws.status == 0 && draws.lines[0] == "image\tsha256\tclass\tprobability\tspread", "\(draws.errors)")
        let spread = try #require(draws.lines[1].split(separator: "\t").last.flatMap { Float($0) })
        #expect(spread > 0 && spread < 1)

        let zeroShot = try await workplace.run(
            "spg", "predict", "zero-shot", "data/chalk/bars/1.jpg", "--template", "a {}.", "--classes", "bars,checks,rings",
            "--checkpoint", "clip", "--format", "jsonl")
        #expect(zeroShot.status == 0, "\(zeroShot.errors)")
        let expected = try models.evaluated("zero-shot")[workplace.folder.path("data/chalk/bars/1.jpg")]
        #expect(try ModelWorkplace.answers(in: zeroShot.output).map(\.answer) == [try #require(expected)])

        try Data("dog\ncat\n\n".utf8).write(to: workplace.url.appending(path: "classes"))
        #expect(try await predict("average", "--classes-file", "classes").status == 0)
        for (model, arguments, status, words) in [
            ("specific", ["--classes", "dog,cat"], 65, "has learned vectors of their own for each of its 3 classes"),
            ("spg", ["--classes", "dog,cat,dog"], 65, "“dog” is named twice, as number 1 and as number 3"),
            ("spg", ["--classes", "dog"], 65, "nothing to tell apart"),
            ("spg", ["--classes", "dog,,cat"], 65, "number 2 is empty"),
            (
                "spg", ["--classes", "dog," + String(repeating: "long ", count: 40)], 65,
                "tokens, but this text encoder reads 24"
            ),
            ("spg", ["--classes-file", "none"], 65, "none"),
            ("spg", ["--classes", "a,b", "--classes-file", "classes"], 64, "not both"),
            ("average", ["--draws", "3"], 65, "draws none"), ("spg", ["--draws", "0"], 64, "--draws must be"),
            ("spg", ["--template", "a {}."], 65, "has its own prompts"), ("spg", ["--top", "0"], 64, "--top must be"),
            ("zero-shot", ["--template", "a"], 64, "templates"),
        ] {
            let outcome = try await workplace.start(
                "spg", ["predict", model, "data/chalk/bars", "--checkpoint", "clip"] + arguments
            ).outcome()
            #expect(outcome.status == status && outcome.errors.contains(words), "\(arguments): \(outcome.errors)")
            #expect(outcome.output.isEmpty, "\(outcome.output)")
        }
        // What cannot predict is no bundle either.
        let long = "dog," + String(repeating: "long ", count: 40)
        let bundle = try await workplace.run(
            "spg", "bundle", "spg(target chalk)", "--classes", long, "--checkpoint", "clip", "-o", "long.spg")
        #expect(bundle.status == 65 && bundle.errors.contains("but this text encoder reads 24"), "\(bundle.errors)")
        #expect(!FileManager.default.fileExists(atPath: workplace.folder.path("long.spg")))
    }

    @Test("Bad files are named and counted, and the rest is predicted, in the order of the input")
    func badFiles() async throws {
        let workplace = try Workplace(), files = FileManager.default
        let zeroShot = [
            "predict", "zero-shot", "--template", "a {}.", "--classes", "bars,checks,rings", "--checkpoint", "clip",
        ]
        func predict(_ arguments: [String], shell: String = "") async throws -> Program.Outcome {
            try await workplace.start("spg", zeroShot + arguments, shell: shell).outcome()
        }
        let folder = workplace.url.appending(path: "mixed")
        try files.createDirectory(at: folder.appending(path: "deep/er"), withIntermediateDirectories: true)
        let picture = try Data(contentsOf: workplace.url.appending(path: "data/ink/bars/0.png"))
        for name in ["a.png", "deep/er/b.PNG", "line\nbreak.png", ".hidden.png", "z.jpg"] {
            try picture.write(to: folder.appending(path: name))
        }
        try Data("no picture".utf8).write(to: folder.appending(path: "c.png"))
        try Data("notes".utf8).write(to: folder.appending(path: "notes.txt"))
        try files.createSymbolicLink(atPath: folder.appending(path: "deep/back").path, withDestinationPath: "..")
        let found = ["mixed/a.png", "mixed/deep/er/b.PNG", "mixed/line\nbreak.png", "mixed/z.jpg"]

        let lines = try await predict(["mixed/", "data/oil/bars/1.jpg", "gone.png", "--format", "jsonl"])
        #expect(lines.status == 65)
        #expect(try ModelWorkplace.answers(in: lines.output).map(\.path) == found + ["data/oil/bars/1.jpg"])
        #expect(lines.errors.contains("Error: mixed/c.png is not an image of a supported format"), "\(lines.errors)")
        #expect(lines.errors.contains("Error: mixed/deep/back is a link back to mixed"), "\(lines.errors)")
        #expect(lines.errors.contains("Error: gone.png cannot be read: No such file"), "\(lines.errors)")
        #expect(lines.errors.contains("5 images were predicted, 3 could not be read"), "\(lines.errors)")

        // What is no file; Debian's mkfifo is always there.
        try files.createSymbolicLink(atPath: workplace.folder.path("self.png"), withDestinationPath: "self.png")
        for (path, words) in [
            ("/dev/zero", "it is not a file, but"), ("pipe", "it is not a file, but"),
            ("self.png", "Too many levels of symbolic"),
        ] {
            let outcome = try await predict([path], shell: "mkfifo -m 600 pipe 2>/dev/null;")
            #expect(outcome.status == 65 && outcome.errors.contains("\(path) cannot be read: \(words)"), "\(outcome.errors)")
        }
        #expect(try await predict([""]).status == 64)

        let text = try await predict(["mixed"])
        #expect(text.status == 65 && text.output.contains("mixed/line\\nbreak.png"), "\(text.output)")
        #expect(text.lines.count == 5 && text.lines[0].hasPrefix("class"))
        let first = try await predict(["mixed", "--fail-fast"])
        #expect(first.status == 65 && first.errors.split(separator: "\n").count == 1, "\(first.errors)")

        try Data(found.joined(separator: "\0").utf8).write(to: workplace.url.appending(path: "list"))
        let listed = try await predict(["-", "--null", "--format", "csv"], shell: "exec < list;")
        #expect(listed.status == 0 && listed.output.contains("\"mixed/line\nbreak.png\","), "\(listed.errors)")

        try files.createDirectory(at: workplace.url.appending(path: "empty"), withIntermediateDirectories: true)
        let nothing = try await predict(["empty"])
        #expect(nothing.status == 65 && nothing.errors.contains("there are no pictures"), "\(nothing.errors)")
        if geteuid() != 0 {
            try files.setAttributes([.posixPermissions: 0], ofItemAtPath: folder.appending(path: "deep/er").path)
            let closed = try await predict(["mixed"])
            try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.appending(path: "deep/er").path)
            #expect(closed.status == 65 && closed.errors.contains("mixed/deep/er cannot be read"), "\(closed.errors)")
        }
    }
}

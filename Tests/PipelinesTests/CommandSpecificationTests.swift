import ArtifactStore
import Pipelines
import Stages
import Testing

@Suite("Stages that run commands")
struct CommandSpecificationTests {
    /// The sample with one more stage, from line 20 on.
    private static let text = (sampleText + "\nvalues: {odd: it's, list: [a b, $c, \"${seed}\"], rate: 2e-3}\n").replacing(
        "results:",
        with: """
              plot:
                uses: command
                from: {prompts: {stage: prompts, of: all, as: csv}}
                files: {script: plot.py}
                run: python3 ${files.script} ${inputs.prompts} --seed ${seed} > ${outputs.picture}
                outputs: {picture: plot.svg}
            results:
            """)

    private func plan(_ text: String = text, script: String = "script", path: String = "plot.py") throws -> Plan {
        var inputs = sampleInputs()
        inputs.files = [path: digest(script)]
        return try Plan(specification(text), inputs: inputs)
    }

    private func keys(_ plan: Plan) -> [ArtifactKey] { plan.instances.filter { $0.stage == "plot" }.map(\.key) }

    @Test("It runs in the cells that its command names, and takes all artifacts that agree with its own cell")
    func planning() throws {
        let plots = try plan().instances.filter { $0.stage == "plot" }
        #expect(plots.map(\.name) == ["plot(seed 1)", "plot(seed 2)"])
        let plot = plots[1]
        #expect(plot.sources == ["chalk", "ink", "oil"].map { .instance(name: "prompts(domain \($0), seed 2)") })
        let parameters: CommandParameters = try plot.recipe.parameters.decoded()
        #expect(parameters.command == "python3 ${files.script} ${inputs.prompts} --seed 2 > ${outputs.picture}")
        #expect(parameters.inputs == ["prompts": .csv] && parameters.outputs == ["picture": "plot.svg"])
        #expect(parameters.files == ["script": digest("script")])
        #expect(parameters.cells["prompts"]?.first == ["domain": "chalk", "seed": 2])
        #expect(plot.kind.makes == .files)
    }

    @Test("All artifacts that agree with a cell are found without a look at all there are", .timeLimit(.minutes(2)))
    func manyCells() throws {
        let seeds = 5000
        let list = (1...seeds).map(String.init).joined(separator: ", ")
        let text = """
            pipeline: many
            dataset: {root: Data/sample}
            encoder: {checkpoint: Models/sample}
            matrix: {seed: [\(list)]}
            stages:
              features: {uses: extract}
              prompts: {uses: fit, from: {embeddings: features}, with: {seed: "${seed}"}}
              plot:
                uses: command
                from: {prompts: {stage: prompts, of: all}}
                run: echo ${seed} > ${outputs.number}
                outputs: {number: number.txt}
            """
        let plan = try Plan(specification(text), inputs: sampleInputs())
        let plots = plan.instances.filter { $0.stage == "plot" }
        #expect(plots.count == seeds && plan.instances.count == 3 + 4 * seeds)
        #expect(
            plots[seeds - 1].sources == ["chalk", "ink", "oil"].map { .instance(name: "prompts(domain \($0), seed \(seeds))") })
    }

    @Test("Without a scope it runs for each artifact of its input, on the file that it is")
    func perCell() throws {
        let text = Self.text.replacing("{stage: prompts, of: all, as: csv}", with: "prompts")
        let plots = try plan(text).instances.filter { $0.stage == "plot" }
        #expect(plots.count == 6 && plots[0].name == "plot(domain chalk, seed 1)")
        let parameters: CommandParameters = try plots[0].recipe.parameters.decoded()
        #expect(parameters.cells.isEmpty && parameters.inputs == ["prompts": .safetensors])
        let sources = Self.text.replacing("of: all", with: "of: sources")
        #expect(try plan(sources).instances.filter { $0.stage == "plot" }.map(\.name).first == "plot(target oil, seed 1)")
    }

    @Test("Values reach the shell as they are: of axes, and of the file; elements of a list as words of their own")
    func values() throws {
        let line =
            "echo ${values.odd} \"${values.odd}\" '${values.odd}' ${values.list} --lr=${values.rate} ${target}> ${outputs.picture}"
        let text = Self.text.replacing(
            "python3 ${files.script} ${inputs.prompts} --seed ${seed} > ${outputs.picture}", with: line)
        let parameters: CommandParameters = try plan(text).instance(InstanceSelector("plot(target ink, seed 2)")).recipe
            .parameters.decoded()
        #expect(parameters.command == "echo 'it'\\''s' \"it's\" 'it'\\''s' 'a b' '$c' 2 --lr=2e-3 ink> ${outputs.picture}")
    }

    @Test("The text, the bytes of files, formats and names of outputs are in the key; where a file lies and titles are not")
    func keysOfCommands() throws {
        let before = keys(try plan())
        #expect(keys(try plan(script: "another")) != before)
        #expect(keys(try plan(Self.text.replacing("--seed", with: "--number"))) != before)
        #expect(keys(try plan(Self.text.replacing("as: csv", with: "as: npy"))) != before)
        #expect(keys(try plan(Self.text.replacing("picture: plot.svg", with: "picture: other.svg"))) != before)
        #expect(
            keys(try plan(Self.text.replacing("script: plot.py", with: "script: moved/plot.py"), path: "moved/plot.py"))
                == before)
        #expect(
            keys(
                try plan(
                    Self.text.replacing("    outputs: {picture", with: "    resources: {memory: 1 GB}\n    outputs: {picture")))
                == before)
    }

    @Test("What the process is told makes the recipe that was planned")
    func arguments() throws {
        let plan = try plan(), plot = try plan.instance(InstanceSelector("plot(seed 1)"))
        let arguments = plot.arguments(for: plan.specification, store: "s", threads: 2)
        #expect(arguments.prefix(2) == ["--store=s", "--threads=2"])
        #expect(arguments.contains("--file=script=plot.py"))
        #expect(arguments.filter { $0.hasPrefix("--input=prompts=") }.count == 3)
        let stage = try CommandStage(plot.recipe.parameters.decoded(), inputs: plot.recipe.inputs, files: [:])
        #expect(stage.recipe.key == plot.key)
    }

    static let faults: [(old: String, new: String, message: String)] = [
        ("uses: command\n", "uses: command\n    with: {a: 1}\n", "sample.yaml:22:5: stages.plot.with: unknown key; known: "),
        (
            "    run: python3 ${files.script} ${inputs.prompts} --seed ${seed} > ${outputs.picture}\n", "",
            "sample.yaml:20:3: stages.plot: the key “run” is missing"
        ),
        (
            "    outputs: {picture: plot.svg}\n", "",
            "sample.yaml:20:3: stages.plot: a command has at least one output: add outputs: {NAME: FILE}"
        ),
        (
            "${inputs.prompts}", "${inputs.promts}",
            "sample.yaml:24:10: stages.plot.run: the stage has no “inputs.promts”; "
                + "did you mean “inputs.prompts”?"
        ),
        (
            "> ${outputs.picture}", "",
            "sample.yaml:24:10: stages.plot.run: the command does not say where to write “picture”: "
                + "put ${outputs.picture} into it"
        ),
        (
            "--seed ${seed}", "--seed ${sed}",
            "sample.yaml:24:10: stages.plot.run: the matrix has no axis “sed”; did you mean “seed”?"
        ),
        ("--seed ${seed}", "`ls ${domain}`", "${domain} is known only in a stage that runs for each domain"),
        ("--seed ${seed}", "\\${seed}", "sample.yaml:24:10: stages.plot.run: a backslash before a reference: leave it out"),
        (
            "--seed ${seed}", "--seed `echo ${values.odd}`",
            "sample.yaml:24:10: stages.plot.run: ${values.odd} is “it's” here, which cannot be put into backquotes safely"
        ),
        (
            "--seed ${seed}", "--seed $((${target}))",
            "sample.yaml:24:10: stages.plot.run: ${target} is “oil” here, which cannot be "
                + "put into $((…)) safely: only whole numbers can stand there"
        ),
        (
            "--seed ${seed}", "--seed \"${values.list}\"",
            "sample.yaml:24:10: stages.plot.run: ${values.list} is a list, which cannot be put into a command there"
        ),
        ("as: csv", "as: xls", "sample.yaml:22:51: stages.plot.from.prompts.as: there is no format “xls”"),
        (
            "as: csv", "as: folder",
            "sample.yaml:22:51: stages.plot.from.prompts.as: prompts cannot be handed over as folder; "
                + "possible: safetensors, npy, npz, csv, pt"
        ),
        (
            "of: all", "of: everything",
            "sample.yaml:22:42: stages.plot.from.prompts.of: expected cell, all, sources or target, found “everything”"
        ),
        (
            "stage: prompts", "stage: prompt",
            "sample.yaml:22:29: stages.plot.from.prompts.stage: there is no stage “prompt”; "
                + "did you mean “prompts”?"
        ),
        ("picture: plot.svg", "picture: a/plot.svg", "expected the name of a file without a folder, found “a/plot.svg”"),
        ("picture: plot.svg", "picture: plot.svg, other: plot.svg", "two outputs have the same file"),
        (
            "{script: plot.py}", "{the script: plot.py}",
            "sample.yaml:23:13: stages.plot.files.the script: expected a name of letters, digits, - and _, found “the script”"
        ),
        ("script: plot.py", "script: other.py", "sample.yaml:23:21: stages.plot.files.script: there is no such file"),
    ]

    @Test("What is wrong with one is said at its place", arguments: faults.indices)
    func fault(_ index: Int) {
        let (old, new, message) = Self.faults[index]
        #expect(Self.text.contains(old))
        let error = #expect(throws: SpecificationError.self) { try plan(Self.text.replacing(old, with: new)) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }
}

@Suite("Commands that evaluate")
struct CommandEvaluationTests {
    private static let text = sampleText.replacing(
        "results:",
        with: """
              mean:
                uses: command
                from: {known: {stage: features, of: sources, as: npy}, target: {stage: features, of: target}}
                run: mean ${inputs.known} ${inputs.target} ${seed} > ${outputs.predictions}
                outputs: {predictions: p.csv}
                evaluates: {images: target, method: nearest mean}
            results:
            """
    ).replacing("spg: SPG", with: "spg: SPG, mean: Nearest mean")

    @Test("It is a row of the table, and its recipe says what is predicted, by what and for which seed")
    func planning() throws {
        let plan = try plan(Self.text), means = plan.instances.filter { $0.stage == "mean" }
        #expect(means.map(\.name) == ["oil", "ink"].flatMap { target in [1, 2].map { "mean(target \(target), seed \($0))" } })
        let mean = means[3]
        #expect(mean.recipe.kind == .evaluation && mean.kind.makes == .evaluation && !mean.kind.readsTexts)
        #expect(
            mean.sources
                == [
                    "features(domain chalk)", "features(domain oil)", "features(domain ink)",
                ].map { .instance(name: $0) })
        let parameters: CommandParameters = try mean.recipe.parameters.decoded()
        #expect(parameters.evaluates == .init(images: "target", method: "nearest mean", seed: 2))
        #expect(plan.evaluations.filter { $0.title == "Nearest mean" }.map(\.key) == means.map(\.key))
        // What the process is told makes the recipe that was planned.
        let stage = try CommandStage(parameters, inputs: mean.recipe.inputs, files: [:])
        #expect(stage.recipe.key == mean.key)
    }

    @Test("Method and images are in the key; a command that keeps its predictions as a file has the key that it had")
    func keys() throws {
        func key(_ text: String) throws -> ArtifactKey {
            try plan(text).instance(InstanceSelector("mean(target ink, seed 2)")).key
        }
        let evaluating = try key(Self.text)
        #expect(try key(Self.text.replacing("method: nearest mean", with: "method: mean")) != evaluating)
        #expect(try key(Self.text.replacing("mean: Nearest mean", with: "mean: Another title")) == evaluating)
        let keeping = Self.text.replacing("    evaluates: {images: target, method: nearest mean}\n", with: "")
            .replacing(", mean: Nearest mean", with: "")
        let parameters = try plan(keeping).instance(InstanceSelector("mean(target ink, seed 2)")).recipe.parameters
        #expect(Set(parameters.members.keys) == ["command", "inputs", "cells", "files", "outputs"])
        // Without a seed there is none.
        let unseeded = try plan(Self.text.replacing(" ${seed} >", with: " >")).instance(InstanceSelector("mean(target ink)"))
        #expect(unseeded.recipe.parameters["evaluates"] == ["images": "target", "method": "nearest mean"])
    }

    static let faults: [(old: String, new: String, message: String)] = [
        ("images: target, ", "", "sample.yaml:25:16: stages.mean.evaluates: the key “images” is missing"),
        (", method: nearest mean", "", "sample.yaml:25:16: stages.mean.evaluates: the key “method” is missing"),
        ("method: nearest mean", "method: \"\"", "stages.mean.evaluates.method: expected a name for the results, found “”"),
        ("method: nearest mean", "method: \"${seed}\"", "expected a name for the results, found “${seed}”"),
        ("method: nearest mean", "methods: mean", "stages.mean.evaluates.methods: unknown key; did you mean “method”?"),
        (
            "images: target", "images: targets",
            "sample.yaml:25:25: stages.mean.evaluates.images: the stage has no input “targets”; did you mean “target”?"
        ),
        (
            "images: target", "images: known",
            "sample.yaml:25:25: stages.mean.evaluates.images: predictions must be of the target's images: "
                + "write known: {stage: …, of: target} under from:"
        ),
        (
            "{predictions: p.csv}", "{guesses: p.csv}",
            "stages.mean.outputs: a command that evaluates has the output “predictions”"
        ),
        (
            "{predictions: p.csv}", "{predictions: p.csv, map: m.svg}",
            "sample.yaml:24:40: stages.mean.outputs.map: a command that evaluates writes only predictions and, "
                + "optionally, metrics; let another stage write “map”"
        ),
        (
            "{stage: features, of: target}", "{stage: prompts, of: target}",
            "“prompts” makes prompts, but target takes embeddings"
        ),
        (
            "of: sources", "of: all",
            "sample.yaml:22:27: stages.mean.from.known.stage: it has the features of oil too, which “target” "
                + "predicts: a method learns from others, such as of: sources"
        ),
        (
            "{stage: features, of: sources, as: npy}", "{stage: features, of: target, as: npy}",
            "stages.mean.from.known.stage: it has the features of oil too"
        ),
    ]

    @Test("What is wrong with one is said at its place", arguments: faults.indices)
    func fault(_ index: Int) {
        let (old, new, message) = Self.faults[index]
        #expect(Self.text.contains(old))
        var text = Self.text.replacing(old, with: new)
        if index == 7 { text = text.replacing("outputs.predictions", with: "outputs.guesses") }
        if index == 8 { text = text.replacing("${seed} >", with: "${seed} ${outputs.map} >") }
        let error = #expect(throws: SpecificationError.self) { try plan(text) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }
}

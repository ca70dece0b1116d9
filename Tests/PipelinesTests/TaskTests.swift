import ArtifactStore
import Datasets
import Foundation
import Pipelines
import Reporting
import Stages
import Testing

@Suite("Tasks: what is learned from, and what is tested on")
struct TaskTests {
    private static let singleSource = sampleText.replacing(
        "target: [oil, ink]", with: "source: [chalk, ink, oil]\n  target: [chalk, ink, oil]")

    /// A second data set, which is tested on.
    private static let crossDataSet = sampleText.replacing("  target: [oil, ink]\n", with: "").replacing(
        "encoder:", with: "targets:\n  Toys: {root: Data/toys}\n  Tools: {root: Data/tools, domains: [steel]}\nencoder:")

    private static let crossInputs = sampleInputs(
        domains: ["oil", "ink", "chalk", "Toys:ink", "Toys:wood", "Tools:steel", "Tools:wood"])

    private func names(_ plan: Plan, _ stage: String) -> [String] {
        plan.instances.filter { $0.stage == stage }.map(\.name)
    }

    @Test("Single source: learned once from each source, tested on every other domain")
    func singleSource() throws {
        let plan = try plan(Self.singleSource)
        #expect(
            names(plan, "generator")
                == ["chalk", "ink", "oil"].flatMap { source in
                    [1, 2].map { "generator(source \(source), seed \($0))" }
                })
        #expect(names(plan, "spg").count == 3 * 2 * 2)
        #expect(!plan.instances.contains { $0.name == "spg(source ink, target ink, seed 1)" })
        #expect(names(plan, "zero-shot").sorted() == ["chalk", "ink", "oil"].map { "zero-shot(target \($0))" })
        let generator = try #require(plan.instances.first { $0.name == "generator(source ink, seed 2)" })
        #expect(
            generator.sources == [
                .instance(name: "features(domain ink)"), .instance(name: "prompts(domain ink, seed 2)"),
            ])
        let spg = try #require(plan.instances.first { $0.name == "spg(source ink, target oil, seed 2)" })
        #expect(spg.sources == [.instance(name: "features(domain oil)"), .instance(name: Name(generator.name))])
    }

    @Test("Columns of the table: a pair each, or a source with all its targets, where zero-shot CLIP stands, too")
    func columns() throws {
        let pairs = try plan(Self.singleSource)
        #expect(
            pairs.columns == [
                "chalk → ink", "chalk → oil", "ink → chalk", "ink → oil", "oil → chalk", "oil → ink",
            ])
        #expect(pairs.evaluations.filter { $0.title == "SPG" }.count == 12)
        #expect(pairs.evaluations.filter { $0.title == "Zero-shot CLIP" }.count == 6)
        let sources = try plan(Self.singleSource + "\ncolumns: source")
        #expect(sources.columns == ["chalk", "ink", "oil"] && sources.columnTitle == "source")
        let zeroShot = sources.evaluations.filter { $0.title == "Zero-shot CLIP" && $0.column == "ink" }
        #expect(Set(zeroShot.map(\.instance)) == ["zero-shot(target chalk)", "zero-shot(target oil)"])
        let keys = { (plan: Plan) in plan.instances.map(\.key) }
        #expect(keys(pairs) == keys(sources))
        // An arrow leads from a source to a target, and nowhere else.
        let rates = sampleText.replacing("  seed: [1, 2]", with: "  seed: [1, 2]\n  lr: [1e-3, 0.002]")
            .replacing("learningRate: 2e-3", with: "learningRate: \"${lr}\"")
        let others = try plan(rates + "\ncolumns: [target, lr]")
        #expect(others.columns.first == "oil, lr 1e-3" && others.columnTitle == "target, lr", "\(others.columns)")
    }

    @Test("Evaluations of one column are taken together image by image, seed by seed")
    func pooling() {
        typealias Score = AccuracyTable.Score
        let table = AccuracyTable(
            [
                Score(method: "SPG", column: "ink", seed: "1", accuracy: 0.5, images: 30),
                Score(method: "SPG", column: "ink", seed: "1", accuracy: 1, images: 10),
                Score(method: "SPG", column: "oil", seed: "1", accuracy: 0.25, images: 4),
            ], columns: ["ink", "oil"], by: "source")
        #expect(
            table.csv == """
                method,source,mean,standard_deviation,seeds,published
                SPG,ink,0.625,,1,
                SPG,oil,0.25,,1,
                SPG,average,0.4375,,1,

                """)
        let unmade = AccuracyTable(table.scores + [Score(method: "SPG", column: "oil", seed: "1", accuracy: nil)])
        #expect(unmade.csv.split(separator: "\n").count == 2)
    }

    @Test("Other data sets: all domains are learned from once, and those of the others are tested on")
    func crossDataSet() throws {
        let plan = try plan(Self.crossDataSet, inputs: Self.crossInputs)
        #expect(
            names(plan, "features")
                == [
                    "chalk", "ink", "oil", "Toys:ink", "Toys:wood", "Tools:steel",
                ].map { "features(domain \($0))" })
        #expect(names(plan, "prompts").count == 3 * 2)
        #expect(names(plan, "generator") == ["generator(seed 1)", "generator(seed 2)"])
        #expect(names(plan, "zero-shot") == ["Toys:ink", "Toys:wood", "Tools:steel"].map { "zero-shot(target \($0))" })
        #expect(names(plan, "spg").count == 3 * 2)
        let generator = try #require(plan.instances.first { $0.stage == "generator" })
        let features = ["chalk", "ink", "oil"].map { Instance.Source.instance(name: "features(domain \($0))") }
        #expect(Array(generator.sources[..<3]) == features)
        let ink = try #require(plan.instances.first { $0.name == "features(domain Toys:ink)" })
        #expect(ink.recipe.inputs.map(\.key) == [digest("images of Toys:ink")])
        let arguments = ink.arguments(for: plan.specification, store: "s", threads: 1)
        #expect(arguments.contains("--data=Data/toys") && arguments.contains("--dataset=Toys"))
        #expect(arguments.contains("--domain=ink"))
        #expect(plan.columns == ["Toys:ink", "Toys:wood", "Tools:steel"])
        #expect(try plan.instances(InstanceSelector("spg/target=Toys:wood")).count == 2)
        #expect(try plan.instances(InstanceSelector("spg(target Toys:wood)")).count == 2)
    }

    @Test("Some of the other data sets, a column for each")
    func dataSetColumns() throws {
        let text = Self.crossDataSet.replacing("matrix:", with: "columns: dataset\nmatrix:\n  target: [Toys]")
        let plan = try plan(text, inputs: Self.crossInputs)
        #expect(plan.columns == ["Toys"])
        #expect(plan.evaluations.filter { $0.title == "SPG" && $0.seed == "2" }.map(\.column) == ["Toys", "Toys"])
        #expect(names(plan, "features").count == 6)
    }

    @Test("The images of another data set are found where it lies, and explained under its name")
    func otherRoot() throws {
        let laboratory = try Laboratory()
        for image in ["a/1.jpg", "a/2.jpg", "b/1.jpg"] { try laboratory.addImage("../toys/wood/\(image)") }
        let text = Self.crossDataSet.replacing("\n  Tools: {root: Data/tools, domains: [steel]}", with: "")
            .replacing("Data/toys", with: laboratory.folder.appending(path: "toys").path)
        let plan = try laboratory.plan(text)
        let features = try #require(plan.instances.first { $0.name == "features(domain Toys:wood)" })
        let manifest = try laboratory.store.manifest(features.recipe.inputs[0].key)
        #expect(manifest.dataset == "Toys" && manifest.domain == "wood" && manifest.images.count == 3)
        #expect(try plan.specification.manifest(of: "Toys:wood", store: laboratory.store).key == manifest.key)
    }

    @Test("Values that are others in some cells: later ones over earlier ones, with the axis taken on")
    func overrides() throws {
        let text = sampleText.replacing(
            "    with: {seed: \"${seed}\"}\n  zero-shot",
            with: """
                    with: {seed: "${seed}"}
                    where:
                      - {target: [oil, ink], seed: 2, with: {learningRate: 0.5}}
                      - {target: ink, with: {learningRate: 0.25}}
                  zero-shot
                """)
        func rate(_ name: String, _ plan: Plan) -> JSONValue? {
            plan.instances.first { $0.name == name }?.recipe.parameters["learningRate"]
        }
        let planned = try plan(text)
        #expect(rate("generator(target oil, seed 1)", planned) == 0.0002)
        #expect(rate("generator(target oil, seed 2)", planned) == 0.5)
        #expect(rate("generator(target ink, seed 2)", planned) == 0.25)
        let byTarget = sampleText.replacing(
            "with: {views: 4}", with: "with: {views: 4}, where: [{domain: ink, with: {views: 8}}]")
        let views = try plan(byTarget).instances.filter { $0.stage == "features" }.map { $0.recipe.parameters["views"] }
        #expect(views == [4, 8, 4])
    }

    @Test("What a file says of values that --set leaves out has no effect; of others it is a fault still")
    func narrowed() throws {
        let text = sampleText.replacing(
            "seed: [1, 2]",
            with: """
                seed: [1, 2]
                  exclude: [{target: oil, seed: 2}]
                  include: [{target: oil, seed: 7}]
                  names: {late: {target: oil, seed: 7}}
                """
        ).replacing(
            "with: {views: 4}", with: "with: {views: 4}, where: [{target: oil, with: {views: 8}}, {seed: 2, with: {views: 2}}]")
        func features(_ text: String, _ edits: String...) throws -> [String] {
            let specification = try Specification(
                text: text, file: "s", kinds: sampleKinds(), edits: edits.map { try SpecificationEdit($0) })
            let plan = try Plan(specification, inputs: sampleInputs())
            return plan.instances.filter { $0.name.hasPrefix("features(domain ink") }.map {
                "\($0.name.dropFirst(21)) \($0.recipe.parameters["views"]?.number ?? 0)"
            }
        }
        #expect(try features(text).count == 4)
        #expect(try features(text, "matrix.target=[ink]") == ["target ink, seed 1) 4.0", "target ink, seed 2) 2.0"])
        #expect(try features(text, "matrix.target=[ink]", "matrix.seed=[1]") == ["target ink, seed 1) 4.0"])
        #expect(try features(text, "matrix={target: [ink], seed: [2]}") == ["target ink, seed 2) 2.0"])
        for (edit, odd) in [("matrix.target=[ink]", "where: [{target: olive"), ("matrix.seed=[1]", "exclude: [{target: olive")]
        {
            let odd = text.replacing(odd.replacing("olive", with: "oil"), with: odd)
            let error = #expect(throws: SpecificationError.self) { try features(odd, edit) }
            #expect(error?.description.contains("“olive” is not a value of the axis") == true)
        }
    }

    @Test("Values of thousands of cells, one by one, and one of all of them", .timeLimit(.minutes(2)))
    func manyOverrides() throws {
        let seeds = 4000
        let one = (1...seeds).map { "{seed: \($0), with: {learningRate: \($0 % 7)}}" }
        // On a stack of calls, as many as that had no room.
        let same = Array(repeating: "{target: ink, seed: 2, with: {learningRate: 0.25}}", count: 20_000)
        let text = """
            pipeline: many
            dataset: {root: Data/sample}
            encoder: {checkpoint: Models/sample}
            matrix: {target: [ink, oil], seed: [\((1...seeds).map(String.init).joined(separator: ", "))]}
            stages:
              features: {uses: extract}
              prompts: {uses: fit, from: {embeddings: features}, on: sources, where: [\((one + same).joined(separator: ", "))]}
            """
        let plan = try Plan(specification(text), inputs: sampleInputs())
        let rates = plan.instances.filter { $0.stage == "prompts" }.map {
            ($0.name, $0.recipe.parameters["learningRate"]?.number)
        }
        #expect(rates.count == 2 * seeds)
        let byName = Dictionary(uniqueKeysWithValues: rates)
        #expect(byName["prompts(target ink, seed 2)"] == 0.25 && byName["prompts(target oil, seed 2)"] == 2)
        #expect(byName["prompts(target ink, seed 3999)"] == 2 && byName["prompts(target oil, seed 4000)"] == 3)
    }

    @Test(
        "What is wrong is told where it stands",
        arguments: [
            (
                "target: [oil, ink]", "source: [oil]\n  target: [oil]",
                "sample.yaml:6:3: matrix.source: no target differs from its source; tests need another domain "
                    + "than the source, so add a target"
            ),
            (
                "target: [oil, ink]", "source: [oil, gouache]\n  target: [oil]",
                "sample.yaml:6:17: matrix.source.1: Data/sample has no domain “gouache”; known: chalk, ink, oil"
            ),
            (
                "encoder:", "targets: {Toys: {root: Data/toys}}\nencoder:",
                "sample.yaml:7:12: matrix.target.0: no data set under “targets” has this name; known: Toys"
            ),
            (
                "encoder:", "targets: {Toys: {name: Toys}}\nencoder:",
                "sample.yaml:4:17: targets.Toys: the key “root” is missing"
            ),
            (
                "results:", "columns: seed\nresults:",
                "sample.yaml:20:10: columns: columns are by different axes, and seeds are summarized in each"
            ),
            (
                "results:", "columns: dataset\nresults:",
                "sample.yaml:20:10: columns: the matrix has no axis “dataset”; known: seed, target"
            ),
            (
                "with: {views: 4}", "where: [{target: oil}]",
                "sample.yaml:9:37: stages.features.where.0: the key “with” is missing: the parameters to change"
            ),
            (
                "with: {views: 4}", "where: [{target: olive, with: {views: 2}}]",
                "sample.yaml:9:46: stages.features.where.0.target: “olive” is not a value of the axis; known: ink, oil"
            ),
            (
                "with: {views: 4}", "where: [{domain: gouache, with: {views: 2}}]",
                "sample.yaml:9:46: stages.features.where.0.domain: there is no domain “gouache”; known: chalk, ink, oil"
            ),
            (
                "with: {views: 4}", "where: [{with: {views: 2}}]",
                "sample.yaml:9:37: stages.features.where.0: expected values on axes, such as {target: ink, with: …}; what holds "
                    + "everywhere goes under “with”"
            ),
            (
                "with: {views: 4}", "where: [{domain: oil, with: {view: 2}}]",
                "sample.yaml:9:58: stages.features.where.0.with.view: unknown key; did you mean “views”? (known: policy, views)"
            ),
        ])
    func errors(old: String, new: String, message: String) {
        let text = sampleText.replacing(old, with: new, maxReplacements: 1)
        let error = #expect(throws: SpecificationError.self) { try plan(text) }
        #expect(error?.description == message)
    }

    @Test("A role that a parameter decides about: the target's own artifact, or none, or one that must be named")
    func choices() throws {
        let text = sampleText.replacing(
            "  zero-shot:",
            with: """
                  direct:
                    uses: evaluate-prompts
                    from: {embeddings: features, prompts: prompts, sources: features}
                    with: {combine: "${combine}"}
                  zero-shot:
                """
        ).replacing("seed: [1, 2]", with: "seed: [1, 2]\n  combine: [average, nearest, oracle]")
        let kinds = sampleKinds() + [PromptEvaluation.kind]
        let plan = try Plan(specification(text, kinds: kinds), inputs: sampleInputs())
        func roles(_ combine: String) throws -> [String] {
            let name = "direct(target oil, seed 1, combine \(combine))"
            let instance = try #require(plan.instances.first { $0.name == name })
            return zip(instance.recipe.inputs, instance.sources).map { input, source in
                guard case .instance(let name) = source else { return "?" }
                return "\(input.role): \(name)"
            }
        }
        let target = "embeddings: features(domain oil)"
        let prompts = ["chalk", "ink"].map { "prompts: prompts(domain \($0), seed 1)" }
        #expect(try roles("average") == [target] + prompts)
        #expect(try roles("oracle") == [target, "prompts: prompts(domain oil, seed 1)"])
        #expect(try roles("nearest") == [target] + prompts + ["chalk", "ink"].map { "sources: features(domain \($0))" })
        #expect(plan.instances.filter { $0.stage == "direct" }.count == 2 * 2 * 3)

        let without = text.replacing(", sources: features", with: "")
        let error = #expect(throws: SpecificationError.self) {
            try Plan(specification(without, kinds: kinds), inputs: sampleInputs())
        }
        #expect(
            error?.description.hasSuffix(
                "stages.direct.with.combine: “nearest” takes sources from another stage: add from: {sources: STAGE}") == true)
    }

    @Test("A word that stands for a number is taken, and no other")
    func words() throws {
        let kinds = [ExtractStage.kind] + sampleKinds().dropFirst()
        let text = sampleText.replacing("views: 4", with: "views: everyEpoch")
        let plan = try Plan(specification(text, kinds: kinds), inputs: sampleInputs())
        #expect(plan.instances[0].recipe.parameters["views"] == "everyEpoch")
        let error = #expect(throws: SpecificationError.self) {
            try specification(sampleText.replacing("views: 4", with: "views: everyDay"), kinds: kinds)
        }
        #expect(
            error?.description == "sample.yaml:9:43: stages.features.with.views: expected a number or everyEpoch, "
                + "found “everyDay”")
    }
}

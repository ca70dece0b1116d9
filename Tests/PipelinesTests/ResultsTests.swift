import ArtifactStore
import Datasets
import Pipelines
import Reporting
import Stages
import Testing

@Suite("Results out of a store")
struct ResultsTests {
    private static let model = ModelSize(imageGigaflop: 1, textRowGigaflop: 0.001, dimension: 4, textWidth: 4, loadSeconds: 0)

    /// Makes everything but the evaluations with seed 2.
    private func laboratory() throws -> (laboratory: Laboratory, plan: Plan) {
        let laboratory = try Laboratory(), plan = try laboratory.plan()
        try plan.record(in: laboratory.store)
        for instance in plan.instances where !(instance.stage == "spg" && instance.name.contains("seed 2")) {
            try laboratory.make(instance, correct: instance.stage == "spg" ? 2 : 1)
        }
        return (laboratory, plan)
    }

    private func overview(_ laboratory: Laboratory) throws -> Overview {
        let store = laboratory.store
        return try Overview(of: store.pipelineNames().map { ($0, try store.pipeline($0)) }, in: store)
    }

    @Test("All that a store holds is a table of data sets; what is not whole is a dash")
    func wholeStore() throws {
        let (laboratory, plan) = try laboratory()
        let tables = try overview(laboratory).tables
        #expect(
            tables.map(\.table.caption) == ["Multi-source domain generalization, leaving one domain out, imported “sample”"])
        #expect(tables[0].table.rows == [["Zero-shot CLIP", "50.0"], ["SPG", "–"]])
        for instance in plan.instances where instance.stage == "spg" && instance.name.contains("seed 2") {
            try laboratory.make(instance, correct: 1)
        }
        #expect(try overview(laboratory).tables[0].table.rows == [["Zero-shot CLIP", "50.0"], ["SPG", "75.0 ± 35.4"]])
    }

    @Test("Two pipelines' equal evaluations are one row; different ones under one title bear their pipelines' names")
    func twoPipelines() throws {
        let (laboratory, _) = try laboratory()
        let text = sampleText.replacing("pipeline: sample", with: "pipeline: other").replacing(
            "seed: [1, 2]", with: "seed: [1]"
        )
        .replacing("generator: generator}", with: "generator: generator, prompts: prompts}")
        let other = try laboratory.plan(text)
        try other.record(in: laboratory.store)
        for instance in other.instances where try !laboratory.store.contains(instance.key) { try laboratory.make(instance) }
        #expect(
            try overview(laboratory).tables[0].table.rows == [
                ["Zero-shot CLIP", "50.0"], ["SPG (other)", "50.0"], ["SPG (sample)", "–"],
            ])
    }

    @Test(
        "What a pipeline calls its data set heads its results, whatever another pipeline calls the same images, or some of them"
    )
    func namesOfDataSets() throws {
        let (laboratory, plan) = try laboratory(), store = laboratory.store
        let spg = plan.instances.filter { $0.stage == "spg" }
        for instance in spg where try !store.contains(instance.key) { try laboratory.make(instance) }
        let one = try overview(laboratory).tables[0].table
        #expect(one.columns.map(\.title) == ["accuracy, %", "Sample"])

        let other = sampleText.replacing("pipeline: sample", with: "pipeline: other").replacing(
            "name: Sample", with: "name: Mine")
        let renamed = try laboratory.plan(other)
        #expect(renamed.instances.map(\.key) == plan.instances.map(\.key))
        try renamed.record(in: store)
        let both = try overview(laboratory).tables
        #expect(both.count == 1 && both[0].table.columns.map(\.title) == ["accuracy, %", "Mine", "Sample", "average"])
        #expect(both[0].table.rows == one.rows.map { [$0[0], $0[1], $0[1], $0[1]] })
        let views = "SELECT DISTINCT pipeline, dataset FROM results ORDER BY pipeline"
        #expect(try store.query(views).rows == [[.text("other"), .text("Mine")], [.text("sample"), .text("Sample")]])

        // A name for some of the domains makes no other data set of the rest.
        _ = try laboratory.plan(other.replacing("name: Mine", with: "name: Few, domains: [ink, oil]"))
        #expect(try store.query(views).rows.count == 2 && overview(laboratory).tables.count == 1)
        let features = plan.recordedInstances.filter { $0.stage == "features" }
        #expect(features.map(\.title) == ["Sample", "Sample", "Sample"])
        let names = Dictionary(uniqueKeysWithValues: features.map { ($0.key, "Sample") })
        let records = try store.evaluationRecords(of: spg.map(\.key), dataSets: names)
        #expect(records.values.allSatisfy { $0.dataSet == "Sample" && $0.learnedFrom == ["Sample"] && !$0.sawTarget })
    }

    @Test("Features of two sizes, of which one is not made yet, are no rows of the table")
    func unmadeFeatures() throws {
        let laboratory = try Laboratory()
        let plan = try laboratory.plan(
            sampleText.replacing(
                "  prompts:",
                with: """
                      more: {uses: extract, with: {views: 8}, where: [{domain: ink, with: {views: 2}}]}
                      prompts:
                    """))
        try plan.record(in: laboratory.store)
        for instance in plan.instances where instance.stage != "more" { try laboratory.make(instance) }
        #expect(try overview(laboratory).tables[0].table.rows.map(\.first) == ["Zero-shot CLIP", "SPG"])
    }

    @Test("What was learned from another data set, or from a single source, is another task; zero-shot stands beside it")
    func tasks() throws {
        let (laboratory, plan) = try laboratory()
        let spg = plan.evaluations.filter { $0.title == "SPG" && $0.seed == "1" }
        let zeroShot = plan.evaluations.filter { $0.seed == nil }
        func instance(_ evaluation: PlannedEvaluation, source: JSONValue?) -> PipelineInstance {
            var cell: [String: JSONValue] = ["target": .string(evaluation.target)]
            cell["source"] = source
            return PipelineInstance(stage: "x", cell: .object(cell), key: evaluation.key, title: evaluation.title)
        }
        let single = try Overview(
            of: [("single", spg.map { instance($0, source: "chalk") } + zeroShot.map { instance($0, source: nil) })],
            in: laboratory.store)
        #expect(single.scores.map(\.task) == Array(repeating: .singleSource, count: 4))
        #expect(single.scores.map(\.source) == ["chalk", "chalk", nil, nil])

        let record = try #require(laboratory.store.evaluationRecords(of: [spg[0].key])[spg[0].key])
        #expect(record.dataSet == "Sample" && record.target == "oil" && record.learnedFrom == ["Sample"] && !record.sawTarget)
        #expect(record.encoder?.name == "sample" && record.encoder?.dimension == 2)
        let zero = try laboratory.store.evaluationRecords(of: zeroShot.map(\.key))
        #expect(zero.count == 2 && zero.values.allSatisfy { $0.learnedFrom.isEmpty })
    }

    @Test(
        "A command's evaluation stands in the table of what it learned from: its other features, and what its files came from")
    func commands() throws {
        let stages = """
              mean:
                uses: command
                from: {known: {stage: features, of: sources, as: npy}, target: {stage: features, of: target}}
                run: mean ${inputs.known} ${inputs.target} ${seed} > ${outputs.predictions}
                outputs: {predictions: p.csv}
                evaluates: {images: target, method: mean}
              voted:
                uses: command
                from: {voters: mean, target: {stage: features, of: target}}
                run: vote ${inputs.voters} ${inputs.target} > ${outputs.predictions}
                outputs: {predictions: p.csv}
                evaluates: {images: target, method: vote}
              model: {uses: command, from: {all: {stage: features, of: all}}, run: "learn ${inputs.all} > ${outputs.m}", outputs: {m: m}}
              leaking:
                uses: command
                from: {model: model, target: {stage: features, of: target}}
                run: apply ${inputs.model} ${inputs.target} ${source} > ${outputs.predictions}
                outputs: {predictions: p.csv}
                evaluates: {images: target, method: model}
              untaught:
                uses: command
                from: {target: {stage: features, of: target}}
                run: guess ${inputs.target} > ${outputs.predictions}
                outputs: {predictions: p.csv}
                evaluates: {images: target, method: guess}
            results: {mean: Mean, voted: Vote, untaught: Guess, leaking: Model}
            """
        let head = sampleText[..<sampleText.firstRange(of: "  prompts:")!.lowerBound]
        func scores(_ head: String, _ stages: String) throws -> [String: Set<LearningTask>] {
            let laboratory = try Laboratory(), plan = try laboratory.plan(head + stages)
            try plan.record(in: laboratory.store)
            for instance in plan.instances { try laboratory.make(instance, correct: 2) }
            let records = try laboratory.store.evaluationRecords(of: plan.evaluations.map(\.key))
            for evaluation in plan.evaluations {
                let record = try #require(records[evaluation.key])
                #expect(record.encoder?.name == "sample" && record.accuracy == 1 && record.target == evaluation.target)
                #expect(record.sawTarget == (evaluation.title == "Model"), "\(evaluation.instance)")
                #expect(record.learnedFrom == (evaluation.title == "Guess" ? [] : ["Sample"]), "\(evaluation.instance)")
            }
            return Dictionary(grouping: try overview(laboratory).scores, by: \.method).mapValues { Set($0.map(\.task)) }
        }
        let leavingOut = String(head)
        #expect(
            try scores(leavingOut, stages.replacing(" ${source}", with: "")) == [
                "Mean": [.leaveOneOut], "Vote": [.leaveOneOut], "Guess": [.leaveOneOut], "Model": [.leaveOneOut],
            ])
        // What has seen the target is no generalization from a single source.
        let single = leavingOut.replacing("target: [oil, ink]", with: "source: [chalk, oil]\n  target: [oil, ink]")
        #expect(
            try scores(single, stages) == [
                "Mean": [.singleSource], "Vote": [.singleSource], "Guess": [.singleSource, .adaptation], "Model": [.adaptation],
            ])
    }

    @Test("Classes stand target by target, with the mean of classes")
    func classes() throws {
        let (laboratory, plan) = try laboratory()
        let tables = try plan.classTables(in: laboratory.store)
        #expect(tables.map(\.target) == ["oil", "ink"])
        #expect(
            tables[0].table.table.text == """
                accuracy, %       cat  dog  mean of classes
                ──────────────  ─────  ───  ───────────────
                Zero-shot CLIP  100.0  0.0             50.0
                SPG                 –    –                –
                """)
    }

    @Test("Costs come from the store: numbers learned, seconds of everything learned on the way, seconds of evaluating")
    func costs() throws {
        let (laboratory, plan) = try laboratory()
        let evaluations = plan.evaluations
        let costs = try laboratory.store.costs(of: evaluations.map(\.key))
        let spg = try #require(costs[evaluations[2].key])
        // A generator and the prompts of its two sources took 2 seconds each.
        #expect(spg.parameters == 1 && spg.learning.count == 3 && spg.learningSeconds == 6 && spg.evaluationSeconds == 2)
        let zeroShot = try #require(costs[evaluations[0].key])
        #expect(zeroShot.parameters == 0 && zeroShot.learning.isEmpty)
        // Chalk's prompt serves both targets, oil's and ink's one each.
        let remarks = try plan.costTable(in: laboratory.store, model: Self.model).remarks
        #expect(remarks.map { $0.values["SPG"] } == ["1", nil, nil, "6.00", "2.00", "2.00", nil])
    }
}

import ArtifactStore
import Datasets
import Foundation
import Pipelines
import Stages
import TestSupport
import Testing

@Suite("Choosing values")
struct TuneTests {
    /// The sample pipeline with values to choose for SPG.
    private static func text(_ tune: String, of sample: String = sampleText) -> String { sample + "\ntune:\n" + tune }

    private static let grid = """
          rows:
            spg:
              stages.prompts.with.learningRate: [2e-3, 2e-2]
              stages.generator.with.learningRate: [1e-4, 2e-4, 4e-4]
        """

    private static func tuning(
        _ text: String, in laboratory: Laboratory, kinds: [StageKind] = sampleKinds(), rows: [String] = [],
        heldOut: String? = nil, edits: [SpecificationEdit] = []
    ) throws -> Tuning {
        let text = text.replacing("Data/sample", with: laboratory.folder.appending(path: "data").path)
        return try Tuning(
            rows: rows, heldOut: heldOut,
            reading: { try Specification(text: text, file: "sample.yaml", kinds: kinds, edits: edits + $0) },
            inputs: {
                try PlanInputs(for: $0, in: laboratory.store, encoder: { _ in Laboratory.encoder.key }, recording: true)
            }, in: laboratory.store)
    }

    /// The key of a domain's images.
    private static func images(_ domain: String, in laboratory: Laboratory) throws -> ArtifactKey {
        try #require(laboratory.plan().instances.first { $0.name == "features(domain \(domain))" }).recipe.inputs[0].key
    }

    /// An artifact and all that it is made from.
    private static func lineage(of keys: some Sequence<ArtifactKey>, in plan: Plan) -> Set<ArtifactKey> {
        var all = Set(keys), rest = Array(all)
        let inputs = Dictionary(plan.instances.map { ($0.key, $0.recipe.inputs.map(\.key)) }) { first, _ in first }
        while let key = rest.popLast() {
            for input in inputs[key] ?? [] where all.insert(input).inserted { rest.append(input) }
        }
        return all
    }

    private static func fault(_ text: String) throws -> String {
        try "\(#require(throws: SpecificationError.self) { try specification(text) })"
    }

    // MARK: What a file says

    @Test(
        "What cannot be chosen is refused at its place",
        arguments: [
            ("rows: {sgp: {}}", "22:10: tune.rows.sgp: the table has no row of this stage; did you mean “spg”?"),
            ("rows: {spg: {}}", "tune.rows.spg: expected values to choose, found none"),
            ("rows: {spg: {stages.prompts.with.learningRat: [1]}}", ": unknown key; did you mean “learningRate”?"),
            ("rows: {spg: {stages.prompt.with.learningRate: [1]}}", "there is no stage “prompt”; did you mean “prompts”?"),
            (
                "rows: {zero-shot: {stages.prompts.with.learningRate: [1]}}",
                "nothing of the row “zero-shot” is made by this stage"
            ),
            ("rows: {spg: {matrix.seed: [[1], [2]]}}", "matrix.seed: values of stages can be chosen"),
            ("rows: {spg: {dataset.root: [a, b]}}", "dataset.root: values of stages can be chosen"),
            ("rows: {spg: {values.rate: [1, 2]}}", "values.rate: the file has no such value"),
            ("rows: {spg: {stages.prompts.with.learningRate: []}}", "expected values to try, found an empty list"),
            ("rows: {spg: {stages.prompts.with.learningRate: [1, 1]}}", "the number 1 is listed twice"),
            ("rows: {spg: {stages.prompts.with.learningRate: 1}}", "expected a list of values to try, or a range"),
            ("rows: {spg: {stages.prompts.with.learningRate: {from: 1, to: 2}}}", "say how many trials there are"),
            ("{trials: 3, rows: {spg: {stages.prompts.with.learningRate: {from: 2, to: 2}}}}", "from a number to a larger one"),
            (
                "{trials: 3, rows: {spg: {stages.prompts.with.learningRate: {from: 0, to: 2, scale: log}}}}",
                "on a logarithmic scale all numbers are above 0"
            ),
            ("{trials: 3, rows: {spg: {stages.prompts.with.learningRate: {from: 0, to: 2, scale: lg}}}}", "“linear” or “log”"),
            ("{trials: 3, rows: {spg: {stages.prompts.with.learningRate: {from: 0, too: 2}}}}", "did you mean “to”?"),
            ("trials: 0", "tune.trials: expected a whole number of trials from 1 to 10000, found the number 0"),
            ("seed: -1", "tune.seed: expected a whole number from 0"),
            ("by: test", "tune.by: expected “leave-one-out” or “validation”, found “test”"),
            ("row: spg", "tune.row: unknown key; did you mean “rows”?"),
            (
                "rows: {zero-shot: {stages.features.with.views: [1, 2]}, spg: {stages.features.with.views: [1, 2]}}",
                "it is chosen for the row “zero-shot” already"
            ),
        ])
    func faults(tune: String, message: String) throws {
        let line = tune.hasPrefix("{") ? "tune: \(tune)" : "tune:\n  \(tune)"
        let fault = try Self.fault(sampleText + "\n" + line)
        #expect(fault.contains(message), "\(fault)")
    }

    @Test("More combinations than can be tried are refused, unless trials are counted")
    func largeGrid() throws {
        let rates = (1...101).map { "\($0)" }.joined(separator: ", ")
        let rows = """
              rows: {spg: {stages.prompts.with.learningRate: [\(rates)], stages.generator.with.learningRate: [\(rates)]}}
            """
        #expect(try Self.fault(Self.text(rows)).contains("more than 10000 combinations; say how many"))
        #expect(throws: Never.self) { try specification(Self.text(rows + "\n  trials: 5")) }
    }

    @Test("What is to be chosen is in no key")
    func keys() throws {
        #expect(try plan(Self.text(Self.grid)).instances.map(\.key) == plan().instances.map(\.key))
    }

    // MARK: Trials

    /// The values of each trial for the first choice, as they are written.
    private static func values(_ tune: String, in laboratory: Laboratory) throws -> [[String]] {
        let outcome = try tuning(text(tune), in: laboratory, heldOut: "oil").outcome(in: laboratory.store)
        return try #require(outcome.choices.first).trials.map { trial in
            ["stages.prompts.with.learningRate", "stages.generator.with.learningRate"].compactMap {
                trial.values[$0]?.canonicalText
            }
        }
    }

    @Test("A grid is every combination, the last value fastest")
    func combinations() throws {
        let rates = [("0.002"), ("0.02")].flatMap { a in ["0.0001", "0.0002", "0.0004"].map { [a, $0] } }
        let laboratory = try Laboratory()
        #expect(try Self.values(Self.grid, in: laboratory) == rates)
        #expect(try Self.values(Self.grid + "\n  trials: 6", in: laboratory) == rates)
        // Some of them, all different; more begin as fewer do.
        let three = try Self.values(Self.grid + "\n  trials: 3", in: laboratory)
        #expect(Set(three).count == 3 && Set(three).isSubset(of: rates))
        #expect(try Self.values(Self.grid + "\n  trials: 5", in: laboratory).prefix(3) == three[...])
        #expect(try Self.values(Self.grid + "\n  trials: 3\n  seed: 2", in: laboratory) != three)
    }

    @Test("Numbers of a range are drawn in it, each by its name and number alone")
    func ranges() throws {
        func rows(_ range: String, besides other: String = "[1e-4, 2e-4]") -> String {
            """
              rows:
                spg:
                  stages.prompts.with.learningRate: \(range)
                  stages.generator.with.learningRate: \(other)
              trials: 40
            """
        }
        let laboratory = try Laboratory()
        let drawn = try Self.values(rows("{from: 1e-4, to: 1.0, scale: log}"), in: laboratory).compactMap { Double($0[0]) }
        #expect(drawn.count == 40 && drawn.allSatisfy { (1e-4...1).contains($0) })
        // Each of four orders of magnitude has its share.
        for power in -4..<0 {
            let share = drawn.count { (pow(10, Double(power))..<pow(10, Double(power + 1))).contains($0) }
            #expect((3...20).contains(share), "\(power): \(share)")
        }
        #expect(drawn.allSatisfy { Double(String(format: "%.3g", $0)) == $0 })
        // The other value, and how many there are of it, changes nothing.
        let beside = try Self.values(rows("{from: 1e-4, to: 1.0, scale: log}", besides: "[1e-3, 2e-3, 3e-3]"), in: laboratory)
        #expect(beside.compactMap { Double($0[0]) } == drawn)
        let whole = try Self.values(rows("{from: 1, to: 3}"), in: laboratory)
        // Six combinations and no more.
        #expect(Set(whole.map { $0[0] }) == ["1", "2", "3"] && whole.count == 6 && Set(whole).count == 6)
        let linear = try Self.values(rows("{from: 1.0, to: 3.0}"), in: laboratory).compactMap { Double($0[0]) }
        #expect(linear.allSatisfy { (1...3).contains($0) } && linear.contains { $0 != $0.rounded() })
    }

    // MARK: What is made

    @Test("Each target's trials are made from its sources alone, each of which is tested on")
    func leaveOneOut() throws {
        let laboratory = try Laboratory()
        let tuning = try Self.tuning(Self.text(Self.grid), in: laboratory)
        let plan = tuning.plan
        #expect(plan.specification.name == "sample trials")
        for (target, sources) in [("oil", ["chalk", "ink"]), ("ink", ["chalk", "oil"])] {
            let evaluations = plan.instances.filter { $0.stage == "spg" && $0.cell.value(on: "heldOut")?.text == target }
            // Six trials, two sources, two seeds.
            #expect(evaluations.count == 24)
            #expect(Set(evaluations.compactMap { $0.cell.value(on: "target")?.text }) == Set(sources))
            let lineage = Self.lineage(of: evaluations.map(\.key), in: plan)
            #expect(try !lineage.contains(Self.images(target, in: laboratory)))
            for source in sources { #expect(try lineage.contains(Self.images(source, in: laboratory))) }
        }
        // Features are of no trial; prompts of those of their own rate, for whichever target.
        #expect(plan.instances.filter { $0.stage == "features" }.map(\.name).count == 3)
        let prompts = plan.instances.filter { $0.stage == "prompts" }
        #expect(prompts.count == 12 && Set(prompts.map(\.key)).count == 12)
        #expect(prompts.contains { $0.name == "prompts(domain oil, seed 1, prompts.learningRate 2e-2)" })
        #expect(Set(plan.instances.map(\.name)).count == plan.instances.count)
        // To leave ink out and test on oil is the same work as the other way round.
        func generator(_ target: String, _ heldOut: String) throws -> ArtifactKey {
            let name =
                "generator(target \(target), seed 1, heldOut \(heldOut), prompts.learningRate 2e-2, generator.learningRate 4e-4)"
            return try #require(plan.instances.first { $0.name == name }).key
        }
        #expect(try generator("ink", "oil") == generator("oil", "ink"))
        // No stage of another row.
        #expect(!plan.instances.contains { $0.stage == "zero-shot" })
    }

    @Test("A trial is the pipeline with its values, without the target")
    func trialKeys() throws {
        let laboratory = try Laboratory()
        let tuning = try Self.tuning(Self.text(Self.grid), in: laboratory, heldOut: "oil")
        let inner = sampleText.replacing("name: Sample", with: "name: Sample, domains: [ink, chalk]")
            .replacing("target: [oil, ink]", with: "target: [chalk, ink]").replacing("2e-3", with: "2e-2")
            .replacing("with: {seed: \"${seed}\"}\n  zero", with: "with: {seed: \"${seed}\", learningRate: 4e-4}\n  zero")
        let keys = Set(try laboratory.plan(inner).instances.filter { $0.stage != "zero-shot" }.map(\.key))
        #expect(keys.count == 2 + 4 + 4 + 4 && keys.isSubset(of: tuning.plan.instances.map(\.key)))
    }

    @Test("What a file says of single cells and of targets is no hindrance, and each source is judged with every seed")
    func unevenMatrix() throws {
        let laboratory = try Laboratory()
        let text = sampleText.replacing(
            "  seed: [1, 2]",
            with: """
                  seed: [1, 2]
                  exclude: [{target: oil, seed: 2}]
                  include: [{target: chalk, seed: 2}]
                  names: {first: {target: oil, seed: 1}, last: {target: chalk}}
                """
        ).replacing(
            "with: {seed: \"${seed}\"}\n  zero",
            with: """
                with: {seed: "${seed}"}
                    where: [{target: oil, with: {seed: 5}}, {target: chalk, with: {seed: 6}}]
                  zero
                """)
        let tuning = try Self.tuning(Self.text(Self.grid, of: text), in: laboratory)
        let outcome = try tuning.outcome(in: laboratory.store)
        #expect(outcome.choices.map(\.value) == ["oil", "ink", "chalk"])
        for (target, sources) in [("oil", ["chalk", "ink"]), ("ink", ["chalk", "oil"]), ("chalk", ["ink", "oil"])] {
            let evaluations = tuning.plan.instances.filter {
                $0.stage == "spg" && $0.cell.value(on: "heldOut")?.text == target
            }
            let cells = Set(
                evaluations.map { "\($0.cell.value(on: "target")?.text ?? "") \($0.cell.value(on: "seed")?.text ?? "")" })
            #expect(cells == Set(sources.flatMap { ["\($0) 1", "\($0) 2"] }))
            #expect(
                try !Self.lineage(of: evaluations.map(\.key), in: tuning.plan).contains(Self.images(target, in: laboratory)))
        }
    }

    @Test("Of a domain that is held out for good not even the files are looked at")
    func heldOutForGood() throws {
        let laboratory = try Laboratory()
        let images = try Self.images("chalk", in: laboratory)
        for label in ["cat", "dog"] {
            let file = laboratory.folder.appending(path: "data/chalk/\(label)/0.jpg")
            try FileManager.default.removeItem(at: file)
            try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: "/nowhere")
        }
        let tuning = try Self.tuning(Self.text(Self.grid), in: laboratory, heldOut: "chalk")
        #expect(!tuning.plan.instances.contains { $0.recipe.inputs.contains { $0.key == images } })
        let domains = tuning.plan.instances.compactMap { $0.cell.value(on: "domain")?.text }
        #expect(Set(domains) == ["ink", "oil"])
    }

    @Test("Judged by validation, a target's own trainings are made and nothing is evaluated")
    func validation() throws {
        let laboratory = try Laboratory()
        let tuning = try Self.tuning(Self.text(Self.grid + "\n  by: validation"), in: laboratory)
        #expect(Set(tuning.plan.instances.map(\.stage)) == ["features", "prompts", "generator"])
        let whole = try laboratory.plan(sampleText.replacing("2e-3", with: "2e-2"))
        let generators = tuning.plan.instances.filter { $0.stage == "generator" }
        // Trials are what a run with these values would make.
        #expect(generators.count == 2 * 2 * 6)
        #expect(
            Set(whole.instances.filter { $0.stage == "generator" }.map(\.key)).isSubset(of: Set(generators.map(\.key))))
        let oil = generators.filter { $0.cell.value(on: "target")?.text == "oil" }
        let lineage = Self.lineage(of: oil.map(\.key), in: tuning.plan)
        #expect(try !lineage.contains(Self.images("oil", in: laboratory)))
    }

    @Test("Where one source is learned from, each chooses by its own validation images")
    func oneSource() throws {
        let laboratory = try Laboratory()
        let text = sampleText.replacing("target: [oil, ink]", with: "source: [oil, ink]\n  target: [oil, ink, chalk]")
        let error = try #require(throws: SpecificationError.self) {
            try Self.tuning(Self.text(Self.grid, of: text), in: laboratory)
        }
        #expect("\(error)".contains("judge by validation"))
        let tuning = try Self.tuning(Self.text(Self.grid + "\n  by: validation", of: text), in: laboratory)
        let outcome = try tuning.outcome(in: laboratory.store)
        #expect(outcome.choices.map(\.value) == ["oil", "ink"] && outcome.choices.allSatisfy { $0.axis == "source" })
        let generators = tuning.plan.instances.filter { $0.cell.value(on: "source")?.text == "oil" }
        #expect(try !Self.lineage(of: generators.map(\.key), in: tuning.plan).contains(Self.images("ink", in: laboratory)))
    }

    @Test("For other data sets, the one that is learned from decides once")
    func otherDataSets() throws {
        let laboratory = try Laboratory()
        let text = sampleText.replacing("  target: [oil, ink]\n", with: "")
            .replacing("encoder:", with: "targets: {Elsewhere: {root: /not/there}}\nencoder:")
        let tuning = try Self.tuning(Self.text(Self.grid, of: text), in: laboratory)
        let outcome = try tuning.outcome(in: laboratory.store)
        #expect(outcome.choices.count == 1 && outcome.choices[0].axis == nil && outcome.choices[0].trials.count == 6)
        // Six trials, three domains, two seeds, of what the two others teach.
        #expect(tuning.plan.instances.count { $0.stage == "spg" } == 36)
        #expect(tuning.plan.instances.first { $0.stage == "generator" }?.recipe.inputs.count == 4)
    }

    /// The sample with a row “adapted” of a stage that makes a generator.
    private static func adapting(_ stage: String) -> String {
        sampleText.replacing(
            "  zero-shot:",
            with: """
                  styles: \(stage)
                  adapted: {uses: evaluate, from: {embeddings: features, generator: styles}, with: {seed: "${seed}"}}
                  zero-shot:
                """
        ).replacing("spg: SPG}", with: "spg: SPG, adapted: Adapted}")
    }

    @Test("What learns from the target's images without their labels cannot be judged by that target's own training")
    func adaptation() throws {
        let laboratory = try Laboratory()
        let kind = StageKind(
            name: "adapt", executable: "stage", makes: .generator, algorithmVersion: 1,
            parameters: declared(["seed": 1, "rate": 1]),
            roles: [.init("embeddings", .embeddings, .sources), .init("target", .embeddings, .target)])
        let text = Self.adapting(
            "{uses: adapt, from: {embeddings: features, target: features}, with: {seed: \"${seed}\"}}")
        let rows = "  rows: {adapted: {stages.styles.with.rate: [1, 2]}}"
        let plan = try Self.tuning(Self.text(rows, of: text), in: laboratory, kinds: sampleKinds() + [kind]).plan
        let evaluations = plan.instances.filter { $0.stage == "adapted" && $0.cell.value(on: "heldOut")?.text == "oil" }
        #expect(evaluations.count == 8)
        #expect(try !Self.lineage(of: evaluations.map(\.key), in: plan).contains(Self.images("oil", in: laboratory)))
        let error = try #require(throws: TuningError.self) {
            try Self.tuning(
                Self.text(rows + "\n  by: validation", of: text), in: laboratory, kinds: sampleKinds() + [kind])
        }
        #expect(
            "\(error)".contains(
                "styles(target oil, seed 1), which “adapted” is to be judged by, would be made from images of oil"))
        #expect("\(error)".contains("judge by leave-one-out"))
    }

    @Test("A generator that was learned elsewhere may have seen the target")
    func importedGenerator() throws {
        let laboratory = try Laboratory()
        let file = laboratory.folder.appending(path: "generator.pt")
        try Data("weights".utf8).write(to: file)
        let kind = StageKind(
            name: ImportStage.Subject.generator.kind.name, executable: "stage", makes: .generator, algorithmVersion: 1,
            parameters: declared(["file": ""], file: "file"), roles: [.init("embeddings", .embeddings, .sources)])
        let text = Self.adapting("{uses: \(kind.name), from: {embeddings: features}, with: {file: \"\(file.path)\"}}")
        let error = try #require(throws: TuningError.self) {
            try Self.tuning(
                Self.text("  rows: {adapted: {stages.adapted.with.template: [a, b]}}", of: text), in: laboratory,
                kinds: sampleKinds() + [kind])
        }
        #expect("\(error)".contains("was learned elsewhere, most likely from images that must have no say"))
    }

    @Test("What cannot be judged or written is refused before anything runs")
    func refusals() throws {
        let laboratory = try Laboratory()
        func message(_ tune: String, of text: String = sampleText, rows: [String] = [], heldOut: String? = nil) throws -> String
        {
            let error = try #require(throws: (any Error).self) {
                try Self.tuning(Self.text(tune, of: text), in: laboratory, rows: rows, heldOut: heldOut)
            }
            return "\(error)"
        }
        let plain = "  rows: {spg: {stages.prompts.with.learningRate: [1, 2]}}"
        #expect(try message(plain + "\nrows: [zero-shot]").contains("“rows” leaves this row out"))
        #expect(try message(plain, rows: ["zero-shot"]).contains("nothing is to be chosen for the row “zero-shot”"))
        #expect(try message(plain, rows: ["sgp"]).contains("the table has no such row; did you mean “spg”?"))
        #expect(try message("  trials: 2").contains("has no values to choose"))
        #expect(
            try message(plain + "\n  by: validation", heldOut: "chalk").contains("the matrix has no target “chalk”"))
        #expect(
            try message(plain, of: sampleText.replacing("target: [oil, ink]", with: "target: [oil, inkk]"))
                .hasPrefix("sample.yaml:6:17: matrix.target.1: "))
        #expect(try message(plain, heldOut: "chalck").contains("has no such domain; did you mean “chalk”?"))
        #expect(
            try message("  rows: {zero-shot: {stages.zero-shot.with.template: [a, b]}}\n  by: validation").contains(
                "takes nothing that is learned"))
        // A value that the stage has for all targets cannot be another one for each.
        let valued = sampleText.replacing("stages:", with: "values: {rate: 1}\nstages:")
            .replacing("learningRate: 2e-3", with: "learningRate: \"${values.rate}\"")
        let shared = "  rows: {spg: {values.rate: [1, 2]}}"
        #expect(try message(shared, of: valued).contains("--target NAME"))
        #expect(throws: Never.self) { try Self.tuning(Self.text(shared, of: valued), in: laboratory, heldOut: "oil") }
        let moving = sampleText.replacing("stages:", with: "values: {seeds: [1]}\nstages:")
            .replacing("seed: [1, 2]", with: "seed: \"${values.seeds}\"")
        #expect(
            try message("  rows: {spg: {values.seeds: [[1], [2]]}}", of: moving, heldOut: "oil").contains(
                "it changes the data set"))
        let overridden = sampleText.replacing(
            "learningRate: 2e-3}", with: "learningRate: 2e-3}\n    where: [{seed: 2, with: {learningRate: 1}}]")
        #expect(try message(plain, of: overridden).contains("stages.prompts.where has other values of it"))
        // A value of the wrong type is an error where it stands.
        #expect(
            try message("  rows:\n    spg:\n      stages.prompts.with.learningRate: [1, many]")
                .hasPrefix("sample.yaml:24:45: stages.prompts.with.learningRate: expected a number, found “many”"))
        // What is tried must change what is judged.
        #expect(
            try message("  rows: {spg: {stages.spg.with.template: [a, b]}}\n  by: validation")
                .contains("is the same in all trials"))
        let two = sampleText.replacing("name: Sample}", with: "name: Sample, domains: [oil, ink]}")
        #expect(try message(plain, of: two).contains("without oil there are not two domains"))
        #expect(
            try message(
                plain,
                of: sampleText.replacing("seed: [1, 2]", with: "seed: [1, 2]\n  heldOut: [1]")
                    .replacing("context: \"an icon of a\"", with: "context: \"an icon of a ${heldOut}\"")
            )
            .contains("trials are told apart by an axis of this name"))
    }

    // MARK: What comes of it

    /// Makes everything, evaluations as well as their rates say, and returns what is chosen.
    private static func outcome(
        _ tuning: Tuning, in laboratory: Laboratory, correct: (Instance) -> Int?
    ) throws -> TuneOutcome {
        for instance in tuning.plan.work {
            guard let number = correct(instance) else {
                if instance.kind.makes == .evaluation { try laboratory.store.recordFailure("no", of: instance.key) }
                continue
            }
            if try !laboratory.store.contains(instance.key) { try laboratory.make(instance, correct: number) }
        }
        return try tuning.outcome(in: laboratory.store)
    }

    private static func rate(_ instance: Instance) -> String { instance.cell.value(on: "prompts.learningRate")?.text ?? "" }

    private static let rates = "  rows: {spg: {stages.prompts.with.learningRate: [1e-3, 1e-2, 1e-1]}}"

    @Test("The best trial is chosen, of equal ones the first; each target's by itself")
    func choice() throws {
        let laboratory = try Laboratory()
        let tuning = try Self.tuning(Self.text(Self.rates), in: laboratory)
        // Of two images each. Testing on chalk what ink taught is for target oil alone, and what oil taught for target ink.
        let outcome = try Self.outcome(tuning, in: laboratory) { instance in
            let (target, heldOut) = (instance.cell.value(on: "target")?.text, instance.cell.value(on: "heldOut")?.text)
            guard target == "chalk" else { return 1 }
            switch Self.rate(instance) {
            case "1e-2": return heldOut == "oil" ? 2 : 0
            case "1e-1": return heldOut == "oil" ? 2 : 0
            default: return 1
            }
        }
        #expect(outcome.isWhole && outcome.choices.map(\.value) == ["oil", "ink"])
        #expect(outcome.choices.map(\.chosen) == [2, 1])
        #expect(outcome.choices[0].trials.map(\.accuracy) == [0.5, 0.75, 0.75])
        #expect(outcome.choices[1].trials.map(\.accuracy) == [0.5, 0.25, 0.25])
        let lines = outcome.tables[0].text.split(separator: "\n").map(String.init)
        #expect(lines[0] == "SPG for target oil: accuracy in percent on each source by what the others taught")
        #expect(
            lines.contains { $0.hasPrefix("trial 2") && $0.contains("75.0 ± 0.0") && $0.hasSuffix("1e-2  chosen") }, "\(lines)")
        #expect(lines.count { $0.hasSuffix("chosen") } == 1)
        #expect(outcome.longTable.rows.count == 2 * 3 * 3)
    }

    @Test("A trial of which something failed is not chosen, and is named")
    func failures() throws {
        let laboratory = try Laboratory()
        let tuning = try Self.tuning(Self.text(Self.rates), in: laboratory, heldOut: "oil")
        let outcome = try Self.outcome(tuning, in: laboratory) { instance in
            guard instance.stage == "spg" else { return 1 }
            switch Self.rate(instance) {
            case "1e-1": return instance.cell.value(on: "seed")?.text == "2" ? nil : 2
            case "1e-2": return 1
            default: return 0
            }
        }
        #expect(!outcome.isWhole && outcome.choices[0].chosen == 2 && outcome.choices[0].trials[2].accuracy == nil)
        #expect(outcome.choices[0].trials[2].failed.count == 2)
        let text = outcome.tables[0].text
        #expect(text.contains("trial 3: spg(target chalk, seed 2, ") && text.contains("failed"), "\(text)")
        let file = try Self.file(outcome, in: laboratory)
        #expect(file.contains("trial 2 of 3, 50.0 ± 0.0 %: prompts.learningRate 1e-2; not judged: trial 3"))
        // None is chosen where none is whole.
        let nothing = try Self.tuning(
            Self.text("  rows: {spg: {stages.prompts.with.learningRate: [5]}}"), in: laboratory, heldOut: "oil"
        ).outcome(in: laboratory.store)
        #expect(nothing.choices[0].chosen == nil)
        #expect(throws: TuningError.self) { try Self.file(nothing, in: laboratory) }
    }

    /// What is written beside the sample, which is written first.
    private static func file(
        _ outcome: TuneOutcome, in laboratory: Laboratory, text: String = text(rates), isForGood: Bool = false
    ) throws -> String {
        let path = laboratory.folder.appending(path: "sample.yaml")
        try Data(text.replacing("Data/sample", with: laboratory.folder.appending(path: "data").path).utf8).write(to: path)
        return try TunedFile(
            outcome, of: path.path, at: laboratory.folder.appending(path: "tuned.yaml"), isForGood: isForGood,
            command: "spg tune sample.yaml\n-o tuned.yaml"
        ).text
    }

    /// The keys of a pipeline's instances by their stages and cells' values on some axes.
    private static func keys(of stage: String, _ file: URL, in laboratory: Laboratory) throws -> [String: Set<ArtifactKey>] {
        let specification = try Specification(contentsOf: file, kinds: sampleKinds())
        let inputs = try PlanInputs(
            for: specification, in: laboratory.store, encoder: { _ in Laboratory.encoder.key }, recording: true)
        let instances = try Plan(specification, inputs: inputs).instances.filter { $0.stage == stage }
        return Dictionary(grouping: instances) { $0.cell.value(on: "target")?.text ?? "" }.mapValues { Set($0.map(\.key)) }
    }

    @Test("The file that is written has each target's values, and makes what the file with these would")
    func tunedFile() throws {
        let laboratory = try Laboratory()
        let sample = sampleText.replacing(
            "learningRate: 2e-3}", with: "learningRate: 2e-3}\n    where: [{seed: 2, with: {epochs: 7}}]")
        let text = Self.text(Self.rates, of: sample)
        let tuning = try Self.tuning(text, in: laboratory)
        let outcome = try Self.outcome(tuning, in: laboratory) { instance in
            let best = instance.cell.value(on: "heldOut")?.text == "oil" ? "1e-2" : "1e-1"
            return instance.cell.value(on: "target")?.text == "chalk" && Self.rate(instance) == best ? 2 : 0
        }
        let written = try Self.file(outcome, in: laboratory, text: text)
        #expect(try written == Self.file(outcome, in: laboratory, text: text))
        #expect(
            written.hasPrefix(
                """
                # Chosen by: spg tune sample.yaml -o tuned.yaml
                # Judged by the accuracy on each source of what the other sources taught; no target was looked at.
                # SPG for target oil: trial 2 of 3, 50.0 ± 0.0 %: prompts.learningRate 1e-2
                # SPG for target ink: trial 3 of 3, 50.0 ± 0.0 %: prompts.learningRate 1e-1
                pipeline: sample-tuned
                extends: sample.yaml
                tune: ~
                stages:

                """), "\(written)")
        let url = laboratory.folder.appending(path: "tuned.yaml")
        try Data(written.utf8).write(to: url)
        let tuned = try Self.keys(of: "spg", url, in: laboratory)
        for (target, rate) in [("oil", "1e-2"), ("ink", "1e-1")] {
            let plain = laboratory.folder.appending(path: "plain.yaml")
            let root = laboratory.folder.appending(path: "data").path
            try Data(sample.replacing("2e-3", with: rate).replacing("Data/sample", with: root).utf8).write(to: plain)
            #expect(try tuned[target] == Self.keys(of: "spg", plain, in: laboratory)[target])
        }
        #expect(try Specification(contentsOf: url, kinds: sampleKinds()).tuning == nil)
    }

    @Test("A choice for all targets stands where the value stood, in a file in another folder, too")
    func plainFile() throws {
        let laboratory = try Laboratory()
        let tuning = try Self.tuning(Self.text(Self.rates), in: laboratory, heldOut: "chalk")
        let outcome = try Self.outcome(tuning, in: laboratory) { Self.rate($0) == "1e-1" ? 2 : 1 }
        let written = try Self.file(outcome, in: laboratory, isForGood: true)
        #expect(written.contains("# The others have decided for all targets"))
        #expect(written.hasSuffix("stages:\n  prompts:\n    with:\n      learningRate: 1e-1\n"), "\(written)")
        let folder = laboratory.folder.appending(path: "a/b")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = try TunedFile(
            outcome, of: laboratory.folder.appending(path: "sample.yaml").path, at: folder.appending(path: "tuned.yaml"),
            isForGood: true, command: "spg")
        #expect(file.text.contains("extends: \"../../sample.yaml\"\n"), "\(file.text)")
        try Data(file.text.utf8).write(to: folder.appending(path: "tuned.yaml"))
        let tuned = try Specification(contentsOf: folder.appending(path: "tuned.yaml"), kinds: sampleKinds())
        #expect(tuned.name == "sample-tuned")
    }

    @Test("Options say the same as the file")
    func options() throws {
        let laboratory = try Laboratory()
        let edits: [SpecificationEdit] = try [
            .choosing("stages.prompts.with.learningRate=[1e-3, 1e-2, 1e-1]", row: "spg"),
            .tuning("seed", "7", option: "--seed 7"), .tuning("trials", "2", option: "--trials 2"),
        ]
        let tuning = try Self.tuning(sampleText, in: laboratory, edits: edits)
        let same = try Self.tuning(Self.text(Self.rates + "\n  seed: 7\n  trials: 2"), in: laboratory)
        #expect(tuning.plan.instances.map(\.name) == same.plan.instances.map(\.name) && !tuning.plan.instances.isEmpty)
        // --set changes the block, too, or brings it in.
        let set = try [SpecificationEdit("tune.trials=2"), SpecificationEdit("tune.seed=7")]
        let shorter = try Self.tuning(Self.text(Self.rates), in: laboratory, edits: set)
        #expect(shorter.plan.instances.map(\.name) == same.plan.instances.map(\.name))
        #expect(throws: Never.self) {
            try Specification(text: sampleText, file: "sample.yaml", kinds: sampleKinds(), edits: set)
        }
        let wrong = try SpecificationEdit.choosing("stages.prompts.with.learningRat=[1]", row: "spg")
        let error = try #require(throws: SpecificationError.self) {
            try Self.tuning(sampleText, in: laboratory, edits: [wrong])
        }
        #expect(
            "\(error)".hasPrefix("--value stages.prompts.with.learningRat=[1]: stages.prompts.with.learningRat: unknown key"))
        #expect(throws: SpecificationError.self) { try SpecificationEdit.choosing("stages", row: "spg") }
    }
}

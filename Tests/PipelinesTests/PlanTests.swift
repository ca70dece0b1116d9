import ArtifactStore
import Datasets
import Datasets
import Pipelines
import Testing

@Suite("Planning")
struct PlanTests {
    @Test("Every stage is planned once in each cell that it depends on")
    func instances() throws {
        let names = try plan().instances.map(\.name)
        #expect(
            names.filter { $0.hasPrefix("features") }
                == ["features(domain chalk)", "features(domain ink)", "features(domain oil)"])
        #expect(
            names.filter { $0.hasPrefix("prompts") }
                == ["chalk", "ink", "oil"].flatMap { domain in
                    [1, 2].map { "prompts(domain \(domain), seed \($0))" }
                })
        #expect(
            names.filter { $0.hasPrefix("generator") }
                == ["oil", "ink"].flatMap { target in
                    [1, 2].map { "generator(target \(target), seed \($0))" }
                })
        #expect(names.filter { $0.hasPrefix("zero") } == ["zero-shot(target oil)", "zero-shot(target ink)"])
        #expect(names.count == 3 + 6 + 4 + 2 + 4)
    }

    @Test("Inputs come before what takes them, also where the file has them the other way round")
    func order() throws {
        let lines = sampleText.split(separator: "\n").map(String.init)
        let stages = lines.firstIndex(of: "stages:").map { $0 + 1 } ?? 0
        let turned =
            lines[..<stages] + lines[(stages + 9)..<(lines.count - 1)] + lines[stages..<(stages + 9)] + lines.suffix(1)
        let plan = try plan(turned.joined(separator: "\n"))
        var seen: Set<Name> = []
        for instance in plan.instances {
            for case .instance(let name) in instance.sources { #expect(seen.contains(name)) }
            seen.insert(Name(instance.name))
        }
        #expect(plan.instances.count == 19)
    }

    @Test("A generator takes the embeddings and prompts of its source domains, paired, at its own seed")
    func sources() throws {
        let plan = try plan()
        let generator = try #require(plan.instances.first { $0.name == "generator(target ink, seed 2)" })
        #expect(
            generator.sources == [
                .instance(name: "features(domain chalk)"), .instance(name: "features(domain oil)"),
                .instance(name: "prompts(domain chalk, seed 2)"), .instance(name: "prompts(domain oil, seed 2)"),
            ])
        #expect(generator.recipe.inputs.map(\.role) == ["embeddings", "embeddings", "prompts", "prompts"])
        let keys = Dictionary(uniqueKeysWithValues: plan.instances.map { (Name($0.name), $0.key) })
        for case (let input, .instance(let name)) in zip(generator.recipe.inputs, generator.sources) {
            #expect(input.key == keys[name])
        }
    }

    @Test("A recipe has all parameters, the encoder where images are read, and numbers where the axis has numbers")
    func recipe() throws {
        let plan = try plan()
        let features = try #require(plan.instances.first { $0.stage == "features" })
        #expect(
            features.recipe.parameters
                == [
                    "stage": "extract", "views": 4, "policy": "crop-flip", "encoder": .string(digest("encoder").description),
                ])
        #expect(features.recipe.inputs == [.init("images", digest("images of chalk"))])
        let prompt = try #require(plan.instances.first { $0.name == "prompts(domain oil, seed 2)" })
        #expect(
            prompt.recipe.parameters == [
                "stage": "fit", "seed": 2, "context": "an icon of a", "learningRate": 0.002, "epochs": 50, "balanced": false,
                "betas": [0.9, 0.999], "initial": .null,
            ])
        #expect(prompt.key == prompt.recipe.key)
    }

    @Test("References are replaced inside texts, and stand for texts where a text is wanted")
    func references() throws {
        func context(_ written: String) throws -> JSONValue? {
            let plan = try plan(sampleText.replacing("\"an icon of a\"", with: written))
            return plan.instances.first { $0.name == "prompts(domain oil, seed 2)" }?.recipe.parameters["context"]
        }
        #expect(try context("\"a ${domain} icon, try ${seed}, of a\"") == "a oil icon, try 2, of a")
        #expect(try context("\"${seed}\"") == "2")
    }

    @Test("`on: sources` pools the sources: one prompt for each target")
    func pooled() throws {
        let text = sampleText.replacing("uses: fit", with: "uses: fit\n    on: sources")
            .replacing(
                "from: {embeddings: features, generator: generator}",
                with: "from: {embeddings: features, prompts: prompts}")
        let plan = try plan(text)
        let prompt = try #require(plan.instances.first { $0.stage == "prompts" })
        #expect(prompt.name == "prompts(target oil, seed 1)")
        #expect(prompt.sources == [.instance(name: "features(domain chalk)"), .instance(name: "features(domain ink)")])
        let evaluation = try #require(plan.instances.first { $0.name == "spg(target oil, seed 1)" })
        #expect(evaluation.sources == [.instance(name: "features(domain oil)"), .instance(name: Name(prompt.name))])
    }

    // MARK: Keys

    /// The names of the instances whose keys differ between two plans of the same shape.
    private func changed(_ a: Plan, _ b: Plan) -> Set<String> {
        #expect(a.instances.map(\.name).sorted() == b.instances.map(\.name).sorted())
        let keys = Dictionary(uniqueKeysWithValues: a.instances.map { ($0.name, $0.key) })
        return Set(b.instances.filter { keys[$0.name] != $0.key }.map(\.name))
    }

    private func names(_ plan: Plan, _ stages: String...) -> Set<String> {
        Set(plan.instances.filter { stages.contains($0.stage) }.map(\.name))
    }

    @Test("Changing one parameter changes exactly the keys downstream of it")
    func downstream() throws {
        let before = try plan()
        func after(_ old: String, _ new: String) throws -> Set<String> {
            let text = sampleText.replacing(old, with: new, maxReplacements: 1)
            #expect(text != sampleText)
            return changed(before, try plan(text))
        }
        #expect(try after("views: 4", "views: 5") == Set(before.instances.map(\.name)))
        #expect(try after("learningRate: 2e-3", "learningRate: 1e-3") == names(before, "prompts", "generator", "spg"))
        #expect(
            try after("prompts: prompts}\n    with: {", "prompts: prompts}\n    with: {learningRate: 1, ")
                == names(before, "generator", "spg"))
        #expect(try after("an icon of a {}.", "a {}.") == names(before, "zero-shot"))
        #expect(try after("results: {zero-shot: Zero-shot CLIP", "results: {zero-shot: CLIP") == [])
        #expect(try after("Data/sample, name: Sample", "elsewhere/sample, onBadImage: skip") == [])
    }

    @Test("Writing a default out, another spelling of a number, comments and the order of keys change nothing")
    func spelling() throws {
        let before = try plan()
        let respelt = sampleText.replacing("2e-3", with: "0.00200").replacing(
            "views: 4", with: "policy: crop-flip, views: 4.0"
        )
        .replacing("# A comment.", with: "# Another one.\n\n")
        .replacing("{seed: \"${seed}\", context: \"an icon of a\", ", with: "{context: an icon of a, seed: '${seed}', ")
        .replacing("{embeddings: features, prompts: prompts}", with: "{prompts: prompts, embeddings: features}")
        #expect(changed(before, try plan(respelt)) == [])
    }

    @Test("New images of one domain change what is made of them, and nothing else")
    func images() throws {
        let before = try plan()
        var inputs = sampleInputs()
        inputs.images["chalk"] = digest("one more image")
        let changed = changed(before, try plan(inputs: inputs))
        // Chalk is a source for both targets, and never a target.
        #expect(
            changed
                == names(before, "generator", "spg").union(before.instances.map(\.name).filter { $0.contains("chalk") })
        )
    }

    @Test("Another encoder changes everything")
    func encoder() throws {
        let before = try plan()
        #expect(changed(before, try plan(inputs: sampleInputs(encoder: "another"))).count == before.instances.count)
    }

    @Test("The same work under two names is planned twice and done once")
    func sameWork() throws {
        let twin =
            "  again: {uses: evaluate, from: {embeddings: features}, with: {template: \"an icon of a {}.\"}}\nresults:"
        let plan = try plan(sampleText.replacing("results:", with: twin))
        #expect(plan.instances.count == 21)
        #expect(plan.work.count == 19)
        #expect(Set(plan.work.map(\.key)).count == 19)
    }

    // MARK: Domains

    @Test("Domains and targets that are not there are refused, with those that are")
    func unknownDomains() throws {
        func message(_ old: String, _ new: String, _ inputs: PlanInputs = sampleInputs()) -> String? {
            #expect(throws: SpecificationError.self) { try plan(sampleText.replacing(old, with: new), inputs: inputs) }?
                .description
        }
        #expect(
            message("[oil, ink]", "[oil, inc]")
                == "sample.yaml:6:17: matrix.target.1: Data/sample has no domain “inc”; "
                + "did you mean “ink”? (known: chalk, ink, oil)")
        #expect(
            message("name: Sample", "domains: [oil, ink, chark]") == "sample.yaml:3:50: dataset.domains.2: "
                + "Data/sample has no domain “chark”; did you mean “chalk”? (known: chalk, ink, oil)")
        #expect(
            message("name: Sample", "domains: [oil, chalk]") == "sample.yaml:6:17: matrix.target.1: "
                + "the domain “ink” is not among those under dataset.domains: chalk, oil")
        #expect(
            message("[oil, ink]", "[oil]", sampleInputs(domains: ["oil"])) == "sample.yaml:14:3: stages.generator: "
                + "leaving out oil leaves no domain to learn from")
    }

    @Test("Listed domains are the only ones used")
    func listedDomains() throws {
        let plan = try plan(sampleText.replacing("name: Sample", with: "domains: [oil, ink]"))
        #expect(!plan.instances.contains { $0.name.contains("chalk") })
    }

    // MARK: Changes

    @Test("What changed since last time is said parameter by parameter and input by input")
    func changes() throws {
        let before = try plan()
        let after = try plan(sampleText.replacing("2e-3", with: "1e-3").replacing("icon", with: "sign"))
        func changes(_ name: String) throws -> [String] {
            let old = try #require(before.instances.first { $0.name == name })
            return try #require(after.instances.first { $0.name == name }).changes(since: old.recipe)
        }
        #expect(try changes("features(domain oil)") == [])
        #expect(
            try changes("prompts(domain oil, seed 1)")
                == ["context \"an icon of a\" → \"an sign of a\"", "learningRate 0.002 → 0.001"])
        #expect(
            try changes("generator(target ink, seed 1)")
                == ["prompts(domain chalk, seed 1) changed", "prompts(domain oil, seed 1) changed"])

        let features = try #require(after.instances.first)
        var old = features.recipe
        old.algorithmVersion = 0
        old.inputs[0].key = digest("older images")
        old.parameters = ["stage": "extract", "views": 4, "policy": "crop-flip", "encoder": "older"]
        #expect(
            try features.changes(since: old)
                == ["algorithm version 0 → 1", "the encoder changed", "the images of chalk changed"])
        old.inputs = []
        #expect(try features.changes(since: old).last == "images: the images of chalk came in")
    }
}

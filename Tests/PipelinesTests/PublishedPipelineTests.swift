import ArtifactStore
import Foundation
import Pipelines
import Stages
import Testing

/// Pipelines/spg: SPG's tasks on its data sets, planned on small trees in the layouts in which they come.
@Suite("The pipelines of SPG's tables")
struct PublishedPipelineTests {
    struct Set: Sendable {
        let name: String, folder: String, domains: [String]
        /// Paths of a domain's images, where {} is the domain.
        let images: [String]
        /// How many images of a domain train and how many validate.
        let parts: [Int]

        init(_ name: String, _ folder: String, _ domains: [String], _ images: [String], parts: [Int]) {
            (self.name, self.folder, self.domains, self.images, self.parts) = (name, folder, domains, images, parts)
        }

        var isPACS: Bool { name == "pacs" }
    }

    /// Three images in a folder.
    private static func three(_ folder: String) -> [String] { (1...3).map { "\(folder)/{}_\($0).jpg" } }

    static let sets = [
        Set(
            "pacs", "PACS", ["art_painting", "cartoon", "photo", "sketch"],
            three("images/{}/dog") + three("images/{}/person"), parts: [4, 2]),
        Set(
            "vlcs", "VLCS", ["CALTECH", "LABELME", "PASCAL", "SUN"],
            ["{}/train/0/1.jpg", "{}/crossval/1/2.jpg", "{}/test/1/3.jpg"], parts: [2, 1]),
        Set(
            "office-home", "OfficeHome", ["art", "clipart", "product", "real_world"],
            three("images/{}/Alarm_Clock") + three("images/{}/Bed"), parts: [4, 2]),
        Set(
            "terra-incognita", "TerraIncognita", ["location_100", "location_38", "location_43", "location_46"],
            three("{}/bird") + three("{}/cat"), parts: [4, 2]),
        Set(
            "domainnet", "DomainNet", ["clipart", "infograph", "painting", "quickdraw", "real", "sketch"],
            three("images/{}/bear") + three("images/{}/sun"), parts: [2, 2]),
    ]

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Pipelines/spg").standardizedFileURL

    private func write(_ set: Set, into laboratory: Laboratory) throws {
        for domain in set.domains {
            let paths = set.images.map { "\(set.folder)/" + $0.replacing("{}", with: domain) }
            for path in paths { try laboratory.addImage(path) }
        }
    }

    private func plan(_ file: String, in laboratory: Laboratory, edits: [String] = []) throws -> Plan {
        // The files' paths begin with Data/, relative to where the program runs.
        let data = laboratory.folder.appending(path: "data").path
        var roots: [String] = []
        for (place, set) in Self.sets.map({ ("targets.\($0.folder)", $0) })
        where file.hasPrefix("cross") && set.name != "domainnet" {
            roots.append("\(place).root=\(data)/\(set.folder)")
        }
        let own = try #require(Self.sets.first { file.contains($0.name) })
        roots.append("dataset.root=\(data)/\(own.folder)")
        let edits = try (roots + edits).map { try SpecificationEdit($0) }
        let specification = try Specification(
            contentsOf: Self.folder.appending(path: file), kinds: StageKind.all, edits: edits)
        let inputs = try PlanInputs(
            for: specification, in: laboratory.store, encoder: { _ in Laboratory.encoder.key }, recording: true)
        return try Plan(specification, inputs: inputs)
    }

    /// Those of a stage's first instance.
    private func parameters(_ stage: String, _ plan: Plan) throws -> JSONValue {
        try #require(plan.instances.first { $0.stage == stage }).recipe.parameters
    }

    /// The values that the scripts run with, or the configuration's.
    private func expectAuthors(_ plan: Plan, _ set: Set, as way: String = "scripts", in laboratory: Laboratory) throws {
        let generator = try parameters("generator", plan), isWide = set.isPACS && way == "configuration"
        let expected: [String: JSONValue] = [
            "learningRate": 2e-3, "weightDecay": 1e-4, "batchSize": 32, "epochs": 70, "warmUpEpochs": 4,
            "warmUpLearningRate": 1e-5, "latentDimension": 100, "stepsPerEpoch": 0, "balanceDomains": false,
            "validateEvery": 1, "clip": true, "clipDiscriminatorEnds": 5, "clipDiscriminatorBiases": 0.5,
            "clipDiscriminatorWeights": isWide ? 0.5 : 0.05, "clipGeneratorWeights": isWide ? 5e-2 : 5e-3,
            "clipGeneratorBiases": isWide ? 5e-7 : 5e-8, "clipGeneratorEnds": isWide ? 5 : 1,
        ]
        for (name, value) in expected { #expect(generator[name] == value, "\(name) of \(set.name)") }
        let prompts = try parameters("prompts", plan)
        let stageOne: [String: JSONValue] = [
            "context": "a photo of a", "contextLength": 4, "learningRate": 2e-3, "momentum": 0.9, "batchSize": 32, "epochs": 50,
            "warmUpLearningRate": 1e-5, "seed": 1,
            "weightDecay": way == "scripts" ? 1e-4 : 5e-4, "warmUpEpochs": way == "scripts" ? 4 : 1,
        ]
        for (name, value) in stageOne { #expect(prompts[name] == value, "\(name) of \(set.name)") }
        // The authors' parts, and no seed.
        #expect(prompts["trainFraction"] == nil && prompts["splitSeed"] == nil)
        let inputs = try #require(plan.instances.first { $0.stage == "prompts" }).recipe.inputs
        #expect(inputs.map(\.role) == ["embeddings", "train", "validation"])
        #expect(try inputs.dropFirst().map { try laboratory.store.manifest($0.key).images.count } == set.parts, "\(set.name)")
        #expect(try parameters("zero-shot", plan)["template"] == "a photo of a {}.")
    }

    /// The targets of the generators whose gradients are not clipped.
    private func unclipped(_ plan: Plan) -> Swift.Set<String?> {
        Swift.Set(plan.instances.filter { $0.recipe.parameters["clip"] == false }.map { $0.cell.value(on: "target")?.text })
    }

    private func counts(_ plan: Plan) -> [Int] {
        ["features", "prompts", "generator", "zero-shot", "domain-prompts", "spg"].map { stage in
            plan.instances.count { $0.stage == stage }
        }
    }

    @Test("Leaving one domain out, and learning from one: as the scripts run, for each data set and backbone", arguments: sets)
    func ownDomains(set: Set) throws {
        let laboratory = try Laboratory()
        try write(set, into: laboratory)
        let count = set.domains.count
        for (backbone, file) in [("vit-b16", "ViT-B-16.pt"), ("rn50", "RN50.pt")] {
            let multi = try plan("multi-source/\(set.name)-\(backbone).yaml", in: laboratory)
            #expect(multi.specification.name == "spg-\(set.name)-multi-source-\(backbone)")
            #expect(multi.specification.checkpoint.value == "Models/\(file)")
            #expect(counts(multi) == [count, count, 3 * count, count, count, 3 * count])
            #expect(multi.columns == set.domains)
            try expectAuthors(multi, set, in: laboratory)
            #expect(unclipped(multi) == [])
            let configured = try plan(
                "multi-source/\(set.name)-\(backbone).yaml", in: laboratory, edits: ["values.as=configuration"])
            #expect(counts(configured) == counts(multi))
            try expectAuthors(configured, set, as: "configuration", in: laboratory)
            #expect(unclipped(configured) == (set.isPACS ? ["cartoon", "photo"] : []))

            let single = try plan("single-source/\(set.name)-\(backbone).yaml", in: laboratory)
            #expect(single.specification.name == "spg-\(set.name)-single-source-\(backbone)")
            let pairs = count * (count - 1)
            #expect(counts(single) == [count, count, 3 * count, count, pairs, 3 * pairs])
            #expect(single.columns == set.domains)
            try expectAuthors(single, set, in: laboratory)
            #expect(unclipped(single) == [])
            // What both learn first is the same.
            let keys = { (plan: Plan) in plan.instances.filter { $0.stage == "prompts" }.map(\.key) }
            #expect(keys(single) == keys(multi))
        }
    }

    /// Rows of tables by what is learned for them, and what an instance for a seed is multiplied by: the targets that are left
    /// out, or the sources.
    private static let baselines = [
        ("coop-prompts", "coop"), ("cocoop-prompts", "cocoop"), ("dpl-network", "dpl"), ("regressor-network", "regressor"),
        ("dpspg-transformers", "dpspg"),
    ]
    private static let ofTokens = [("vpt-tokens", "vpt"), ("maple-tokens", "maple")]

    @Test("Every row of the main tables, for each seed; one value chooses some of them", arguments: sets)
    func rows(set: Set) throws {
        let laboratory = try Laboratory()
        try write(set, into: laboratory)
        let count = set.domains.count, pairs = count * (count - 1)
        for backbone in ["vit-b16", "rn50"] {
            let rows = Self.baselines + (backbone == "rn50" ? [] : Self.ofTokens)
            let multi = try plan("multi-source/\(set.name)-\(backbone).yaml", in: laboratory)
            let single = try plan("single-source/\(set.name)-\(backbone).yaml", in: laboratory)
            for (plan, tests) in [(multi, count), (single, pairs)] {
                #expect(
                    Swift.Set(plan.specification.rows.map(\.stage))
                        == Swift.Set(rows.map(\.1) + ["zero-shot", "domain-prompts", "spg"]))
                func instances(_ stage: String) -> Int { plan.instances.count { $0.stage == stage } }
                for (learned, tested) in rows {
                    #expect(instances(learned) == 3 * count, "\(learned)")
                    #expect(instances(tested) == 3 * tests, "\(tested)")
                }
                #expect(instances("pairs") == count)
                #expect(try parameters("coop-prompts", plan)["warmUpEpochs"] == parameters("prompts", plan)["warmUpEpochs"])
                #expect(try parameters("dpl-network", plan)["validateEvery"] == (set.name == "domainnet" ? 1000 : 300))
                #expect(plan.instances.first { $0.stage == "center-views" }?.recipe.parameters["views"] == 0)
            }
            if backbone == "vit-b16" {
                let maple = try parameters("maple-tokens", multi)
                #expect([maple["depth"], maple["epochs"], maple["learningRate"]] == [3, 2, 2.6e-3])
            }
            // The epochs that DPSPG's authors choose from: all 50, but for three of the domains.
            let windows = multi.instances.filter { $0.stage == "dpspg-transformers" }.compactMap { instance -> String? in
                let parameters = instance.recipe.parameters
                let window = [parameters["earliestEpoch"], parameters["latestEpoch"]].compactMap { $0?.number }.map { Int($0) }
                return window == [1, 50] ? nil : "\(instance.cell.value(on: "target")?.text ?? "") \(window)"
            }
            let others = ["pacs": ["cartoon [21, 50]"], "terra-incognita": ["location_100 [1, 5]", "location_38 [1, 5]"]]
            #expect(Swift.Set(windows) == Swift.Set(others[set.name] ?? []))
        }
        let some = try plan(
            "multi-source/\(set.name)-vit-b16.yaml", in: laboratory, edits: ["values.rows=[spg, zero-shot]"])
        #expect(Swift.Set(some.instances.map(\.stage)) == ["features", "prompts", "generator", "zero-shot", "spg"])
    }

    @Test("Learning from DomainNet, testing on the other four")
    func otherDataSets() throws {
        let laboratory = try Laboratory()
        for set in Self.sets { try write(set, into: laboratory) }
        for backbone in ["vit-b16", "rn50"] {
            let plan = try plan("cross-dataset/domainnet-\(backbone).yaml", in: laboratory)
            #expect(plan.specification.name == "spg-domainnet-cross-dataset-\(backbone)")
            #expect(counts(plan) == [6 + 16, 6, 3, 16, 16, 48])
            #expect(plan.columns == ["PACS", "VLCS", "OfficeHome", "TerraIncognita"])
            try expectAuthors(plan, Self.sets[4], in: laboratory)
            let generator = try #require(plan.instances.first { $0.stage == "generator" })
            #expect(generator.recipe.inputs.count { $0.role == "embeddings" } == 6)
            let test = try #require(plan.instances.first { $0.name == "spg(target VLCS:SUN, seed 1)" })
            let embeddings = try #require(plan.instances.first { $0.key == test.recipe.inputs[0].key })
            #expect(try laboratory.store.manifest(embeddings.recipe.inputs[0].key).classes == ["bird", "car"])
        }
    }

    @Test("Ablations are one value each")
    func ablations() throws {
        let laboratory = try Laboratory()
        try write(Self.sets[0], into: laboratory)
        let file = "multi-source/pacs-vit-b16.yaml"
        func changed(_ edit: String) throws -> Plan { try plan(file, in: laboratory, edits: [edit]) }
        #expect(counts(try changed("values.labels=sources")) == [4, 4, 12, 4, 4, 12])
        let pooled = try #require(try changed("values.labels=sources").instances.first { $0.stage == "generator" })
        #expect(pooled.recipe.inputs.map(\.role).prefix(4) == ["embeddings", "embeddings", "embeddings", "prompts"])
        #expect(pooled.recipe.inputs.map(\.role).dropFirst(4).allSatisfy { ["train", "validation"].contains($0) })
        for combine in ["nearest", "similarity"] {
            let direct = try #require(try changed("values.combine=\(combine)").instances.first { $0.stage == "domain-prompts" })
            #expect(direct.recipe.inputs.count { $0.role == "sources" } == 3)
        }
        let oracle = try #require(try changed("values.combine=oracle").instances.first { $0.stage == "domain-prompts" })
        #expect(oracle.recipe.inputs.map(\.role) == ["embeddings", "prompts"])
        #expect(try unclipped(changed("values.clip=false")) == ["art_painting", "cartoon", "photo", "sketch"])
        #expect(try parameters("generator", changed("values.learningRate=2e-4"))["learningRate"] == 2e-4)
        #expect(try parameters("features", changed("values.views=everyEpoch"))["views"] == "everyEpoch")
        #expect(try parameters("prompts", changed("values.contextLength=16"))["contextLength"] == 16)
        #expect(counts(try changed("values.promptSeed=${seed}")) == [4, 12, 12, 4, 12, 12])
    }

    @Test("Another split is one value: a seed's, DomainBed's, or files'")
    func splits() throws {
        let laboratory = try Laboratory()
        try write(Self.sets[0], into: laboratory)
        let file = "multi-source/pacs-vit-b16.yaml"
        let seeded = try parameters("prompts", plan(file, in: laboratory, edits: ["values.splits=seed"]))
        #expect(seeded["trainFraction"] == 0.7 && seeded["splitSeed"] == 1)
        let domainBed = try plan(file, in: laboratory, edits: ["values.splits=domainbed"])
        let tests = domainBed.instances.filter { $0.kind.makes == .evaluation }
        #expect(tests.count == 2 * 4 + 8 * 12 && tests.allSatisfy { $0.recipe.inputs.last?.role == "tested" })
        #expect(try laboratory.store.manifest(tests[0].recipe.inputs.last!.key).images.count == 5)

        let folder = laboratory.folder.appending(path: "splits")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (letter, domain) in zip("acps", Self.sets[0].domains) {
            let items = ["dog", "person"].map { #"["PACS/images/\#(domain)/\#($0)/\#(domain)_1.jpg", 0, 0, "\#($0)"]"# }
            try Data(#"{"train": [\#(items[0])], "val": [\#(items[1])]}"#.utf8)
                .write(to: folder.appending(path: "\(letter)_train_val_split.json"))
        }
        let listed = try plan(file, in: laboratory, edits: ["dataset.splits=\(folder.path)"])
        let inputs = try #require(listed.instances.first { $0.stage == "prompts" }).recipe.inputs
        #expect(try inputs.dropFirst().map { try laboratory.store.manifest($0.key).images.count } == [1, 1])
    }
}

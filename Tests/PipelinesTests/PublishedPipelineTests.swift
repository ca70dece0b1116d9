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
        let learningRate: Double, isPACS: Bool

        init(
            _ name: String, _ folder: String, _ domains: [String], _ images: [String], learningRate: Double = 2e-3,
            isPACS: Bool = false
        ) {
            (self.name, self.folder, self.domains, self.images) = (name, folder, domains, images)
            (self.learningRate, self.isPACS) = (learningRate, isPACS)
        }
    }

    static let sets = [
        Set("pacs", "PACS", ["art_painting", "cartoon", "photo", "sketch"], ["images/{}/dog/1.jpg", "images/{}/person/1.jpg"],
            isPACS: true),
        Set("vlcs", "VLCS", ["CALTECH", "LABELME", "PASCAL", "SUN"], ["{}/train/0/1.jpg", "{}/crossval/1/2.jpg", "{}/test/1/3.jpg"]),
        Set("office-home", "OfficeHome", ["art", "clipart", "product", "real_world"],
            ["images/{}/Alarm_Clock/1.jpg", "images/{}/Bed/1.jpg"], learningRate: 2e-4),
        Set("terra-incognita", "TerraIncognita", ["location_100", "location_38", "location_43", "location_46"],
            ["{}/bird/1.jpg", "{}/cat/1.jpg"]),
        Set("domainnet", "DomainNet", ["clipart", "infograph", "painting", "quickdraw", "real", "sketch"],
            ["images/{}/bear/{}_1.jpg", "images/{}/bear/{}_2.jpg", "images/{}/sun/{}_3.jpg", "images/{}/sun/{}_4.jpg"],
            learningRate: 2e-4),
    ]

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Pipelines/spg").standardizedFileURL

    private func write(_ set: Set, into laboratory: Laboratory) throws {
        for domain in set.domains {
            let paths = set.images.map { "\(set.folder)/" + $0.replacing("{}", with: domain) }
            for path in paths { try laboratory.addImage(path) }
            guard set.name == "domainnet" else { continue }
            // The first image of each class trains, the second validates.
            let items = paths.map { #"["\#($0)", 0, 0, "\#($0.split(separator: "/")[3])"]"# }
            let text = #"{"train": [\#(items[0]), \#(items[2])], "val": [\#(items[1]), \#(items[3])]}"#
            let splits = laboratory.folder.appending(path: "data/\(set.folder)/spg_coop_splits")
            try FileManager.default.createDirectory(at: splits, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: splits.appending(path: "\(domain)_train_val_split.json"))
        }
    }

    private func plan(_ file: String, in laboratory: Laboratory, edits: [String] = []) throws -> Plan {
        // The files' paths begin with Data/, relative to where the program runs.
        let data = laboratory.folder.appending(path: "data").path
        var roots: [String] = []
        for (place, set) in Self.sets.map({ ("targets.\($0.folder)", $0) }) where file.hasPrefix("cross") && set.name != "domainnet" {
            roots.append("\(place).root=\(data)/\(set.folder)")
        }
        let own = try #require(Self.sets.first { file.contains($0.name) })
        roots.append("dataset.root=\(data)/\(own.folder)")
        if own.name == "domainnet" { roots.append("dataset.splits=\(data)/\(own.folder)/spg_coop_splits") }
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

    private func expectPaper(_ plan: Plan, _ set: Set) throws {
        let generator = try parameters("generator", plan)
        let expected: [String: JSONValue] = [
            "learningRate": .number(set.learningRate), "weightDecay": 1e-4, "batchSize": 32, "epochs": 70, "warmUpEpochs": 4,
            "warmUpLearningRate": 1e-5, "latentDimension": 100, "stepsPerEpoch": 0, "balanceDomains": false,
            "validateEvery": 1, "clip": true, "clipDiscriminatorEnds": 5, "clipDiscriminatorBiases": 0.5,
            "clipDiscriminatorWeights": set.isPACS ? 0.5 : 0.05, "clipGeneratorWeights": set.isPACS ? 5e-2 : 5e-3,
            "clipGeneratorBiases": set.isPACS ? 5e-7 : 5e-8, "clipGeneratorEnds": set.isPACS ? 5 : 1,
        ]
        for (name, value) in expected { #expect(generator[name] == value, "\(name) of \(set.name)") }
        let prompts = try parameters("prompts", plan)
        let stageOne: [String: JSONValue] = [
            "context": "a photo of a", "contextLength": 4, "learningRate": 2e-3, "momentum": 0.9, "weightDecay": 5e-4,
            "batchSize": 32, "epochs": 50, "warmUpEpochs": 1, "warmUpLearningRate": 1e-5, "seed": 1,
        ]
        for (name, value) in stageOne { #expect(prompts[name] == value, "\(name) of \(set.name)") }
        // A seeded split, or the parts that files name.
        #expect(prompts["trainFraction"] == (set.name == "domainnet" ? nil : 0.7))
        #expect(plan.instances.contains { $0.recipe.inputs.contains { $0.role == "train" } } == (set.name == "domainnet"))
        #expect(try parameters("zero-shot", plan)["template"] == "a photo of a {}.")
    }

    private func counts(_ plan: Plan) -> [Int] {
        ["features", "prompts", "generator", "zero-shot", "domain-prompts", "spg"].map { stage in
            plan.instances.count { $0.stage == stage }
        }
    }

    @Test("Leaving one domain out, and learning from one: the paper's values, for each data set and backbone", arguments: sets)
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
            try expectPaper(multi, set)
            let unclipped = multi.instances.filter { $0.recipe.parameters["clip"] == false }.map { $0.cell.value(on: "target")?.text }
            #expect(Swift.Set(unclipped) == (set.isPACS ? ["cartoon", "photo"] : []))

            let single = try plan("single-source/\(set.name)-\(backbone).yaml", in: laboratory)
            #expect(single.specification.name == "spg-\(set.name)-single-source-\(backbone)")
            let pairs = count * (count - 1)
            #expect(counts(single) == [count, count, 3 * count, count, pairs, 3 * pairs])
            #expect(single.columns == set.domains)
            try expectPaper(single, set)
            #expect(!single.instances.contains { $0.recipe.parameters["clip"] == false })
            // What both learn first is the same.
            let keys = { (plan: Plan) in plan.instances.filter { $0.stage == "prompts" }.map(\.key) }
            #expect(keys(single) == keys(multi))
        }
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
            try expectPaper(plan, Self.sets[4])
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
        #expect(pooled.recipe.inputs.map(\.role) == ["embeddings", "embeddings", "embeddings", "prompts"])
        for combine in ["nearest", "similarity"] {
            let direct = try #require(try changed("values.combine=\(combine)").instances.first { $0.stage == "domain-prompts" })
            #expect(direct.recipe.inputs.count { $0.role == "sources" } == 3)
        }
        let oracle = try #require(try changed("values.combine=oracle").instances.first { $0.stage == "domain-prompts" })
        #expect(oracle.recipe.inputs.map(\.role) == ["embeddings", "prompts"])
        #expect(try parameters("generator", changed("values.clip=false"))["clip"] == false)
        #expect(try parameters("features", changed("values.views=everyEpoch"))["views"] == "everyEpoch")
        #expect(try parameters("prompts", changed("values.contextLength=16"))["contextLength"] == 16)
        #expect(counts(try changed("values.promptSeed=${seed}")) == [4, 12, 12, 4, 12, 12])
    }
}

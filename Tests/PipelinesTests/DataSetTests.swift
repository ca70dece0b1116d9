import ArtifactStore
import Foundation
import Pipelines
import Stages
import Testing

@Suite("A known data set in a pipeline")
struct DataSetTests {
    private func text(_ dataSet: String, target: String) -> String {
        sampleText.replacing("{root: Data/sample, name: Sample}", with: dataSet)
            .replacing("target: [oil, ink]", with: "target: [\(target)]")
    }

    /// VLCS as it is downloaded: numbered classes, each domain in three parts.
    private func vlcs() throws -> Laboratory {
        let laboratory = try Laboratory()
        for domain in ["CALTECH", "LABELME", "PASCAL", "SUN"] {
            for (part, label) in [("train", 0), ("crossval", 1), ("test", 0)] {
                try laboratory.addImage("VLCS/\(domain)/\(part)/\(label)/\(part).jpg")
            }
        }
        return laboratory
    }

    @Test("Its layout is found by its name")
    func layout() throws {
        let laboratory = try vlcs()
        let plan = try laboratory.plan(text("{root: Data/sample/VLCS, name: VLCS}", target: "SUN, PASCAL"))
        let features = plan.instances.filter { $0.stage == "features" }
        #expect(features.map(\.name) == ["CALTECH", "LABELME", "PASCAL", "SUN"].map { "features(domain \($0))" })
        let manifest = try laboratory.store.manifest(features[0].recipe.inputs[0].key)
        #expect(manifest.classes == ["bird", "car"] && manifest.images.count == 3 && manifest.dataset == "VLCS")
    }

    @Test("The same images have the same keys in any layout, by any name")
    func keys() throws {
        let laboratory = try Laboratory()
        let names = ["DomainBed": "", "Dassl": "images/", "plain": ""]
        var keys: Set<[ArtifactKey]> = []
        for (copy, folder) in names {
            for domain in ["art_painting", "cartoon", "photo", "sketch"] {
                for label in ["dog", "person"] {
                    // The text in a file is its path: the same in all copies.
                    let path = "\(copy)/\(folder)\(domain)/\(label)/1.jpg"
                    try laboratory.addImage(path)
                    try Data("\(domain) \(label)".utf8).write(to: laboratory.folder.appending(path: "data/\(path)"))
                }
            }
            let name = copy == "plain" ? "Drawings" : "pacs"
            let plan = try laboratory.plan(text("{root: Data/sample/\(copy), name: \(name)}", target: "photo"))
            keys.insert(plan.instances.map(\.key))
        }
        #expect(keys.count == 1)
    }

    /// Split files of the sample's domains: the cats train, the dogs validate, or the other way round.
    private func writeSplits(_ laboratory: Laboratory, train: String = "cat") throws {
        let folder = laboratory.folder.appending(path: "splits")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for domain in ["oil", "ink", "chalk"] {
            let items = ["cat", "dog"].map { "[\"any/\(domain)/\($0)/0.jpg\", 0, 0, \"\($0)\"]" }
            let (first, second) = train == "cat" ? (items[0], items[1]) : (items[1], items[0])
            try Data("{\"train\": [\(first)], \"val\": [\(second)]}".utf8)
                .write(to: folder.appending(path: "\(domain)_train_val_split.json"))
        }
    }

    private func splitText(_ laboratory: Laboratory) -> String {
        sampleText.replacing("name: Sample", with: "name: Sample, splits: \(laboratory.folder.path)/splits")
    }

    /// Like the real kinds that train.
    private static let kinds = sampleKinds().map { kind in
        guard kind.name == "fit" || kind.name == "cgan" else { return kind }
        return StageKind(
            name: kind.name, executable: kind.executable, makes: kind.makes, algorithmVersion: kind.algorithmVersion,
            parameters: kind.parameters + declared(["splitSeed": 1, "trainFraction": 0.7]), roles: kind.roles)
    }

    private func plan(_ text: String, _ laboratory: Laboratory) throws -> Plan {
        let root = laboratory.folder.appending(path: "data").path
        let specification = try specification(text.replacing("Data/sample", with: root), kinds: Self.kinds)
        let inputs = try PlanInputs(
            for: specification, in: laboratory.store, encoder: { _ in Laboratory.encoder.key }, recording: true)
        return try Plan(specification, inputs: inputs)
    }

    @Test("Files that split the images are in the keys of what trains, and in no others")
    func splitKeys() throws {
        let laboratory = try Laboratory()
        try writeSplits(laboratory)
        let seeded = try plan(sampleText, laboratory), split = try plan(splitText(laboratory), laboratory)
        for (seeded, split) in zip(seeded.instances, split.instances) {
            let trains = ["prompts", "generator", "spg"].contains(split.stage)
            #expect((seeded.key != split.key) == trains, "\(split.name)")
        }
        let generator = try #require(split.instances.first { $0.stage == "generator" })
        #expect(
            generator.recipe.inputs.map(\.role)
                == ["embeddings", "embeddings", "prompts", "prompts", "train", "validation", "train", "validation"])
        let part = try laboratory.store.manifest(generator.recipe.inputs[4].key)
        #expect(part.domain == "chalk/train" && part.images.map(\.label) == [0])
        let arguments = generator.arguments(for: split.specification, store: "s", threads: 1)
        #expect(arguments.contains("--train=\(generator.recipe.inputs[4].key)"))
        #expect(arguments.contains("--validation=\(generator.recipe.inputs[7].key)"))
        #expect(!arguments.contains { $0.hasPrefix("--split-seed") })
        let features = split.instances[0].arguments(for: split.specification, store: "s", threads: 1)
        #expect(features.contains("--splits=\(laboratory.folder.path)/splits"))
    }

    @Test("Another split is why a stage is to run again")
    func splitChanged() throws {
        let laboratory = try Laboratory()
        try writeSplits(laboratory)
        let before = try plan(splitText(laboratory), laboratory)
        try before.record(in: laboratory.store)
        for instance in before.instances { try laboratory.make(instance) }
        try writeSplits(laboratory, train: "dog")
        let after = try plan(splitText(laboratory), laboratory)
        let states = Dictionary(
            uniqueKeysWithValues: zip(after.instances.map(\.name), try after.states(in: laboratory.store)))
        #expect(states["features(domain oil)"]?.isToRun == false)
        #expect(
            states["prompts(domain oil, seed 1)"]
                == .stale(changes: ["the images of oil/train changed", "the images of oil/val changed"]))
        // What explains a plan asks for the parts by their names.
        let part = try after.specification.manifest(of: "oil/train", store: laboratory.store)
        #expect(part.key == after.instances.first { $0.name == "prompts(domain oil, seed 1)" }?.recipe.inputs[1].key)
        #expect(try after.specification.manifest(of: "oil", store: laboratory.store).images.count == 2)
    }

    @Test("A split that cannot be used is an error at its place; a seed beside it, too")
    func badSplit() throws {
        let laboratory = try Laboratory()
        let absent = #expect(throws: SpecificationError.self) { try plan(splitText(laboratory), laboratory) }
        #expect(absent?.keyPath == "dataset.splits")
        #expect(absent?.message.contains("it does not exist") == true)
        try writeSplits(laboratory)
        for domain in ["chalk", "oil"] {
            try FileManager.default.removeItem(at: laboratory.folder.appending(path: "splits/\(domain)_train_val_split.json"))
        }
        let several = #expect(throws: SpecificationError.self) { try plan(splitText(laboratory), laboratory) }
        #expect(several?.keyPath == "dataset.splits")
        #expect(
            several?.message.hasSuffix(
                "has no split of the domain “chalk” (expected is chalk_train_val_split.json), nor of the "
                    + "domain “oil” (expected is oil_train_val_split.json)") == true, "\(several?.message ?? "")")
        try writeSplits(laboratory)
        try FileManager.default.removeItem(at: laboratory.folder.appending(path: "data/ink/dog/0.jpg"))
        try laboratory.addImage("ink/dog/1.jpg")
        let missing = #expect(throws: SpecificationError.self) { try plan(splitText(laboratory), laboratory) }
        #expect(missing?.keyPath == "dataset.splits")
        #expect(missing?.description.hasPrefix("sample.yaml:3:") == true)
        #expect(missing?.message.contains("any/ink/dog/0.jpg") == true)
        try laboratory.addImage("ink/dog/0.jpg")
        let seeded = splitText(laboratory).replacing("learningRate: 2e-3", with: "splitSeed: 2")
        let both = #expect(throws: SpecificationError.self) { try plan(seeded, laboratory) }
        #expect(both?.keyPath == "stages.prompts.with.splitSeed" && both?.message.contains("leave this out") == true)
        // An image that no part names is left out, and named.
        var remarks: [String] = []
        _ = try PlanInputs(
            for: specification(
                splitText(laboratory).replacing("Data/sample", with: laboratory.folder.appending(path: "data").path)),
            in: laboratory.store, encoder: { _ in Laboratory.encoder.key }, recording: false, remark: { remarks.append($0) })
        #expect(remarks.count == 1)
        #expect(remarks[0].hasSuffix("does not name them: \(laboratory.folder.path)/data/ink/dog/1.jpg"))
    }

    private func authorsText(_ splits: String) -> String {
        sampleText.replacing("name: Sample", with: "name: Sample, splits: \(splits)")
    }

    /// A domain's class has three images, so that one of them validates.
    private func larger() throws -> Laboratory {
        let laboratory = try Laboratory()
        for domain in ["oil", "ink", "chalk"] {
            for label in ["cat", "dog"] { for number in 1...2 { try laboratory.addImage("\(domain)/\(label)/\(number).jpg") } }
        }
        return laboratory
    }

    @Test("Images are split as authors do: in the keys of what trains, and of nothing else")
    func authors() throws {
        let laboratory = try larger()
        let seeded = try plan(sampleText, laboratory), spg = try plan(authorsText("{as: spg}"), laboratory)
        for (seeded, spg) in zip(seeded.instances, spg.instances) {
            #expect((seeded.key != spg.key) == ["prompts", "generator", "spg"].contains(spg.stage), "\(spg.name)")
        }
        #expect(try plan(authorsText("{as: seed}"), laboratory).instances.map(\.key) == seeded.instances.map(\.key))
        #expect(try plan(authorsText("{as: spg, seed: 1}"), laboratory).instances.map(\.key) == spg.instances.map(\.key))
        let others = try plan(authorsText("{as: spg, seed: 3}"), laboratory)
        #expect(others.instances.map(\.key) != spg.instances.map(\.key))

        let generator = try #require(spg.instances.first { $0.stage == "generator" })
        #expect(generator.recipe.inputs.map(\.role).suffix(4) == ["train", "validation", "train", "validation"])
        let part = try laboratory.store.manifest(generator.recipe.inputs[4].key)
        #expect(part.domain == "chalk/train" && part.images.map(\.label) == [0, 0, 1, 1])
        #expect(try spg.specification.manifest(of: "chalk/train", store: laboratory.store) == part)
        let features = spg.instances[0].arguments(for: spg.specification, store: "s", threads: 1)
        #expect(features.contains("--splits-as=spg") && features.contains("--split-seed=1"))
        #expect(
            generator.arguments(for: spg.specification, store: "s", threads: 1)
                .contains("--train=\(generator.recipe.inputs[4].key)"))
    }

    @Test("As DomainBed does it, methods are tested on what trains where the target is a source")
    func tested() throws {
        let laboratory = try larger()
        let plan = try plan(authorsText("{as: domainbed}"), laboratory)
        for test in plan.instances where test.kind.makes == .evaluation {
            let target = try #require(test.cell.value(on: "target")?.text)
            let part = try #require(test.recipe.inputs.last)
            #expect(part.role == "tested" && test.recipe.inputs.count { $0.role == "tested" } == 1)
            let manifest = try laboratory.store.manifest(part.key)
            #expect(manifest.domain == "\(target)/train" && manifest.images.count == 5)
            #expect(test.arguments(for: plan.specification, store: "s", threads: 1).contains("--tested=\(part.key)"))
        }
        #expect(plan.instances.contains { $0.kind.makes == .evaluation })
        let generator = try #require(plan.instances.first { $0.stage == "generator" })
        #expect(!generator.recipe.inputs.contains { $0.role == "tested" })
    }

    @Test(
        "A way to split that is none is an error at its place",
        arguments: [
            ("{as: spgg}", "as", "expected “spg” or “domainbed” or “seed”, found “spgg”"),
            ("{seed: 2}", "", "the key “as” is missing"),
            ("{as: spg, seed: 1.5}", "seed", "expected a whole number from 0, found the number 1.5"),
            ("{as: seed, seed: 2}", "seed", "stages have seeds of their own, splitSeed; leave this out"),
            ("{as: spg, fraction: 2}", "fraction", "unknown key"),
        ])
    func badWay(splits: String, key: String, message: String) throws {
        let error = #expect(throws: SpecificationError.self) { try specification(authorsText(splits)) }
        #expect(error?.keyPath == (["dataset", "splits", key].filter { !$0.isEmpty }).joined(separator: "."))
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }

    @Test("Images that cannot be split so are an error at the place that asks for it")
    func cannotBeSplit() throws {
        // Of one image in a class, none validates.
        let laboratory = try Laboratory()
        let error = #expect(throws: SpecificationError.self) { try plan(authorsText("{as: spg}"), laboratory) }
        #expect(error?.keyPath == "dataset.splits" && error?.message.contains("none would validate") == true)
        let seeded = authorsText("{as: spg}").replacing("learningRate: 2e-3", with: "splitSeed: 2")
        let both = #expect(throws: SpecificationError.self) { try plan(seeded, larger()) }
        #expect(both?.keyPath == "stages.prompts.with.splitSeed" && both?.message.contains("leave this out") == true)
    }

    @Test("A root without any of its layouts is an error at its place, which says what is expected")
    func noLayout() throws {
        let laboratory = try Laboratory()
        let error = #expect(throws: SpecificationError.self) {
            try laboratory.plan(text("{root: Data/sample, name: PACS}", target: "photo"))
        }
        #expect(error?.description.hasPrefix("sample.yaml:3:17: dataset.root: ") == true)
        #expect(error?.message.contains("holds no PACS") == true)
        #expect(error?.message.contains("images/{art_painting|cartoon|photo|sketch}/{class}/<image>") == true)
    }
}

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
        var kind = kind
        if kind.name == "fit" || kind.name == "cgan", case .object(var defaults) = kind.defaults {
            defaults["splitSeed"] = 1
            defaults["trainFraction"] = 0.7
            kind.defaults = .object(defaults)
        }
        return kind
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
        #expect(absent?.message.contains("there is none") == true)
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

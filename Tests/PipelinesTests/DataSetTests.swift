import ArtifactStore
import Foundation
import Pipelines
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

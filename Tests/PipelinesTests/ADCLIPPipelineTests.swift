import ArtifactStore
import Foundation
import Pipelines
import Stages
import Testing

/// Pipelines/ad-clip: AD-CLIP's pairs of domains on its data sets.
@Suite("The pipelines of AD-CLIP's tables")
struct ADCLIPPipelineTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Pipelines/ad-clip").standardizedFileURL

    private func specification(_ file: String, edits: [String] = []) throws -> Specification {
        try Specification(
            contentsOf: Self.folder.appending(path: file), kinds: StageKind.all, edits: edits.map { try SpecificationEdit($0) })
    }

    @Test("Each data set and backbone has a file", arguments: ["office-home", "visda-2017", "mini-domainnet"])
    func files(set: String) throws {
        for (backbone, checkpoint) in [("vit-b16", "ViT-B-16.pt"), ("rn50", "RN50.pt"), ("vit-l14", "ViT-L-14.pt")] {
            let specification = try specification("\(set)-\(backbone).yaml")
            #expect(specification.name == "ad-clip-\(set)-\(backbone)")
            #expect(specification.checkpoint.value == "Models/\(checkpoint)")
        }
    }

    @Test("All pairs of OfficeHome, five seeds: a source alone teaches, and the target is seen without labels")
    func officeHome() throws {
        let laboratory = try Laboratory(), domains = ["art", "clipart", "product", "real_world"]
        for domain in domains {
            for name in ["Alarm_Clock", "Bed"] { try laboratory.addImage("OfficeHome/images/\(domain)/\(name)/1.jpg") }
        }
        let data = laboratory.folder.appending(path: "data").path
        func plan(_ file: String) throws -> Plan {
            let specification = try specification(file, edits: ["dataset.root=\(data)/OfficeHome"])
            let inputs = try PlanInputs(
                for: specification, in: laboratory.store, encoder: { _ in Laboratory.encoder.key }, recording: true)
            return try Plan(specification, inputs: inputs)
        }
        func projectors(_ plan: Plan) -> [Instance] { plan.instances.filter { $0.stage == "projectors" } }

        let pairs = try plan("office-home-vit-b16.yaml")
        #expect(projectors(pairs).count == 12 * 5)
        #expect(pairs.instances.count { $0.stage == "features" } == 4)
        for instance in projectors(pairs) { #expect(instance.recipe.inputs.map(\.role) == ["embeddings", "target"]) }
        let paper: [String: JSONValue] = ["learningRate": 0.01, "epochs": 50, "batchSize": 16, "imageTokens": 4]
        for (name, value) in paper {
            #expect(projectors(pairs).allSatisfy { $0.recipe.parameters[name] == value }, "\(name)")
        }
        #expect(try projectors(plan("office-home-rn50.yaml")).allSatisfy { $0.recipe.parameters["trainsFirstLayers"] == false })
        #expect(try projectors(plan("office-home-vit-l14.yaml")).allSatisfy { $0.recipe.parameters["hiddenWidth"] == 512 })
        // Four numbers of image tokens with all blocks, and three more numbers of blocks with four tokens.
        let ablations = try plan("office-home-ablations.yaml")
        #expect(projectors(ablations).count == 7 * 12 * 5 && !ablations.instances.contains { $0.stage.hasPrefix("dapl") })

        for file in ["office-home-vit-b16.yaml", "office-home-rn50.yaml", "office-home-vit-l14.yaml"] {
            let plan = try plan(file), contexts = plan.instances.filter { $0.stage == "dapl-contexts" }
            #expect(contexts.count == 12 * 5 && plan.instances.count { $0.stage == "dapl" } == 12 * 5)
            #expect(plan.specification.rows.map(\.title) == ["Zero-shot CLIP", "DAPL", "AD-CLIP"])
            for instance in contexts {
                #expect(instance.recipe.inputs.map(\.role) == ["embeddings", "target"])
                #expect(instance.recipe.parameters["trainFraction"] == 1)
                #expect(instance.recipe.parameters["classSpecificContexts"] == false)
            }
        }
    }
}

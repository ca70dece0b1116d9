import Foundation
import Tensors
import TestSupport
import Testing

/// Docs/migrating.md: what it says of this program is there.
@Suite("Coming from other code") struct MigratingTests {
    private static let page = Result { try DocumentedPage("Docs/migrating.md") }

    @Test("Its pipeline files can be planned: as many artifacts as targets and seeds ask for")
    func pipelines() async throws {
        let folder = try TemporaryFolder()
        var tree = PictureTree()
        (tree.domains, tree.classes, tree.count) = (["art_painting", "cartoon", "photo", "sketch"], ["dog", "hat"], 10)
        try tree.write(to: folder.url.appending(path: "Data/PACS"))
        // The first bytes of a file say of what format it is, not its name.
        try TinyCLIP.write(to: folder.url.appending(path: "Models"))
        try FileManager.default.moveItem(
            atPath: folder.path("Models/tiny.safetensors"), toPath: folder.path("Models/ViT-B-16.pt"))
        for target in tree.domains {
            for seed in 1...3 {
                let output = folder.url.appending(path: "output/\(target)/seed\(seed)/prompt_learner")
                try FileManager.default.createDirectory(at: output, withIntermediateDirectories: true)
                try Safetensors.encode(["ctx": Tensor([4, 64], repeating: Float(seed))])
                    .write(to: output.appending(path: "model.pth.tar-50"))
            }
        }
        try FileManager.default.createDirectory(atPath: folder.path("Pipelines"), withIntermediateDirectories: true)
        let blocks = try Self.page.get().blocks(of: "yaml")
        #expect(blocks.count == 3)
        for block in blocks {
            let name = try #require(block.firstMatch(of: #/^pipeline: (.+)\n/#)?.output.1)
            try Data(block.utf8).write(to: folder.url.appending(path: "Pipelines/\(name).yaml"))
            let outcome = try await Program("spg", ["run", "Pipelines/\(name).yaml", "--dry-run"], in: folder.url).outcome()
            #expect(outcome.status == 0, "\(name): \(outcome.errors)")
            // Four domains' features; four targets with three seeds, learned and evaluated.
            #expect(outcome.output.contains("28 of 28 artifacts are to be made."), "\(outcome.output)")
        }
    }

    @Test("The parameters and the kinds of stages that it names are those of this program")
    func names() async throws {
        let text = try Self.page.get().text, folder = try TemporaryFolder()
        let all = try await Program("spg", ["stages", "--all", "--format", "markdown"], in: folder.url).outcome().output
        let parameters = Set(text.matches(of: #/`([a-z]+[A-Z][A-Za-z]*)(:[^`]*)?`/#).map(\.output.1))
        #expect(parameters.count > 15)
        for parameter in parameters {
            #expect(all.contains("| `\(parameter)` "), "no stage has the parameter \(parameter)")
        }
        let kinds = Set(text.matches(of: #/`((fit|evaluate|import)-[a-z-]+|fit|cgan)`/#).map(\.output.1))
        #expect(kinds.count > 8)
        for kind in kinds {
            #expect(all.contains("\n## `\(kind)`\n"), "there is no kind of stage \(kind)")
        }
    }
}

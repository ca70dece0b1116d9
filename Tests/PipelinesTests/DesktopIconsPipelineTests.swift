import Foundation
import Pipelines
import Stages
import Testing

/// Pipelines/desktop-icons*.yaml: the files of the project's own benchmark.
@Suite("The pipelines of DesktopIcons")
struct DesktopIconsPipelineTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Pipelines")
        .standardizedFileURL
    private static let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
        .filter { $0.hasPrefix("desktop-icons") && $0.hasSuffix(".yaml") }.sorted()

    private func specification(_ file: String) throws -> Specification {
        try Specification(contentsOf: Self.folder.appending(path: file), kinds: StageKind.all)
    }

    @Test("Each can be read, and is called what its file is") func names() throws {
        #expect(Self.files.count >= 9)
        for file in Self.files { #expect(try specification(file).name + ".yaml" == file) }
    }

    @Test("With the ResNet all methods are run but those that need tokens") func resNet() throws {
        let all = try specification("desktop-icons-methods.yaml"),
            resNet = try specification("desktop-icons-methods-resnet.yaml")
        let vision = ["fit-vpt", "fit-maple", "evaluate-vision-prompts"]
        #expect(all.stages.count { vision.contains($0.kind.name) } == 6)
        #expect(!resNet.stages.contains { vision.contains($0.kind.name) } && resNet.stages.count == all.stages.count - 6)
        #expect(all.rows.count == resNet.rows.count + 3)
        #expect(all.checkpoint.value == "Models/icon-clip-vit" && resNet.checkpoint.value == "Models/icon-clip")
    }
}

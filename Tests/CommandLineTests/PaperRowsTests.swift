import ArtifactStore
import Foundation
import TestSupport
import Testing

/// The file of SPG's main table as it stands, on a small tree in PACS's layout: every row is learned and tested. Only what
/// makes it small is changed.
@Suite("The rows of SPG's main table, run")
struct PaperRowsTests {
    @Test("on a tree as PACS is downloaded, each row for each target")
    func run() async throws {
        let workplace = try Workplace()
        var tree = PictureTree()
        tree.domains = ["art_painting", "cartoon", "photo", "sketch"]
        tree.classes = ["dog", "elephant", "giraffe"]
        try tree.write(to: workplace.url.appending(path: "data/PACS/images"))
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Pipelines/spg/multi-source/pacs-vit-b16.yaml").standardizedFileURL.path
        try workplace.write(
            """
            pipeline: small
            extends: \(file)
            dataset: {root: data/PACS}
            encoder: {checkpoint: clip}
            values: {context: "", contextLength: 2, views: 1}
            matrix: {seed: [1], exclude: [{target: art_painting}, {target: photo}]}
            stages:
              prompts: {with: {batchSize: 8, epochs: 5}}
              coop-prompts: {with: {batchSize: 8, epochs: 5}}
              cocoop-prompts: {with: {epochs: 2}}
              dpl-network: {with: {contextLength: 2, steps: 6, validateEvery: 3, batchSize: 4, hiddenWidth: 16}}
              vpt-tokens: {with: {depth: 2, epochs: 2}}
              maple-tokens: {with: {depth: 2}}
              generator: {with: {batchSize: 8, epochs: 2, warmUpEpochs: 1, latentDimension: 8}}
              regressor-network: {with: {batchSize: 8, epochs: 2, warmUpEpochs: 1}}
              pairs: {with: {context: "", negativeContext: "", contextLength: 2, batchSize: 8, epochs: 5}}
              dpspg-transformers: {with: {batchSize: 8, epochs: 22, warmUpEpochs: 1, validateEvery: 11}}
            """)
        let run = try await workplace.run("spg", "run", "small.yaml")
        #expect(run.status == 0, "\(run.errors)")
        let rows = [
            "CoCoOp", "CoOp", "DPL", "DPSPG", "Domain prompts", "MaPLe", "SPG", "SPG with an MLP", "VPT", "Zero-shot CLIP",
        ]
        #expect(
            try workplace.query("SELECT method, count(*) FROM results WHERE images = 24 GROUP BY method ORDER BY method").rows
                == rows.map { [.text($0), .integer(2)] })
        // As the authors split them: of three classes with eight images each 5.6 are six.
        #expect(try workplace.count("SELECT count(*) FROM images WHERE domain = 'photo/train'") == 18)
        let again = try await workplace.run("spg", "run", "small.yaml", "--set", "values.rows=[zero-shot, spg]")
        #expect(
            again.status == 0 && again.errors.contains("nothing is to run") && !again.output.contains("DPSPG"),
            "\(again.errors)")
        #expect(again.output.contains("Zero-shot CLIP") && again.output.contains("SPG"))
    }
}

import ArtifactStore
import Foundation
import Tensors
import TestSupport
import Testing

/// No key says how many threads there were: nothing that is made may depend on it. There are so many classes here that the
/// text encoder's products are split over threads, some of them in parts that would be small products to OpenBLAS.
@Suite("The same bits on any number of threads", .serialized)
struct ThreadCountTests {
    private static let fit = #"context: "", contextLength: 2, batchSize: 32, epochs: 1, warmUpEpochs: 0"#
    private static let generator = "batchSize: 16, epochs: 1, warmUpEpochs: 0, stepsPerEpoch: 2"

    /// Every kind of stage that computes.
    static let pipeline = """
        pipeline: small
        dataset: {root: data, name: Small}
        encoder: {checkpoint: clip}
        matrix: {target: [chalk]}
        stages:
          features: {uses: extract, with: {views: 1, statistics: true}}
          zero-shot: {uses: evaluate-zero-shot, from: {embeddings: features}, with: {templates: ["a {}.", "the {}."]}}
          coop: {uses: fit, on: sources, from: {embeddings: features}, with: {\(fit)}}
          coop-target: {uses: evaluate-prompts, from: {embeddings: features, prompts: coop}}
          coop-csc: {uses: fit, on: sources, from: {embeddings: features}, with: {\(fit), classSpecificContexts: true}}
          kgcoop:
            uses: fit-kgcoop
            on: sources
            from: {embeddings: features}
            with: {context: a, contextLength: 1, batchSize: 32, epochs: 1, warmUpEpochs: 0}
          cocoop: {uses: fit-cocoop, from: {embeddings: features}, with: {\(fit)}}
          cocoop-target: {uses: evaluate-generator, from: {embeddings: features, generator: cocoop}}
          dpl:
            uses: fit-dpl
            from: {embeddings: features}
            with: {contextLength: 2, hiddenWidth: 16, batchSize: 16, steps: 2, validateEvery: 2}
          dpl-target: {uses: evaluate-dpl, from: {embeddings: features, generator: dpl}}
          dapl:
            uses: fit-dapl
            from: {embeddings: features, target: features}
            with: {contextLength: 2, domainContextLength: 2, domainWords: false, batchSize: 16, epochs: 1, threshold: 0.1}
          dapl-target: {uses: evaluate-dapl, from: {embeddings: features, generator: dapl}}
          ad-clip:
            uses: fit-ad-clip
            from: {embeddings: features, target: features}
            with: {scales: 2, epochs: 1, stepsPerEpoch: 2, batchSize: 16}
          ad-clip-target: {uses: evaluate-ad-clip, from: {embeddings: features, projectors: ad-clip}}
          vpt: {uses: fit-vpt, from: {embeddings: features}, with: {depth: 2, batchSize: 32, epochs: 1, warmUpEpochs: 0}}
          vpt-target: {uses: evaluate-vision-prompts, from: {embeddings: features, generator: vpt}}
          maple:
            uses: fit-maple
            from: {embeddings: features}
            with: {context: a, contextLength: 1, depth: 1, batchSize: 32, epochs: 1, warmUpEpochs: 0}
          maple-target: {uses: evaluate-vision-prompts, from: {embeddings: features, generator: maple}}
          prompts: {uses: fit, from: {embeddings: features}, with: {\(fit)}}
          cgan: {uses: cgan, from: {embeddings: features, prompts: prompts}, with: {\(generator), latentDimension: 8}}
          spg: {uses: evaluate-generator, from: {embeddings: features, generator: cgan}}
          regressor: {uses: regressor, from: {embeddings: features, prompts: prompts}, with: {\(generator)}}
          flow: {uses: flow, from: {embeddings: features, prompts: prompts}, with: {\(generator)}}
          flow-target: {uses: evaluate-generator, from: {embeddings: features, generator: flow}}
          dual: {uses: fit-dual, from: {embeddings: features}, with: {\(fit), negativeContext: ""}}
          dual-path: {uses: dual-path, from: {embeddings: features, prompts: dual}, with: {\(generator)}}
          dual-target: {uses: evaluate-generator, from: {embeddings: features, generator: dual-path}}
        """

    /// A folder with 80 classes of three domains, two pictures each.
    static func workplace() throws -> Workplace {
        var none = PictureTree()
        none.domains = []
        let workplace = try Workplace(none)
        for (domain, name) in ["chalk", "ink", "oil"].enumerated() {
            for label in 0..<80 {
                let folder = workplace.url.appending(path: "data/\(name)/thing number \(label)")
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                for number in [2 * label, 2 * label + 1] {
                    try PictureTree.picture(domain: domain, label: label % 3, number: number).png()
                        .write(to: folder.appending(path: "\(number).png"))
                }
            }
        }
        try workplace.write(pipeline)
        return workplace
    }

    /// OpenBLAS's kernels for this processor on several numbers of threads, and those for processors that have no AVX-512.
    @Test(arguments: [("", "2"), ("", "3"), ("", "5"), ("OPENBLAS_CORETYPE=Haswell", "3")])
    func everyKind(kernels: String, threads: String) async throws {
        try await expectSameBits(kernels: kernels, threads: threads)
    }

    @Test(
        "In bfloat16, images and texts",
        .enabled(if: Processor.current.multipliesBFloat16, "this processor has no AVX-512 BF16"), arguments: ["2", "3", "5"])
    func bfloat16(threads: String) async throws {
        try await expectSameBits(encoder: "{checkpoint: clip, precision: bf16, textPrecision: bf16}", threads: threads)
    }

    private func expectSameBits(
        encoder: String = "{checkpoint: clip}", kernels: String = "", threads: String
    ) async throws {
        let workplace = try Self.workplace()
        try workplace.write(Self.pipeline.replacing("{checkpoint: clip}", with: encoder))
        func made(_ threads: String) async throws -> [QueryResult] {
            let run = try await workplace.start(
                "spg", ["run", "small.yaml", "--threads", threads, "--jobs", "1", "--store", "\(threads).sqlite"],
                shell: kernels
            ).outcome()
            try #require(run.status == 0, "\(run.errors)")
            return try workplace.contents(of: "\(threads).sqlite")
        }
        for (one, several) in zip(try await made("1"), try await made(threads)) {
            let differing = zip(one.rows, several.rows).count { $0 != $1 }
            #expect(one.rows.count == several.rows.count && differing == 0, "\(differing) rows differ: \(one.columns)")
        }
    }
}

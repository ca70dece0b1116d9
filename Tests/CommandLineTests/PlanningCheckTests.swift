import ArtifactStore
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("What a file, a checkpoint's header and class names tell is said before anything runs") struct PlanningCheckTests {
    /// Looks, looks at what would run, and runs: all end alike, and nothing is encoded.
    private func expect(_ workplace: Workplace, _ error: String) async throws {
        for command in [["status", "small.yaml"], ["run", "small.yaml", "--dry-run"], ["run", "small.yaml"]] {
            let outcome = try await workplace.start("spg", command).outcome()
            #expect(outcome.status == 65 && outcome.errors.contains(error), "\(command): \(outcome.errors)")
        }
        let store = try ArtifactStore(path: workplace.storePath)
        #expect(try !store.statistics().kinds.contains { $0.kind == "embeddings" })
    }

    @Test("More context vectors than the text encoder reads, at their place")
    func contextLength() async throws {
        let workplace = try Workplace()
        try workplace.write(Workplace.pipeline.replacing("contextLength: 2", with: "contextLength: 24"))
        try await expect(workplace, "small.yaml:10:57: stages.prompts.with.contextLength: 24 context vectors")
    }

    @Test("By hand, too large a network and a store that is not there are told before one is made")
    func byHand() async throws {
        let workplace = try Workplace()
        let large = try await workplace.run("spg-fit", "dpl", "--embeddings", "ink", "--hidden-width", "40000")
        #expect(
            large.status == 64 && large.errors.contains("--hidden-width: the network would have 6400 MB"), "\(large.errors)")
        for (name, arguments) in [
            ("spg-fit", ["coop", "--embeddings", "ink"]), ("spg-evaluate", ["zero-shot", "--embeddings", "ink"]),
            ("spg-cgan", ["cgan", "--embeddings", "ink", "--prompts", "coop/ink/1"]),
        ] {
            let outcome = try await workplace.start(name, arguments + ["--store", "typo.sqlite"]).outcome()
            #expect(outcome.status == 65 && outcome.errors.contains("typo.sqlite"), "\(name): \(outcome.errors)")
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: workplace.url.path)
        #expect(!left.contains { $0.contains("sqlite") }, "\(left)")
    }

    @Test("A class name of too many tokens")
    func className() async throws {
        let workplace = try Workplace()
        let long = String(repeating: "animal_", count: 24)
        for domain in ["chalk", "ink", "oil"] {
            let folder = workplace.url.appending(path: "data/\(domain)")
            let first = try #require(FileManager.default.contentsOfDirectory(atPath: folder.path).min())
            try FileManager.default.moveItem(at: folder.appending(path: first), to: folder.appending(path: long))
        }
        try await expect(workplace, "The prompt of class “\(long)” takes")
    }

    @Test("A tensor that is missing or misshapen, and a vocabulary that is not there, at the checkpoint's place")
    func checkpoint() async throws {
        let workplace = try Workplace(), clip = workplace.url.appending(path: "clip")
        try TinyCLIP.write(to: clip) { $0["logit_scale"] = Tensor([2]) }
        try await expect(workplace, "small.yaml:3:23: encoder.checkpoint: ")
        try await expect(workplace, "logit_scale has shape [2]; expected []")
        try TinyCLIP.write(to: clip)
        try FileManager.default.removeItem(at: clip.appending(path: "merges.txt"))
        try await expect(workplace, "small.yaml:3:23: encoder.checkpoint: No vocabulary for the tokenizer")
        // Images alone need none.
        try workplace.write(
            """
            pipeline: small
            dataset: {root: data}
            encoder: {checkpoint: clip}
            stages: {features: {uses: extract}}
            """)
        let outcome = try await workplace.run("spg", "run", "small.yaml")
        #expect(outcome.status == 0, "\(outcome.errors)")
    }
}

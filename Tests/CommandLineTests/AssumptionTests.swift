import Foundation
import TestSupport
import Testing

@Suite("What is assumed of a checkpoint is said") struct AssumptionTests {
    private static let remark =
        "tiny.safetensors: QuickGELU is assumed, as in OpenAI's models: there is no open_clip_config.json beside the weights"

    private func remarks(_ workplace: Workplace, _ name: String, _ arguments: [String]) async throws -> Int {
        let outcome = try await workplace.start(name, arguments).outcome()
        #expect(outcome.status == 0, "\(outcome.errors)")
        return outcome.errors.ranges(of: Self.remark).count
    }

    @Test("Once by a run, whatever its stages are, and once by a stage that is started by hand")
    func told() async throws {
        let workplace = try Workplace()
        try FileManager.default.removeItem(at: workplace.url.appending(path: Workplace.configuration))
        #expect(try await remarks(workplace, "spg", ["status", "small.yaml"]) == 1)
        #expect(try await remarks(workplace, "spg", ["run", "small.yaml"]) == 1)
        #expect(try workplace.artifactCount(.evaluation) == 4)
        let extraction = ["--data", "data", "--dataset", "Small", "--domain", "ink", "--views", "1"]
        #expect(try await remarks(workplace, "spg-extract", extraction) == 1)
        #expect(try await remarks(workplace, "spg-evaluate", ["zero-shot", "--embeddings", "ink"]) == 1)
    }

    @Test("Not where the file is there that tells it")
    func known() async throws {
        let workplace = try Workplace()
        #expect(try await remarks(workplace, "spg", ["run", "small.yaml", "--until", "features"]) == 0)
        #expect(try await remarks(workplace, "spg-evaluate", ["zero-shot", "--embeddings", "ink"]) == 0)
    }
}

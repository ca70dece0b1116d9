import ArtifactStore
import Foundation
import TestSupport
import Testing

@Suite("AD-CLIP's programs")
struct ADCLIPTests {
    private static let pipeline = """
        pipeline: pairs
        dataset: {root: data, name: Small}
        encoder: {checkpoint: clip}
        matrix: {source: [ink, oil], target: [ink, oil], seed: [1]}
        stages:
          features: {uses: extract, with: {views: 1, statistics: true}}
          projectors:
            uses: fit-ad-clip
            from: {embeddings: features, target: features}
            with: {seed: "${seed}", scales: 2, imageTokens: 2, hiddenWidth: 8, styleHiddenWidth: 8, batchSize: 4, epochs: 2}
          ad-clip: {uses: evaluate-ad-clip, from: {embeddings: features, projectors: projectors}}
        results: {ad-clip: AD-CLIP}
        """

    @Test("A pipeline of pairs makes features with statistics, projectors and evaluations; by hand the same keys come out")
    func pairs() async throws {
        let workplace = try Workplace()
        try workplace.write(Self.pipeline)
        let first = try await workplace.run("spg", "run", "small.yaml")
        #expect(first.status == 0, "\(first.errors)")
        // Two domains are used, each with features; two pairs.
        #expect(try workplace.artifactCount(.generator) == 2 && workplace.artifactCount(.evaluation) == 2)
        let again = try await workplace.run("spg", "run", "small.yaml")
        #expect(again.status == 0 && again.errors.hasPrefix("All "))

        func embeddings(_ domain: String) throws -> String {
            guard
                case .text(let key)? = try workplace.query(
                    """
                    SELECT key FROM names WHERE name = '\(domain)' AND kind = 'embeddings'
                    """
                ).rows.first?[0]
            else { return "" }
            return key
        }
        let byHand = try await workplace.run(
            "spg-fit", "ad-clip", "--embeddings", embeddings("ink"), "--target", embeddings("oil"), "--scales", "2",
            "--image-tokens", "2", "--hidden-width", "8", "--style-hidden-width", "8", "--batch-size", "4", "--epochs", "2")
        #expect(byHand.status == 0, "\(byHand.errors)")
        #expect(try workplace.artifactCount(.generator) == 2)
        let evaluated = try await workplace.run(
            "spg-evaluate", "ad-clip", "--embeddings", embeddings("oil"), "--projectors",
            byHand.output.trimmingCharacters(in: .whitespacesAndNewlines))
        #expect(evaluated.status == 0 && evaluated.errors.contains("accuracy"), "\(evaluated.errors)")
        #expect(try workplace.artifactCount(.evaluation) == 2)

        let statistics = try await workplace.run("spg", "store", "stats")
        #expect(statistics.status == 0 && statistics.output.contains("block statistics"))
        let verified = try await workplace.run("spg", "store", "verify")
        #expect(verified.status == 0, "\(verified.errors)")
        try workplace.expectSound()
    }

    @Test("spg-extract --statistics adds them to features that are there; without them AD-CLIP says what to do")
    func extraction() async throws {
        let workplace = try Workplace()
        let arguments = ["--data", "data", "--domain", "ink", "--domain", "oil"]
        let plain = try await workplace.start("spg-extract", arguments).outcome()
        #expect(plain.status == 0, "\(plain.errors)")
        let keys = plain.lines
        let refused = try await workplace.run("spg-fit", "ad-clip", "--embeddings", keys[0], "--target", keys[1])
        #expect(refused.status == 65 && refused.errors.contains("spg-extract --statistics"), "\(refused.errors)")
        let with = try await workplace.start("spg-extract", arguments + ["--statistics"]).outcome()
        #expect(with.status == 0 && Set(with.lines).isDisjoint(with: keys), "\(with.errors)")
        #expect(try workplace.count("SELECT count(DISTINCT image_sha256) FROM block_statistics") == 48)
        #expect(try workplace.count("SELECT count(*) FROM embeddings") == 48)
        let again = try await workplace.start("spg-extract", arguments + ["--statistics"]).outcome()
        #expect(again.status == 0 && again.errors.contains("nothing to encode"))
        try workplace.expectSound(without: .generator)
    }
}

import ArtifactStore
import Datasets
import Foundation
import Tensors
import Testing

/// Features by the hundred thousand: SPG_SCALE=600000 swift test … --filter ScaleTests (Scripts/scale does it).
@Suite(.serialized) struct ScaleTests {
    private static let images = ProcessInfo.processInfo.environment["SPG_SCALE"].flatMap(Int.init)

    private func seconds(_ body: () throws -> Void) rethrows -> Double {
        let start = ContinuousClock.now
        try body()
        return (ContinuousClock.now - start) / .seconds(1)
    }

    @Test(.enabled(if: images != nil, "SPG_SCALE says of how many images"))
    func writingAndLoadingFeatures() throws {
        let count = Self.images ?? 0, dimension = 512, batch = 4096
        let folder = ProcessInfo.processInfo.environment["SPG_SCALE_FOLDER"] ?? FileManager.default.temporaryDirectory.path
        let path = "\(folder)/scale-\(UUID().uuidString).sqlite"
        defer { for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) } }
        let store = try ArtifactStore(path: path)
        let encoder = EncoderIdentity(name: "scale", dimension: dimension, parameters: [:])
        let key = try store.record(encoder)
        let digests = (0..<count).map { Digest(of: withUnsafeBytes(of: $0) { Data($0) }) }
        let manifest = DomainManifest(
            dataset: "Scale", domain: "all", classes: ["a", "b"],
            images: digests.enumerated().map { LabelledImage(path: "/scale/\($0)", digest: $1, label: $0 % 2) })
        let recording = try seconds { _ = try store.record(manifest) }

        var stream = RandomStream(seed: 1, purpose: "scale")
        let values = Tensor([batch, dimension], (0..<batch * dimension).map { _ in stream.normal() }).normalizedRows()
        var writing = 0.0
        for first in stride(from: 0, to: count, by: batch) {
            // In the manifest's order, as an extraction makes them.
            let rows = manifest.images[first..<min(first + batch, count)].map { ImageView(image: $0.digest, view: "center") }
            writing += try seconds { try store.insert(values.rows(0..<rows.count), for: rows, encoder: key) }
        }
        let recipe = Sample.extractionRecipe(manifest, views: ["center"])
        try store.write(
            recipe, .embeddings(EmbeddingSet(manifest: manifest.key, encoder: key, views: ["center"])), seconds: writing)

        var loading = Double.infinity
        for _ in 0..<5 {
            loading = try min(
                loading,
                seconds {
                    let loaded = try store.embeddings(recipe.key, view: "center")
                    #expect(loaded.vectors.shape == [count, dimension])
                })
        }
        let bytes = Double(count * dimension * 4)
        print(
            String(
                format:
                    "%d images: manifest recorded in %.1f s; %.0f embeddings/s written; center embeddings loaded at %.2f GB/s",
                count, recording, Double(count) / writing, bytes / loading / 1e9))
    }
}

import ArtifactStore
import PromptLearning

extension BlockStyles {
    /// Reads the block statistics of an embeddings artifact.
    /// - Parameter augmented: the views besides the center view.
    /// - Throws: `StoreError`, where they were not kept.
    init(_ key: ArtifactKey, augmented: [String] = [], in store: ArtifactStore) throws {
        let center = try store.blockStatistics(key, view: "center")
        self.init(
            widths: center.widths, center: center.numbers,
            augmented: try augmented.map { try store.blockStatistics(key, view: $0).numbers })
    }
}

extension FeatureNorms {
    /// Reads the norms of an embeddings artifact's features.
    /// - Parameter augmented: the views besides the center view.
    /// - Throws: `StoreError`, where one is not known.
    init(_ key: ArtifactKey, augmented: [String] = [], in store: ArtifactStore) throws {
        self.init(
            center: try store.norms(key, view: "center"), augmented: try augmented.map { try store.norms(key, view: $0) })
    }
}

import ArtifactStore
import PromptLearning

extension FeatureNorms {
    /// Reads the norms of an embeddings artifact's features.
    /// - Parameter augmented: the views besides the center view.
    /// - Throws: `StoreError`, where one is not known.
    init(_ key: ArtifactKey, augmented: [String] = [], in store: ArtifactStore) throws {
        self.init(
            center: try store.norms(key, view: "center"), augmented: try augmented.map { try store.norms(key, view: $0) })
    }
}

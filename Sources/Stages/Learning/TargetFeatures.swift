import ArtifactStore
import PromptLearning

extension LearningInputs {
    /// What a method may see of the target domain, from the role `target`: features without labels, and its name.
    /// - Parameter withStatistics: whether their block statistics are read, too.
    /// - Throws: `StageInputError` where they were made with another encoder than the sources'; `StoreError`.
    func target(withStatistics: Bool = false) throws -> (features: UnlabelledFeatures, domain: String) {
        let target = try SourceFeatures(keys["target"], store: store, withStatistics: withStatistics)
        guard target.encoder == features.encoder else {
            throw StageInputError(
                "the embeddings of \(target.domainNames) and \(domainNames) were made with different encoders")
        }
        guard target.classNames == classNames else {
            throw StageInputError("\(target.domainNames) and \(domainNames) have different classes")
        }
        for manifest in target.manifests
        where features.manifests.contains(where: {
            $0.dataset == manifest.dataset && $0.domain == manifest.domain
        }) {
            throw StageInputError("\(manifest.domain) is the target and among the sources; give it as one of them")
        }
        return (target.unlabelled, target.domainNames)
    }
}

import ArtifactStore
import CLIP
import Datasets
import Foundation
import PromptLearning
import Tensors

/// Random crops of the training images that are others in every epoch (`views: everyEpoch`).
///
/// The crop of an epoch is the image's and the epoch's, whatever is trained on it: features are kept in the store under the
/// name of a view, and what another training, another seed or an interrupted run has encoded is not encoded again.
struct FreshViews {
    /// The training images of each domain, in the order of their features.
    let images: [[LabelledImage]]
    let encoder: Digest
    /// Whether the training reads the norms of the features.
    let withNorms: Bool
    let origin: FeatureOrigin
    let checkpoint: Checkpoint
    let store: ArtifactStore

    /// - Parameters:
    ///   - parts: of each domain.
    ///   - embeddings: of each domain, as `spg-extract` made them.
    ///   - withNorms: whether the training reads the norms of the features.
    /// - Returns: nil where the views to train on were all encoded beforehand.
    /// - Throws: `StageInputError` where some domains' were and others' were not.
    init?(
        of features: SourceFeatures, _ parts: SourceFeatures.Parts, embeddings: [ArtifactKey], withNorms: Bool,
        _ checkpoint: Checkpoint, _ store: ArtifactStore
    ) throws {
        let everyEpoch = JSONValue.string(ViewCount.everyEpochName)
        let fresh = try embeddings.map { try store.artifact($0)?.recipe.parameters["views"] == everyEpoch }
        guard fresh.contains(true) else { return nil }
        guard !fresh.contains(false) else {
            throw StageInputError("some domains have views for every epoch and others do not; extract all with the same views")
        }
        origin = try store.encoder(features.encoder).origin
        images = zip(features.manifests, parts).map { manifest, part in part.train.map { manifest.images[$0] } }
        encoder = features.encoder
        (self.withNorms, self.checkpoint, self.store) = (withNorms, checkpoint, store)
    }

    /// Puts the epoch's views in place of those of the epoch before, in a training that learns from features.
    /// - Throws: `StageInputError` for a method that does not train on features; what encoding throws.
    func exchange<Learner: Training>(in learner: inout Learner, method: String) throws {
        switch Learner.access {
        case .files: return
        case .fixedFeatures:
            throw StageInputError("“\(method)” cannot be trained on views for every epoch; extract a number of views")
        case .features(let training):
            let (features, norms) = try features(inEpoch: learner.epoch)
            learner[keyPath: training].augmented = [features]
            learner[keyPath: training].norms = learner[keyPath: training].norms.map {
                FeatureNorms(center: $0.center, augmented: [norms])
            }
        }
    }

    /// `[training images, dimension]`, and the norms where they are read, encoding what nobody has encoded yet.
    private func features(inEpoch epoch: Int) throws -> (vectors: Tensor, norms: [Float]) {
        let view = ExtractStage.augmentedView(epoch, origin), all = images.flatMap(\.self)
        // Trainings that come to an epoch together take turns: the second finds what the first has encoded.
        let claim = try store.claim(Digest(of: Data("\(encoder) \(view)".utf8)))
        defer { withExtendedLifetime(claim) {} }
        var seen = try store.images(having: view, encoder: encoder, withNorms: withNorms)
        let missing = all.filter { seen.insert($0.digest).inserted }
        if !missing.isEmpty { try encode(missing, view: view) }
        let digests = all.map(\.digest)
        return (
            try store.vectors(of: digests, view: view, encoder: encoder),
            withNorms ? try store.norms(of: digests, view: view, encoder: encoder) : []
        )
    }

    private func encode(_ missing: [LabelledImage], view: String) throws {
        guard case .computed = origin else {
            throw StageInputError(
                "\(missing.count) images have no features\(withNorms ? " with norms" : "") imported for the view \(view), the first "
                    + "being \(missing[0].path)")
        }
        let model = try ImageModel(checkpoint: checkpoint, is: store.encoder(encoder), store: store)
        _ = try model.encode(missing.map { (image: $0, views: [view]) })
    }
}

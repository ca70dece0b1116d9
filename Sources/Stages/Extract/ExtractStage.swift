import ArtifactStore
import CLIP
import Datasets
import Foundation
import Imaging

extension StageKind {
    /// Images → embeddings of one domain.
    public static let extract = StageKind(
        name: "extract", executable: "spg-extract", makes: .embeddings, algorithmVersion: 1,
        defaults: .merging(ExtractStage.Parameters()),
        help: ["views": "random crops of each image to encode besides its center view"],
        roles: [Role("images", .images, .domain)])
}

/// Encodes the images of one domain: the center view of each, and random crops for training.
///
/// Features are kept image by image as they are made: a run that is stopped goes on with the images it lacks, and an image
/// added to a domain costs one image.
public struct ExtractStage: Sendable {
    public struct Parameters: Codable, Hashable, Sendable {
        /// n, the augmented views of each image.
        public var views = 0

        public init() {}
    }

    /// What to do with a file that is no readable image.
    public enum BadImagePolicy: String, Sendable, CaseIterable {
        case fail, skip
    }

    /// What an extraction did.
    public struct Outcome: Sendable {
        public var key: ArtifactKey
        /// Images encoded now, as opposed to found in the store.
        public var encoded: Int
        /// Images left out, and why.
        public var skipped: [ImageError]
    }

    public var parameters: Parameters
    public var onBadImage: BadImagePolicy
    let augmentation = RandomResizedCropFlip()

    public init(_ parameters: Parameters, onBadImage: BadImagePolicy = .fail) {
        self.parameters = parameters
        self.onBadImage = onBadImage
    }

    /// "center", then the names of the augmented views.
    public var viewNames: [String] {
        ["center"] + (0..<parameters.views).map { "augmented:\(augmentation.name):\($0)" }
    }

    /// The artifact that an encoder makes of a domain's images.
    public func recipe(images: ArtifactKey, encoder: Digest) -> Recipe {
        StageKind.extract.recipe(
            JSONValue.merging(parameters, ["encoder": encoder.description]), inputs: [Recipe.Input("images", images)])
    }

    /// Encodes what is missing and writes the artifact.
    ///
    /// - Parameters:
    ///   - manifest: the domain's images.
    ///   - progress: called with the images done and to do.
    /// - Throws: `CheckpointError`, `StoreError`, `ImageError` where `onBadImage` is `fail`.
    public func run(
        manifest: DomainManifest, checkpoint: Checkpoint, store: ArtifactStore,
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> Outcome {
        let start = ContinuousClock.now
        let identity = try store.identity(of: checkpoint)
        let encoder = try store.record(identity)
        let images = try store.record(manifest)
        let recipe = recipe(images: images, encoder: encoder)
        if try store.contains(recipe.key) { return Outcome(key: recipe.key, encoded: 0, skipped: []) }

        let missing = try store.missing(views: viewNames, of: images, encoder: encoder)
        var skipped: [(image: LabelledImage, error: ImageError)] = []
        if !missing.isEmpty {
            let model = try ImageModel(checkpoint: checkpoint)
            let batch = max(1, 256 / viewNames.count)
            for first in stride(from: 0, to: missing.count, by: batch) {
                let part = Array(missing[first..<min(first + batch, missing.count)])
                let views = try model.views(of: part, augmentation: augmentation)
                skipped += views.failures
                if let failure = views.failures.first, onBadImage == .fail { throw failure.error }
                if !views.rows.isEmpty { try store.insert(model.features(of: views), for: views.rows, encoder: encoder) }
                progress(first + part.count, missing.count)
            }
        }
        let bad = Set(skipped.map(\.image.digest))
        let kept = bad.isEmpty ? images : try store.record(manifest.removing(bad))
        try store.write(
            recipe, .embeddings(EmbeddingSet(manifest: kept, encoder: encoder, views: viewNames)),
            seconds: (ContinuousClock.now - start) / .seconds(1))
        return Outcome(key: recipe.key, encoded: missing.count - skipped.count, skipped: skipped.map(\.error))
    }
}

extension DomainManifest {
    /// The manifest without the images of some digests.
    fileprivate func removing(_ digests: Set<Digest>) -> DomainManifest {
        DomainManifest(
            dataset: dataset, domain: domain, classes: classes, images: images.filter { !digests.contains($0.digest) })
    }
}

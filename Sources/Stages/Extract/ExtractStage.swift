import ArtifactStore
import CLIP
import Datasets
import Foundation
import Imaging
import PromptLearning
import Tensors

/// Encodes the images of one domain: the center view of each, and random crops for training.
///
/// Features are kept image by image as they are made: a run that is stopped goes on with the images it lacks, and an image
/// added to a domain costs one image.
public struct ExtractStage: Sendable {
    public struct Parameters: CheckedParameters, Hashable {
        public static let source = "own choice"

        @Parameter(
            """
            How many random crops of each image are encoded besides its center view; with everyEpoch, training makes new \
            ones in every epoch.
            """,
            Requirement("a whole number from 0 to 1000, or everyEpoch") { (0...1000).contains($0.encoded) },
            unit: "crops")
        public var views = ViewCount.count(0)
        @Parameter(
            """
            Whether block statistics are kept, too: for every block of the encoder, the means and deviations over tokens.
            """, cameLater: true)
        public var statistics = false

        public init() {}
    }

    /// What to do with a file that is no readable image. One that is broken in many copies of a known data set is left
    /// out in any case.
    public enum BadImagePolicy: String, Sendable, CaseIterable {
        case fail, skip
    }

    /// What an extraction did, and what its artifact is made of.
    public struct Outcome: Sendable {
        public var key: ArtifactKey
        /// Images encoded now.
        public var encoded = 0
        /// Features that were there and have got their norms now.
        public var normed = 0
        /// Images whose features the store had.
        public var found = 0
        /// Files with the same bytes as another one, whose features they share.
        public var copies = 0
        /// Files left out as unreadable, now or by the run that made the artifact.
        public var leftOut = 0
        /// Why, of those that were tried now.
        public var errors: [ImageError] = []
        /// Files of 16-bit grey, encoded now, of which nothing but white is left.
        public var white: [String] = []

        init(
            key: ArtifactKey, of asked: DomainManifest, kept: DomainManifest, encoded: Int = 0, errors: [ImageError] = []
        ) {
            let different = Set(kept.images.map(\.digest)).count
            self.key = key
            self.encoded = encoded
            self.errors = errors
            found = different - encoded
            copies = kept.images.count - different
            leftOut = asked.images.count - kept.images.count
        }
    }

    public let parameters: Parameters
    public let onBadImage: BadImagePolicy
    public let origin: FeatureOrigin
    /// Whether features that are there without their norm are encoded again to get it. Which features an artifact has does
    /// not depend on it, so no recipe has it.
    public let withNorms: Bool

    /// - Throws: for the first value that no extraction could use.
    public init(
        _ parameters: Parameters, onBadImage: BadImagePolicy = .fail, origin: FeatureOrigin = .computed(.float32),
        withNorms: Bool = false
    ) throws(UnfitParameter) {
        try parameters.check()
        (self.parameters, self.onBadImage) = (parameters, onBadImage)
        (self.origin, self.withNorms) = (origin, withNorms)
    }

    /// "center", then the names of the augmented views.
    public var viewNames: [String] {
        ["center"] + (0..<parameters.views.encoded).map { Self.augmentedView($0, origin) }
    }

    /// The name of an augmented view.
    /// - Parameter number: from 0; of the views that are fresh in every epoch, the epoch.
    static func augmentedView(_ number: Int, _ origin: FeatureOrigin) -> String {
        let policy =
            switch origin {
            case .computed, .torch: ImageReader.augmentation.name
            case .imported: "imported"
            }
        return "augmented:\(policy):\(number)"
    }

    /// The artifact that an encoder makes of a domain's images.
    public func recipe(images: ArtifactKey, encoder: Digest) -> Recipe {
        let inputs = [Recipe.Input("images", images)], own = ["encoder": encoder.description]
        guard case .torch = origin else { return Self.kind.recipe(JSONValue.merging(parameters, own), inputs: inputs) }
        var asked = TorchExtraction.Parameters()
        asked.views = parameters.views.encoded
        return TorchExtraction.kind.recipe(JSONValue.merging(asked, own), inputs: inputs)
    }

    /// The images of a manifest that lack features of an encoder, for whoever encodes them elsewhere; nil where none does.
    /// - Parameters:
    ///   - images: the manifest's key.
    ///   - encoder: the encoder's, which the store may not know yet.
    /// - Throws: `StoreError.noArtifact`.
    package func imagesToEncode(
        of images: ArtifactKey, encoder: Digest, in store: ArtifactStore
    ) throws -> DomainManifest? {
        let manifest = try store.manifest(images)
        guard try store.knows(encoder: encoder) else { return manifest }
        let missing = try store.missing(
            views: viewNames, of: images, encoder: encoder, withStatistics: parameters.statistics, withNorms: withNorms)
        guard !missing.isEmpty else { return nil }
        return DomainManifest(
            dataset: manifest.dataset, domain: manifest.domain, classes: manifest.classes, images: missing.map(\.image))
    }

    /// Makes sure that images can be encoded with a checkpoint, by reading all that it takes.
    /// - Throws: what `run` would throw: `CheckpointError`, `UnsupportedPrecision`.
    public static func check(_ checkpoint: Checkpoint, precision: Precision) throws {
        try precision.check()
        _ = try checkpoint.featureCount()
        _ = try checkpoint.imageEncoder(precision: precision)
    }

    /// Encodes what is missing and writes the artifact.
    ///
    /// What is encoded for a norm alone has to be what is there, but for rounding (`Precision.featureTolerance`), and that
    /// stays: what was learned from it stays right.
    /// - Parameters:
    ///   - manifest: the domain's images.
    ///   - replacing: whether all is encoded again that is there. What was imported cannot be.
    ///   - processor: what encodes; asked for only if there is something to encode.
    ///   - progress: called with the images done and to do.
    /// - Throws: `CheckpointError`, `StoreError`, `UnsupportedPrecision`, `ImageError` where `onBadImage` is `fail`.
    public func run(
        manifest: DomainManifest, checkpoint: Checkpoint, store: ArtifactStore, replacing: Bool = false,
        on processor: Processor = .current, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> Outcome {
        let identity = try store.identity(of: checkpoint, origin: origin)
        let recipe = recipe(images: manifest.key, encoder: identity.key)
        let isImported = if case .imported = origin { true } else { false }, replacing = replacing && !isImported
        var made: Outcome?
        try store.artifact(of: recipe, replacing: replacing, if: { try isImported || !withNorms || store.hasNorms(recipe.key) })
        {
            let (kept, outcome): (ArtifactKey, Outcome)
            switch origin {
            case .imported: (kept, outcome) = try gather(recipe.key, manifest, identity, store)
            case .computed:
                // Loaded now: a checkpoint that holds none, or a precision that cannot be had, leaves no trace in the store.
                let model = try ImageModel(checkpoint: checkpoint, is: identity, store: store, on: processor)
                (kept, outcome) = try encode(recipe.key, manifest, identity, store, replacing: replacing) {
                    try model.encode(
                        $0, withStatistics: parameters.statistics, replacing: replacing, skipping: $1, progress: progress)
                }
            case .torch(let precision, _):
                let encoder = TorchEncoder(
                    checkpoint, is: identity, precision: precision, views: viewNames, for: recipe.key, store: store)
                (kept, outcome) = try encode(recipe.key, manifest, identity, store, replacing: replacing) {
                    try encoder.encode($0, replacing: replacing, skipping: $1)
                }
            }
            made = outcome
            let set = EmbeddingSet(
                manifest: kept, encoder: identity.key, views: viewNames, hasStatistics: parameters.statistics)
            return (.embeddings(set), [])
        }
        guard let made else {
            try store.record(manifest)  // The files may lie elsewhere now.
            let kept = try store.manifest(store.embeddingSet(recipe.key).manifest)
            return Outcome(key: recipe.key, of: manifest, kept: kept)
        }
        if made.encoded == 0, made.errors.isEmpty { store.onFind(recipe.key) }
        return made
    }

    /// Encodes what is missing.
    /// - Parameter encode: encodes the views that images lack, and inserts their features; told which images it may leave out.
    private func encode(
        _ key: ArtifactKey, _ manifest: DomainManifest, _ identity: EncoderIdentity, _ store: ArtifactStore, replacing: Bool,
        by encode: ([(image: LabelledImage, views: [String])], (LabelledImage) -> Bool) throws -> ImageModel.Encoded
    ) throws -> (kept: ArtifactKey, Outcome) {
        try store.record(identity)
        try store.record(manifest)
        // What was left out as unreadable has no features that could lack a norm.
        let isThere = try !replacing && store.contains(key)
        let asked = try isThere ? manifest.keeping(store.manifest(store.embeddingSet(key).manifest)) : manifest
        let images = try store.record(asked)
        let missing = try store.missing(
            views: viewNames, of: images, encoder: identity.key, withStatistics: parameters.statistics, withNorms: withNorms,
            replacing: replacing)
        let known = KnownDataSet(named: manifest.dataset), skipsAll = onBadImage == .skip && !isThere
        let encoded = try encode(missing) { skipsAll || known?.isKnownBroken($0.path.text) == true }
        let failures = encoded.failures, kept = asked.removing(Set(failures.map(\.image.digest)))
        if kept.images.isEmpty, let first = failures.first {
            throw StageInputError("not one image of \(manifest.domain) can be read; the first: \(first.error)")
        }
        var outcome = Outcome(
            key: key, of: manifest, kept: kept, encoded: missing.count - failures.count, errors: failures.map(\.error))
        (outcome.normed, outcome.white) = (encoded.normed, encoded.white)
        return (failures.isEmpty ? images : try store.record(kept), outcome)
    }

    /// Looks that imported features are all in the store. Those that are not cannot be made here.
    private func gather(
        _ key: ArtifactKey, _ manifest: DomainManifest, _ identity: EncoderIdentity, _ store: ArtifactStore
    ) throws -> (kept: ArtifactKey, Outcome) {
        guard !parameters.statistics else {
            throw StageInputError(
                "features imported as “\(identity.name)” come without block statistics; encode the images here, or leave "
                    + "statistics out")
        }
        let encoder = try store.record(identity), images = try store.record(manifest)
        let missing = try store.missing(views: viewNames, of: images, encoder: encoder)
        if let first = missing.first {
            throw StageInputError(
                "\(missing.count) of \(manifest.images.count) images of \(manifest.domain) have no features (view "
                    + "\(first.views[0])) imported as “\(identity.name)”, the first being \(first.image.path); encode them where "
                    + "the others were encoded, and import them: spg import features --encoder \(identity.name)")
        }
        return (images, Outcome(key: key, of: manifest, kept: manifest))
    }
}

extension DomainManifest {
    /// The manifest without the images of some digests.
    fileprivate func removing(_ digests: Set<Digest>) -> DomainManifest {
        DomainManifest(
            dataset: dataset, domain: domain, classes: classes, images: images.filter { !digests.contains($0.digest) })
    }

    /// The manifest without the images that another does not have.
    fileprivate func keeping(_ other: DomainManifest) -> DomainManifest {
        removing(Set(images.map(\.digest)).subtracting(other.images.map(\.digest)))
    }
}

extension ExtractStage: StageMethod {
    public static let kind = StageKind(
        name: "extract", executable: "spg-extract", makes: .embeddings, algorithmVersion: 1,
        parameters: Parameters.declared, roles: [.init("images", .images, .domain)], isNamedInRecipes: false,
        work: { work($0) }, check: { values throws(UnfitParameter) in try values.parameters(Parameters.self).needs })
    public static var abstract: String { "Encodes a data set's images with CLIP and keeps the embeddings in the store." }
    public static var example: String {
        "--data Data/desktop-icons --checkpoint Models/icon-clip --store Cache/artifacts.sqlite --views 4"
    }

    /// Each image is decoded once, and each view is cut out of it and encoded.
    public static func work(_ size: StageSize) -> Work {
        let images = size.imageCount("images"), views = 1 + size.number("views")
        return Work(
            gigaflop: images * views * size.model.imageGigaflop, share: 0.75, seconds: images * (0.0005 + views * 0.0005),
            bytes: images * views * StoredSize.row(of: 4 * size.model.dimension + 64) + images * StoredSize.image)
    }
}

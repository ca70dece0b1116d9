import ArtifactStore
import CLIP
import Datasets
import Foundation
import PromptLearning
import Tensors

/// Which images train and which validate.
struct SplitParameters: CheckedParameters, Hashable {
    static let source = "SPG's authors"

    @Parameter("The seed that decides which images train and which validate.", .within(seeds)) var splitSeed = 1
    /// 1 for all of it where no validation image is needed.
    @Parameter(
        "The share of each class and domain that trains; 1 only for DAPL, which chooses no epoch.",
        Requirement("a share above 0 and at most 1") { $0 > 0 && $0 <= 1 })
    var trainFraction = 0.7

    /// Refuses a split that leaves no image to choose the epoch by.
    func requireValidation() throws(UnfitParameter) {
        guard trainFraction < 1 else {
            throw UnfitParameter("trainFraction", mustBe: "a share above 0 and below 1", not: "\(trainFraction)")
        }
    }
}

/// The features of some domains out of the store, with their classes and the encoder they were made with.
struct SourceFeatures {
    let manifests: [DomainManifest]
    /// Per domain; `domains` of each set is the domain's place.
    let sets: [FeatureSet]
    let encoder: Digest

    /// Reads embeddings artifacts.
    /// - Parameters:
    ///   - onlyCenter: whether augmented views are left in the store.
    ///   - withNorms: whether the norms of the features are read, too.
    ///   - withStatistics: whether the block statistics of the views are read, too.
    init(
        _ keys: [ArtifactKey], store: ArtifactStore, onlyCenter: Bool = false, withNorms: Bool = false,
        withStatistics: Bool = false
    ) throws {
        try requireDifferent(keys, "embeddings")
        var manifests: [DomainManifest] = [], sets: [FeatureSet] = [], encoders: [Digest] = []
        for (domain, key) in keys.enumerated() {
            let stored = try store.embeddingSet(key)
            let center = try store.embeddings(key, view: "center")
            let others = onlyCenter ? [] : stored.views.filter { $0 != "center" }
            manifests.append(center.manifest)
            encoders.append(stored.encoder)
            sets.append(
                FeatureSet(
                    center: center.vectors, augmented: try others.map { try store.embeddings(key, view: $0).vectors },
                    norms: withNorms ? try FeatureNorms(key, augmented: others, in: store) : nil,
                    styles: withStatistics ? try BlockStyles(key, augmented: others, in: store) : nil,
                    labels: center.manifest.labels, domains: Array(repeating: domain, count: center.manifest.images.count)))
        }
        (self.manifests, self.sets) = (manifests, sets)
        guard let encoder = encoders.first else { throw StageInputError("no embeddings were given") }
        self.encoder = encoder
        for (manifest, other) in zip(manifests, encoders) where other != encoder {
            throw StageInputError(
                "the embeddings of \(manifest.domain) and \(manifests[0].domain) were made with different encoders")
        }
        for manifest in manifests where manifest.classes != manifests[0].classes {
            throw StageInputError("\(manifest.domain) and \(manifests[0].domain) have different classes")
        }
        for (index, manifest) in manifests.enumerated()
        where manifests[..<index].contains(where: {
            $0.dataset == manifest.dataset && $0.domain == manifest.domain
        }) {
            throw StageInputError("\(manifest.domain) is given twice, by two artifacts; give one of them")
        }
        for (manifest, set) in zip(manifests, sets) where set.augmented.count != sets[0].augmented.count {
            throw StageInputError(
                "\(manifest.domain) has \(set.augmented.count) augmented views and \(manifests[0].domain) has "
                    + "\(sets[0].augmented.count); extract both with the same number")
        }
    }

    var classNames: [String] { manifests[0].classes.map(\.text) }

    /// The images of all domains, with nothing said of what they show. They come in the order of their digests: that of
    /// manifests is by class.
    var unlabelled: UnlabelledFeatures {
        let digests = manifests.flatMap { $0.images.map(\.digest) }
        let all = FeatureSet.joined(sets).subset(digests.indices.sorted { digests[$0] < digests[$1] })
        return UnlabelledFeatures(center: all.center, augmented: all.augmented, styles: all.styles)
    }

    /// The domains' names, joined: what a result of all of them is filed under.
    var domainNames: String { manifests.map(\.domain.text).joined(separator: "+") }

    /// Which images of each domain train and which validate: places in its manifest.
    typealias Parts = [(train: [Int], validation: [Int])]

    /// The images of each domain in two parts: by a seed, class by class, or as files have them.
    /// - Parameter files: of each domain; none for a seeded split.
    func split(_ parameters: SplitParameters, by files: [SplitKeys], store: ArtifactStore) throws -> Parts {
        try parameters.check()
        guard files.isEmpty else {
            guard files.count == manifests.count else {
                throw StageInputError(
                    "\(manifests.count) domains but \(files.count) splits: give one for each, in the same order")
            }
            return try zip(manifests, files).map { manifest, files in
                (
                    try part(files.train, of: manifest, named: DomainParts.trainName(manifest.domain), store),
                    try part(files.validation, of: manifest, named: DomainParts.validationName(manifest.domain), store)
                )
            }
        }
        guard parameters.trainFraction < 1 else { return manifests.map { (Array($0.images.indices), []) } }
        return manifests.map {
            let split = Split(of: $0.images, seed: UInt64(parameters.splitSeed), trainFraction: parameters.trainFraction)
            return (split.train, split.validation)
        }
    }

    /// The features of the two parts, domain by domain.
    func sets(_ parts: Parts) -> (training: FeatureSet, validation: FeatureSet) {
        (
            .joined(zip(sets, parts).map { $0.subset($1.train) }),
            .joined(zip(sets, parts).map { $0.subset($1.validation) })
        )
    }

    /// The images of the two parts, in the order of their features.
    func images(_ parts: Parts) -> (training: [LabelledImage], validation: [LabelledImage]) {
        func images(_ part: (Parts.Element) -> [Int]) -> [LabelledImage] {
            zip(manifests, parts).flatMap { manifest, parts in part(parts).map { manifest.images[$0] } }
        }
        return (images(\.train), images(\.validation))
    }

    /// Those images of a domain that are in a part of it. An image of a part that has no features could not be read, and was
    /// left out of them.
    func part(
        _ key: ArtifactKey, of manifest: DomainManifest, named name: Name, _ store: ArtifactStore
    ) throws -> [Int] {
        let part = try store.manifest(key)
        guard part.domain == name, part.classes == manifest.classes else {
            throw StageInputError(
                "\(key.short) are the images of \(part.domain); expected is \(name), with the same classes")
        }
        struct Identity: Hashable {
            let digest: Digest, label: Int
            init(_ image: LabelledImage) { (digest, label) = (image.digest, image.label) }
        }
        // Files with the same bytes have the same features: as many of them are taken as are in the part.
        var wanted = Dictionary(grouping: part.images, by: Identity.init).mapValues(\.count)
        return manifest.images.indices.filter { index in
            let identity = Identity(manifest.images[index])
            wanted[identity, default: 0] -= 1
            return wanted[identity, default: 0] >= 0
        }
    }

    /// The text side of a checkpoint's model, if it is the one the features were made with, in whatever precision.
    /// - Parameter precision: of the texts, which the processor has.
    func model(of checkpoint: Checkpoint, in precision: Precision, store: ArtifactStore) throws -> CLIPText {
        guard try store.encoder(encoder, goesWith: checkpoint) else {
            throw EncoderMismatch(
                checkpoint: checkpoint.weightsURL.path, encoder: try store.encoder(encoder).name)
        }
        return try Profile.measure(.model) { try CLIPText(checkpoint: checkpoint, precision: precision) }
    }
}

/// Inputs of a stage that do not fit together.
public struct StageInputError: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

import ArtifactStore
import CLIP
import Datasets
import Imaging
import Synchronization
import Tensors

/// An image encoder with the reader in front of it.
struct ImageModel: Sendable {
    private let encoder: any ImageEncoder
    private let identity: EncoderIdentity
    private let reader: ImageReader
    private let store: ArtifactStore

    /// Loads the image encoder of a checkpoint.
    /// - Parameters:
    ///   - identity: what its features are filed under.
    ///   - processor: what encodes.
    /// - Throws: `UnsupportedPrecision`; `CheckpointError`; `StageInputError` where the identity is another checkpoint's.
    init(
        checkpoint: Checkpoint, is identity: EncoderIdentity, store: ArtifactStore, on processor: Processor = .current
    ) throws {
        encoder = try store.loading(identity, of: checkpoint, on: processor) { try checkpoint.imageEncoder(precision: $0) }
        self.identity = identity
        self.store = store
        reader = ImageReader(for: checkpoint, identity, store: store)
    }

    /// What came of some images.
    struct Encoded {
        /// Features that were there and have got their norms.
        var normed = 0
        /// Files that are no images.
        var failures: [(image: LabelledImage, error: ImageError)] = []
        /// Files of which nothing but white is left.
        var white: [String] = []
    }

    /// Encodes views that images lack, and inserts their features batch by batch: a run that is stopped goes on from there.
    ///
    /// What is there and gets its norm has to be what is encoded, but for rounding (`Precision.featureTolerance`).
    /// - Parameters:
    ///   - withStatistics: whether the statistics of the encoder's blocks are taken, too. The features are the same.
    ///   - replacing: whether features that are there are replaced.
    ///   - canSkip: whether an image that cannot be read is left out. If not, it ends this.
    ///   - progress: called with the images done and to do.
    /// - Throws: `ImageError` of an image that has changed, or that cannot be read; `StoreError`. The batch is not inserted.
    func encode(
        _ missing: [(image: LabelledImage, views: [String])], withStatistics: Bool = false, replacing: Bool = false,
        skipping canSkip: (LabelledImage) -> Bool = { _ in false }, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> Encoded {
        var encoded = Encoded()
        let size = max(1, 256 / (missing.map(\.views.count).max() ?? 1))
        for first in stride(from: 0, to: missing.count, by: size) {
            let batch = Array(missing[first..<min(first + size, missing.count)])
            let parts = features(of: batch, withStatistics: withStatistics)
            let failures = parts.flatMap(\.failures)
            try reader.refuseChanged(failures.map(\.error))
            if let failure = failures.first(where: { !canSkip($0.image) }) { throw failure.error }
            for part in parts where !part.rows.isEmpty {
                encoded.normed += try store.insert(
                    part.vectors, norms: part.norms, part.statistics, for: part.rows, encoder: identity.key,
                    within: identity.precision.featureTolerance, replacing: replacing)
            }
            encoded.failures += failures
            encoded.white += parts.flatMap(\.white)
            progress(first + batch.count, missing.count)
        }
        return encoded
    }

    /// Features of views of some images, and the files among them that are no images.
    private struct Features {
        /// What each row is a view of.
        var rows: [ImageView] = []
        /// `[rows, dimension]`, of unit length.
        var vectors = Tensor([0, 0])
        /// How long each was as the encoder put it out.
        var norms: [Float] = []
        /// Of the same rows, where they are asked for.
        var statistics: StoredBlockStatistics?
        var failures: [(image: LabelledImage, error: ImageError)] = []
        var white: [String] = []
    }

    /// Decodes images, makes the views they lack, and encodes them.
    ///
    /// A thread takes some groups of images from file to feature, so one reads and decodes while another encodes.
    /// - Returns: the parts, in the images' order.
    private func features(
        of images: [(image: LabelledImage, views: [String])], withStatistics: Bool
    ) -> [Features] {
        let size = imagesInPart(of: images.count, views: images.map(\.views.count).max() ?? 1)
        let starts = Array(stride(from: 0, to: images.count, by: size))
        let parts = Mutex([Int: Features]())
        parallelItems(starts.count) { index in
            let part = images[starts[index]..<min(starts[index] + size, images.count)]
            let features = unsplitFeatures(of: part, withStatistics: withStatistics)
            parts.withLock { $0[index] = features }
        }
        return parts.withLock { $0 }.sorted { $0.key < $1.key }.map(\.value)
    }

    /// The fewest images whose views fill whole groups; up to four times as many where that leaves every thread its part,
    /// since a part needs memory of its own.
    private func imagesInPart(of images: Int, views: Int) -> Int {
        var fewest = 1
        while fewest * views % encoder.groupSize != 0 { fewest += 1 }
        return fewest * max(1, min(4, images / (fewest * Threads.count)))
    }

    private func unsplitFeatures(
        of images: ArraySlice<(image: LabelledImage, views: [String])>, withStatistics: Bool
    ) -> Features {
        var features = Features()
        var pixels = reader.room(for: images.reduce(0) { $0 + $1.views.count })
        pixels.withUnsafeMutablePointer { pixels in
            for (image, names) in images {
                do throws(ImageError) {
                    let views = names.map { $0 == "center" ? ImageReader.View.center : .random(purpose: $0) }
                    let isWhite = try reader.read(image, views, into: pixels, at: features.rows.count)
                    if isWhite { features.white.append(image.path.text) }
                    features.rows += names.map { ImageView(image: image.digest, view: $0) }
                } catch {
                    features.failures.append((image, error))
                }
            }
        }
        guard !features.rows.isEmpty else { return features }
        let side = pixels.shape[1]
        let filled = pixels.reshaped([pixels.shape[0], side * side * 3]).rows(0..<features.rows.count)
        let pictures = filled.reshaped([features.rows.count, side, side, 3])
        Profile.measure(.encode) {
            if withStatistics {
                let encoded = encoder.encodeWithStatistics(pictures)
                (features.vectors, features.norms) = encoded.features.normalizedRowsWithNorms()
                let numbers = Tensor(besideEachOther: encoded.statistics.flatMap { [$0.mean, $0.deviation] })
                features.statistics = StoredBlockStatistics(
                    widths: encoder.blockWidths, numbers: HalfMatrix(rounding: numbers))
            } else {
                (features.vectors, features.norms) = encoder.encode(pictures).normalizedRowsWithNorms()
            }
        }
        return features
    }
}

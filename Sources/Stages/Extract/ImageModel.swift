import ArtifactStore
import CLIP
import Datasets
import Foundation
import Imaging
import Synchronization
import Tensors

/// An image encoder with the preprocessing in front of it.
struct ImageModel: Sendable {
    let encoder: any ImageEncoder
    let preprocessing: CLIPPreprocessing

    /// Loads the image encoder of a checkpoint.
    /// - Parameter identity: what its features are filed under.
    /// - Throws: `CheckpointError`; `StageInputError` where the identity is another checkpoint's.
    init(checkpoint: Checkpoint, precision: Precision, is identity: EncoderIdentity, store: ArtifactStore) throws {
        encoder = try Profile.measure(.model) {
            try store.confirm(identity, of: checkpoint)
            return try checkpoint.imageEncoder(precision: precision)
        }
        preprocessing = checkpoint.preprocessing(identity.order)
    }

    /// Features of views of some images, and the files among them that are no images.
    struct Features: Sendable {
        /// What each row is a view of.
        var rows: [ImageView] = []
        /// `[rows, dimension]`, of unit length.
        var vectors = Tensor([0, 0])
        /// How long each was as the encoder put it out.
        var norms: [Float] = []
        /// Of the same rows, where they are asked for.
        var statistics: StoredBlockStatistics?
        var failures: [(image: LabelledImage, error: ImageError)] = []
        /// Files of which nothing but white is left.
        var white: [String] = []
    }

    /// Decodes images, makes the views they lack, and encodes them.
    ///
    /// A thread takes some groups of images from file to feature, so one reads and decodes while another encodes. A random
    /// view's numbers come from the image's digest and the view's number: they are the same whatever else is extracted
    /// with it, and whenever.
    /// - Parameter withStatistics: whether the statistics of the encoder's blocks are taken, too. The features are the same.
    /// - Returns: the parts, in the images' order.
    func features(
        of images: [(image: LabelledImage, views: [String])], augmentation: RandomResizedCropFlip,
        withStatistics: Bool = false
    ) -> [Features] {
        let size = imagesInPart(of: images.count, views: images.map(\.views.count).max() ?? 1)
        let starts = Array(stride(from: 0, to: images.count, by: size))
        let parts = Mutex([Int: Features]())
        parallelItems(starts.count) { index in
            let part = images[starts[index]..<min(starts[index] + size, images.count)]
            let features = unsplitFeatures(of: part, augmentation: augmentation, withStatistics: withStatistics)
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
        of images: ArraySlice<(image: LabelledImage, views: [String])>, augmentation: RandomResizedCropFlip,
        withStatistics: Bool
    ) -> Features {
        var features = Features()
        let side = preprocessing.resolution, size = side * side * 3
        var pixels = Tensor(uninitialized: [images.reduce(0) { $0 + $1.views.count }, side, side, 3])
        for (image, views) in images {
            do throws(ImageError) {
                let picture = try Picture(image)
                if picture.isClippedToWhite { features.white.append(image.path.text) }
                for name in views {
                    Profile.measure(.preprocess) {
                        let view = view(name, of: picture, image.digest, augmentation)
                        pixels.withUnsafeMutablePointer {
                            preprocessing.normalize(view, into: $0 + features.rows.count * size)
                        }
                    }
                    features.rows.append(ImageView(image: image.digest, view: name))
                }
            } catch {
                features.failures.append((image, error))
            }
        }
        guard !features.rows.isEmpty else { return features }
        let filled = pixels.reshaped([pixels.shape[0], size]).rows(0..<features.rows.count)
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

    private func view(
        _ name: String, of picture: Picture, _ digest: Digest, _ augmentation: RandomResizedCropFlip
    ) -> RGBImage {
        if name == "center" { return preprocessing.centerView(of: picture) }
        var stream = RandomStream(digest: digest, purpose: name)
        return preprocessing.randomView(of: picture, augmentation, using: &stream)
    }
}

extension Checkpoint {
    /// How pictures are made into what the image encoder takes, where they become RGB in an order.
    func preprocessing(_ order: ColorOrder) -> CLIPPreprocessing {
        var preprocessing = preprocessing
        preprocessing.order = order
        return preprocessing
    }
}

extension RandomStream {
    /// Random numbers that belong to an image, through its digest.
    init(digest: Digest, seed: UInt64 = 0, purpose: String) {
        let words = stride(from: 0, to: 12, by: 4).map { at in
            digest.bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
        }
        self.init(seed: seed, purpose: purpose, words[0], words[1], words[2])
    }
}

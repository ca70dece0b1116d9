import ArtifactStore
import CLIP
import Datasets
import Foundation
import Imaging
import PromptLearning
import Synchronization
import Tensors

/// Files of images whose features are in the store, to be read again: where the image encoder changes, features are of no use.
struct ImageFiles: Sendable {
    private let images: [LabelledImage]
    private let preprocessing: CLIPPreprocessing
    private let augmentation = RandomResizedCropFlip()
    private let store: ArtifactStore

    /// Makes sure that the files are what features were extracted from. Files that have not changed are looked at, not read.
    /// - Throws: `DatasetError.unreadable` for a file that is not there; `StageInputError` for one that has changed.
    init(_ images: [LabelledImage], preprocessing: CLIPPreprocessing, store: ArtifactStore) throws {
        let digests = try store.digests(ofFiles: images.map(\.path.text))
        for (image, digest) in zip(images, digests) where digest != image.digest {
            throw StageInputError(
                "\(image.path) has changed since its features were extracted. Extract them again, and learn from those")
        }
        (self.images, self.preprocessing, self.store) = (images, preprocessing, store)
    }

    /// The images as learning sees them.
    var set: ImageSet { ImageSet(labels: images.map(\.label), read: pixels) }

    /// Decodes some images and makes a view of each: `[items.count, resolution, resolution, 3]`.
    ///
    /// A random view's numbers come from the image's digest, the seed and the epoch.
    /// - Throws: `ImageError`, of the first image that cannot be read or has changed.
    @Sendable private func pixels(_ items: [Int], _ view: ImageSet.View) throws -> Tensor {
        let side = preprocessing.resolution, size = side * side * 3
        var pixels = Tensor(uninitialized: [items.count, side, side, 3])
        let failures = Mutex([Int: ImageError]())
        pixels.withUnsafeMutablePointer { to in
            let to = Shared(to)
            parallelItems(items.count) { item in
                do throws(ImageError) {
                    let image = images[items[item]]
                    let picture = try Picture(image)
                    Profile.measure(.preprocess) {
                        preprocessing.normalize(self.view(view, of: picture, image.digest), into: to.pointer + item * size)
                    }
                } catch {
                    failures.withLock { $0[item] = error }
                }
            }
        }
        let errors = failures.withLock { $0 }.sorted { $0.key < $1.key }.map(\.value)
        try store.refuseChanged(errors)
        if let first = errors.first { throw first }
        return pixels
    }

    private func view(_ view: ImageSet.View, of picture: Picture, _ digest: Digest) -> RGBImage {
        switch view {
        case .center: return preprocessing.centerView(of: picture)
        case .random(let seed, let epoch):
            var stream = RandomStream(digest: digest, seed: UInt64(seed), purpose: "crop of epoch \(epoch)")
            return preprocessing.randomView(of: picture, augmentation, using: &stream)
        }
    }
}

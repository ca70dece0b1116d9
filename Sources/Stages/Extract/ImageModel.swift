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

    init(checkpoint: Checkpoint, precision: Precision) throws {
        encoder = try checkpoint.imageEncoder(precision: precision)
        preprocessing = checkpoint.preprocessing
    }

    /// Pixels ready to be encoded, what each is a view of, and the files that are no images.
    struct Views: Sendable {
        var rows: [ImageView]
        /// `[rows, resolution, resolution, 3]`.
        var pixels: Tensor
        var failures: [(image: LabelledImage, error: ImageError)]
    }

    /// Decodes images and makes the views they lack, image by image on all threads.
    ///
    /// A random view's numbers come from the image's digest and the view's number: they are the same whatever else is
    /// extracted with it, and whenever.
    func views(
        of images: [(image: LabelledImage, views: [String])], augmentation: RandomResizedCropFlip
    ) throws -> Views {
        let firstRows = images.reduce(into: [0]) { $0.append($0.last! + $1.views.count) }
        let side = preprocessing.resolution, size = side * side * 3
        var pixels = Tensor(uninitialized: [firstRows.last!, side, side, 3])
        let failures = Mutex([Int: ImageError]())
        pixels.withUnsafeMutablePointer { to in
            let to = Shared(to)
            // Images differ in size: small parts share the work out evenly.
            parallelItems(images.count) { index in
                let (image, names) = images[index]
                do throws(ImageError) {
                    let picture = try RGBImage(contentsOf: URL(filePath: image.path))
                    for (offset, name) in names.enumerated() {
                        preprocessing.normalize(
                            view(name, of: picture, image.digest, augmentation), into: to.pointer + (firstRows[index] + offset) * size)
                    }
                } catch {
                    failures.withLock { $0[index] = error }
                }
            }
        }
        let failed = failures.withLock { $0 }
        let good = images.indices.filter { failed[$0] == nil }
        return Views(
            rows: good.flatMap { index in
                images[index].views.map { ImageView(image: images[index].image.digest, view: $0) }
            },
            pixels: failed.isEmpty ? pixels : pixels.keepingImages(good.flatMap { firstRows[$0]..<firstRows[$0 + 1] }),
            failures: failed.sorted { $0.key < $1.key }.map { (images[$0.key].image, $0.value) })
    }

    private func view(
        _ name: String, of picture: RGBImage, _ digest: Digest, _ augmentation: RandomResizedCropFlip
    ) -> RGBImage {
        if name == "center" { return preprocessing.centerView(of: picture) }
        var stream = RandomStream(digest: digest, purpose: name)
        return augmentation.view(of: picture, resolution: preprocessing.resolution, using: &stream)
    }

    /// Unit-length features of the views: `[rows, dimension]`.
    func features(of views: Views) -> Tensor {
        encoder.encode(views.pixels).normalizedRows()
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

extension Tensor {
    /// The chosen images of a batch `[n, height, width, channels]`.
    fileprivate func keepingImages(_ indices: [Int]) -> Tensor {
        let size = count / max(1, shape[0])
        return reshaped([shape[0], size]).gatheringRows(indices).reshaped([indices.count] + shape.dropFirst())
    }
}

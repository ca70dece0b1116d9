import ArtifactStore
import CLIP
import Datasets
import Foundation
import Imaging
import Synchronization
import Tensors

/// Reads files of images to pixels, as an image encoder takes them.
struct ImageReader: Sendable {
    private let preprocessing: CLIPPreprocessing
    /// What remembers files' digests, where something does.
    private let store: ArtifactStore?
    static let augmentation = RandomResizedCropFlip()

    /// What is looked at of a picture.
    enum View {
        /// As evaluation crops it.
        case center
        /// A random crop, mirrored or not. Its numbers come from the image's digest, the purpose and the seed: they are the
        /// same whatever else is read with it, and whenever.
        case random(purpose: String, seed: UInt64 = 0)
    }

    /// - Parameter identity: of the encoder; says where pictures become RGB.
    init(for checkpoint: Checkpoint, _ identity: EncoderIdentity, store: ArtifactStore? = nil) {
        var preprocessing = checkpoint.preprocessing
        preprocessing.order = identity.order
        (self.preprocessing, self.store) = (preprocessing, store)
    }

    /// Room for the pixels of some views: `[views, resolution, resolution, 3]`.
    func room(for views: Int) -> Tensor {
        Tensor(uninitialized: [views, preprocessing.resolution, preprocessing.resolution, 3])
    }

    /// Reads an image's file once, and makes views of it.
    /// - Parameters:
    ///   - pixels: the beginning of the room.
    ///   - row: where in it the first of the views goes; the others follow.
    /// - Returns: whether nothing but white is left of a picture of 16-bit grey.
    /// - Throws: `ImageError`; `changed` where the bytes that are decoded are not those whose digest the image is known by.
    @discardableResult
    func read(
        _ image: LabelledImage, _ views: [View], into pixels: UnsafeMutablePointer<Float>, at row: Int
    ) throws(ImageError) -> Bool {
        let picture = try Picture(contentsOf: URL(filePath: image.path.text)) { Digest(of: $0) == image.digest }
        for (number, view) in views.enumerated() { draw(view, of: picture, image.digest, into: pixels, at: row + number) }
        return picture.isClippedToWhite
    }

    /// Reads a file of which nothing is known, once, and makes the center view of it.
    /// - Parameters:
    ///   - file: whatever its name, a picture in a format that is read.
    ///   - pixels: the beginning of the room.
    ///   - row: where in it the view goes.
    /// - Returns: the digest of the bytes, and whether nothing but white is left of a picture of 16-bit grey.
    /// - Throws: `ImageError`.
    func read(
        _ file: URL, into pixels: UnsafeMutablePointer<Float>, at row: Int
    ) throws(ImageError) -> (digest: Digest, isWhite: Bool) {
        var digest: Digest?
        let picture = try Picture(contentsOf: file) {
            digest = Digest(of: $0)
            return true
        }
        guard let digest else { throw ImageError(.empty, file: file) }
        draw(.center, of: picture, digest, into: pixels, at: row)
        return (digest, picture.isClippedToWhite)
    }

    private func draw(
        _ view: View, of picture: Picture, _ digest: Digest, into pixels: UnsafeMutablePointer<Float>, at row: Int
    ) {
        let size = preprocessing.resolution * preprocessing.resolution * 3
        Profile.measure(.preprocess) {
            preprocessing.normalize(square(view, of: picture, digest), into: pixels + row * size)
        }
    }

    /// Reads images on all threads, a view of each: `[images.count, resolution, resolution, 3]`.
    /// - Throws: `ImageError`, of the first image that has changed, or else of the first that cannot be read.
    func pixels(of images: [LabelledImage], _ view: View) throws -> Tensor {
        var pixels = room(for: images.count)
        let failures = Mutex([Int: ImageError]())
        pixels.withUnsafeMutablePointer { to in
            let to = Shared(to)
            parallelItems(images.count) { row in
                do throws(ImageError) {
                    try read(images[row], [view], into: to.pointer, at: row)
                } catch {
                    failures.withLock { $0[row] = error }
                }
            }
        }
        let errors = failures.withLock { $0 }.sorted { $0.key < $1.key }.map(\.value)
        try refuseChanged(errors)
        if let first = errors.first { throw first }
        return pixels
    }

    /// Ends a stage at a file that has changed since the stage's images were recorded. What is remembered of it is forgotten,
    /// so that the next run reads it, even where its stamp stayed what it was.
    /// - Throws: the `ImageError` of the first that has changed, if one has.
    func refuseChanged(_ errors: [ImageError]) throws {
        let changed = errors.filter { $0.reason == .changed }
        guard let first = changed.first else { return }
        try store?.forgetDigests(ofFiles: changed.compactMap(\.file?.path))
        throw first
    }

    private func square(_ view: View, of picture: Picture, _ digest: Digest) -> RGBImage {
        switch view {
        case .center: return preprocessing.centerView(of: picture)
        case .random(let purpose, let seed):
            var stream = RandomStream(digest: digest, seed: seed, purpose: purpose)
            return preprocessing.randomView(of: picture, Self.augmentation, using: &stream)
        }
    }
}

extension RandomStream {
    /// Random numbers that belong to an image, through its digest.
    package init(digest: Digest, seed: UInt64 = 0, purpose: String) {
        let words = stride(from: 0, to: 12, by: 4).map { at in
            digest.bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
        }
        self.init(seed: seed, purpose: purpose, words[0], words[1], words[2])
    }
}

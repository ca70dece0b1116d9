import Datasets
import Foundation
import Imaging
import Synchronization
import Tensors

extension ImageReader {
    /// Pictures in files of which nothing is known.
    struct Pictures {
        /// Those that can be read, in the files' order: which file, its digest, and whether nothing but white is left of a
        /// picture of 16-bit grey.
        var read: [(place: Int, digest: Digest, isWhite: Bool)]
        /// Of those, the center views: `[read.count, resolution, resolution, 3]`.
        var pixels: Tensor
        /// Why others cannot be read.
        var failures: [Int: ImageError]
    }

    /// Reads files on all threads.
    /// - Parameter files: paths.
    func pictures(_ files: [String]) -> Pictures {
        var pixels = room(for: files.count)
        let outcomes = Mutex([Int: Result<(digest: Digest, isWhite: Bool), ImageError>]())
        pixels.withUnsafeMutablePointer { to in
            let to = Shared(to)
            parallelItems(files.count) { place in
                let outcome = Result { () throws(ImageError) in
                    try read(URL(filePath: files[place]), into: to.pointer, at: place)
                }
                outcomes.withLock { $0[place] = outcome }
            }
        }
        var pictures = Pictures(read: [], pixels: pixels, failures: [:])
        for (place, outcome) in outcomes.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
            switch outcome {
            case .success(let (digest, isWhite)): pictures.read.append((place, digest, isWhite))
            case .failure(let error): pictures.failures[place] = error
            }
        }
        guard pictures.read.count < files.count else { return pictures }
        let shape = pixels.shape, size = shape.dropFirst().reduce(1, *)
        pictures.pixels = pixels.reshaped([files.count, size]).gatheringRows(pictures.read.map(\.place))
            .reshaped([pictures.read.count] + shape.dropFirst())
        return pictures
    }
}

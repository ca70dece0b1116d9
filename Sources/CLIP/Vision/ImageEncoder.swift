import Tensors

/// Turns images into features in the space that CLIP's texts share.
public protocol ImageEncoder: Sendable {
    /// The height and width of the images it takes.
    var resolution: Int { get }
    /// The extent of the features.
    var dimension: Int { get }
    /// Encodes any number of images, split over `Threads.count` threads.
    ///
    /// An image's features are the same to the last bit whatever is encoded beside it and on however many threads, as
    /// long as its place in `pixels` is the same. With OpenBLAS's AVX-512 kernels its place does not matter either; its
    /// AVX2 kernels round a matrix's rows in two ways by turns.
    /// - Parameter pixels: normalised images, `[n, resolution, resolution, 3]`.
    /// - Returns: `[n, dimension]`, not normalised.
    func encode(_ pixels: Tensor) -> Tensor
}

/// An encoder that runs a group of images from end to end in working memory of its own.
///
/// A group always has the same size, filled up with empty images if need be: a matrix product's last bits may depend on
/// its extents, and an image's features shall not depend on how many images are beside it.
protocol GroupwiseEncoder: ImageEncoder {
    associatedtype Memory
    /// The images in a group: enough to keep the matrix products busy, few enough to waste little on the last group.
    var groupSize: Int { get }
    /// The working memory for one group at a time.
    func makeMemory() -> Memory
    /// Encodes `groupSize` images from `pixels` to as many rows of `features`.
    func encodeGroup(
        _ pixels: UnsafePointer<Float>, into features: UnsafeMutablePointer<Float>, _ memory: Memory)
}

extension GroupwiseEncoder {
    public func encode(_ pixels: Tensor) -> Tensor {
        precondition(
            pixels.shape.count == 4 && pixels.shape[1...] == [resolution, resolution, 3],
            "images of shape \(pixels.shape) for an encoder of [n, \(resolution), \(resolution), 3]")
        let images = pixels.shape[0], imageSize = resolution * resolution * 3
        var features = Tensor(uninitialized: [images, dimension])
        features.withUnsafeMutablePointer { to in
            pixels.withUnsafePointer { from in
                // The threads' parts are disjoint.
                nonisolated(unsafe) let (from, to) = (from, to)
                parallel((images + groupSize - 1) / groupSize) { groups in
                    let memory = makeMemory()
                    for group in groups {
                        let first = group * groupSize, count = min(groupSize, images - first)
                        unsplit {
                            encodeGroup(
                                of: count, from + first * imageSize, into: to + first * dimension, memory)
                        }
                    }
                }
            }
        }
        return features
    }

    /// Encodes `count` images, filled up to a group.
    private func encodeGroup(
        of count: Int, _ pixels: UnsafePointer<Float>, into features: UnsafeMutablePointer<Float>, _ memory: Memory
    ) {
        if count == groupSize { return encodeGroup(pixels, into: features, memory) }
        let imageSize = resolution * resolution * 3
        let filled = Scratch(count: groupSize * imageSize), results = Scratch(count: groupSize * dimension)
        filled.base.update(from: pixels, count: count * imageSize)
        (filled.base + count * imageSize).update(repeating: 0, count: (groupSize - count) * imageSize)
        encodeGroup(filled.base, into: results.base, memory)
        features.update(from: results.base, count: count * dimension)
    }
}

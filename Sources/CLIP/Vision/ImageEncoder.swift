import Tensors

/// Turns images into features in the space that CLIP's texts share.
public protocol ImageEncoder: Sendable {
    /// The height and width of the images it takes.
    var resolution: Int { get }
    /// The extent of the features.
    var dimension: Int { get }
    /// Encodes any number of images, split over `Threads.count` threads.
    ///
    /// - Parameter pixels: normalised images, `[n, resolution, resolution, 3]`.
    /// - Returns: `[n, dimension]`, not normalised.
    func encode(_ pixels: Tensor) -> Tensor
}

/// An encoder that runs a group of images from end to end in working memory of its own.
protocol GroupwiseEncoder: ImageEncoder {
    associatedtype Memory
    /// The most images in one group: enough to keep the matrix products busy, few enough to bound the memory.
    var largestGroup: Int { get }
    /// The working memory for groups of up to `images` images.
    func makeMemory(images: Int) -> Memory
    /// Encodes `count` images, at most `largestGroup`, from `pixels` to `count` rows of `features`.
    func encode(
        _ count: Int, _ pixels: UnsafePointer<Float>, into features: UnsafeMutablePointer<Float>,
        _ memory: Memory)
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
                parallel(images) { part in
                    let group = min(largestGroup, part.count)
                    let memory = makeMemory(images: group)
                    for start in stride(from: part.lowerBound, to: part.upperBound, by: group) {
                        encode(
                            min(group, part.upperBound - start), from + start * imageSize,
                            into: to + start * dimension, memory)
                    }
                }
            }
        }
        return features
    }
}

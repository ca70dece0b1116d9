import Tensors

/// Turns images into features in the space that CLIP's texts share.
public protocol ImageEncoder: Sendable {
    /// The height and width of the images it takes, in pixels.
    var resolution: Int { get }
    /// The extent of the features.
    var dimension: Int { get }
    /// The width of each block whose statistics can be had, first block first.
    var blockWidths: [Int] { get }

    /// The images that go through the encoder together: numbers of images that are a multiple of it waste nothing.
    var groupSize: Int { get }

    /// Encodes any number of images, split over `Threads.count` threads.
    ///
    /// An image's features are the same to the last bit whatever is encoded beside it and on however many threads, as
    /// long as its place in `pixels` is the same. With OpenBLAS's AVX-512 kernels its place does not matter either; its
    /// AVX2 kernels round a matrix's rows in two ways by turns.
    /// - Parameter pixels: normalised images, `[n, resolution, resolution, 3]`.
    /// - Returns: `[n, dimension]`, not normalised.
    func encode(_ pixels: Tensor) -> Tensor

    /// Encodes images, and returns the statistics of every block beside their features. The features are the same bits as
    /// `encode` gives.
    /// - Parameter pixels: normalised images, `[n, resolution, resolution, 3]`.
    /// - Returns: features `[n, dimension]`, not normalised, and statistics `[n, width]` of each block.
    func encodeWithStatistics(_ pixels: Tensor) -> EncodedImages
}

import Tensors

/// The means and deviations over an image's tokens that one block of an image encoder puts out: what AD-CLIP
/// (Singha et al. 2023) tells a domain's style by.
///
/// A block is a layer of a vision transformer, whose tokens are the patches and the class token, or a stage of a ResNet,
/// whose tokens are the pixels of its maps. The deviation is the population's: `√(Σ (x − mean)² / tokens)`.
public struct BlockStatistics: Sendable, Equatable {
    /// `[n, width]`
    public let mean: Tensor
    /// `[n, width]`
    public let deviation: Tensor
}

/// Images as an encoder sees them.
public struct EncodedImages: Sendable {
    /// `[n, dimension]`, not normalised.
    public let features: Tensor
    /// First block first.
    public let statistics: [BlockStatistics]
}

/// Where the statistics of a group's images go: each image has a row, block after block its mean and its deviation.
struct StatisticsRows {
    let base: UnsafeMutablePointer<Float>
    /// Numbers in a row.
    let stride: Int

    /// Writes what one block puts out.
    /// - Parameters:
    ///   - x: [images, tokens, width].
    ///   - column: where the block's part of a row begins.
    func write(_ x: UnsafePointer<Float>, images: Int, tokens: Int, width: Int, at column: Int) {
        for image in 0..<images {
            let to = base + image * stride + column
            meanAndDeviationOfRows(
                x + image * tokens * width, rows: tokens, columns: width, mean: to, deviation: to + width)
        }
    }
}

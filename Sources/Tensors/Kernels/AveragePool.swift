/// The means of 2×2 pixels of feature maps in memory; a last odd row or column is left out, as PyTorch does.
///
/// - Parameters:
///   - x: [images, height, width, channels].
///   - result: receives [images, height / 2, width / 2, channels].
package func averagePool2x2(
    _ x: UnsafePointer<Float>, images: Int, height: Int, width: Int, channels: Int,
    into result: UnsafeMutablePointer<Float>
) {
    var to = result
    for image in 0..<images {
        for row in 0..<height / 2 {
            for column in 0..<width / 2 {
                let top = x + ((image * height + 2 * row) * width + 2 * column) * channels
                let bottom = top + width * channels
                to.mapVectors(channels, top, top + channels) { $0 + $1 }
                to.mapVectors(channels, to, bottom) { $0 + $1 }
                to.mapVectors(channels, to, bottom + channels) { ($0 + $1) * 0.25 }
                to += channels
            }
        }
    }
}

import Tensors
import Testing

@Suite struct WinogradTests {
    /// A tile of 4×4 results against the sum over the 3×3 places, in double precision; of which some rows and columns are kept.
    @Test(arguments: [(4, 4), (1, 4), (3, 2)])
    func aTileIsAConvolution(rows: Int, columns: Int) {
        let channels = 32
        var stream = RandomStream(seed: 5, purpose: "tile")
        let inputs = Tensor([36, channels], (0..<36 * channels).map { _ in stream.normal() })
        let kernels = Tensor([channels, 9], (0..<9 * channels).map { _ in stream.normal() })
        let bias = Tensor([channels], (0..<channels).map { _ in stream.normal() })

        // The maps that are written to are five pixels wide; what is outside the kept part must stay.
        var transformed = Tensor([36, channels]), result = Tensor([20, channels], repeating: -7)
        var tile = Tensor([Winograd.memory])
        tile.withUnsafeMutablePointer { tile in
            transformed.withUnsafeMutablePointer { transformed in
                inputs.withUnsafePointer { inputs in
                    let pixels = (0..<36).map { inputs + $0 * channels }
                    Winograd.transformInput(pixels, channels: channels, into: transformed, stride: channels, tile: tile)
                }
                for channel in 0..<channels {
                    var kernel = [Float](repeating: 0, count: 36)
                    kernels.withUnsafePointer { Winograd.transformKernel($0 + 9 * channel, into: &kernel) }
                    for place in 0..<36 { transformed[place * channels + channel] *= kernel[place] }
                }
                result.withUnsafeMutablePointer { result in
                    bias.withUnsafePointer {
                        Winograd.finish(
                            transformed, stride: channels, channels: channels, bias: $0, rows: rows, columns: columns,
                            into: result, line: 5 * channels, tile: tile)
                    }
                }
            }
        }
        for (row, column) in (0..<20).map({ ($0 / 5, $0 % 5) }) {
            for channel in 0..<channels {
                var sum = Double(bias[channel])
                guard row < rows, column < columns else {
                    #expect(result[row * 5 + column, channel] == -7)
                    continue
                }
                for place in 0..<9 {
                    let pixel = (row + place / 3) * 6 + column + place % 3
                    sum += Double(inputs[pixel, channel]) * Double(kernels[channel, place])
                }
                #expect(abs(Double(result[row * 5 + column, channel]) - max(0, sum)) < 2e-5)
            }
        }
    }
}

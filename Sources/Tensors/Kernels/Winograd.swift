/// The minimal filtering of Winograd for 4×4 results of a 3×3 convolution, F(4×4, 3×3) in Lavin & Gray 2016
/// ("Fast Algorithms for Convolutional Neural Networks"): 36 multiplications in the place of 144.
///
/// A tile of 6×6 inputs and the kernel are transformed, `Bᵀ d B` and `G g Gᵀ`, multiplied number by number, and the product is
/// transformed back, `Aᵀ m A`; with many channels, the multiplications are 36 matrix products.
package enum Winograd {
    /// The extent of a tile of results.
    package static let results = 4
    /// The extent of a tile of inputs, which overlaps its neighbours by two.
    package static let inputs = 6
    /// Numbers in a tile of inputs.
    package static let places = inputs * inputs
    /// The numbers of memory that a tile needs while it is transformed.
    package static let memory = 16 * places

    /// Six numbers in a row or column.
    fileprivate typealias Six = (
        SIMD16<Float>, SIMD16<Float>, SIMD16<Float>, SIMD16<Float>, SIMD16<Float>, SIMD16<Float>
    )
    fileprivate typealias Four = (SIMD16<Float>, SIMD16<Float>, SIMD16<Float>, SIMD16<Float>)

    /// `a + factor · b`
    @inline(__always)
    private static func fma(_ a: SIMD16<Float>, _ factor: Float, _ b: SIMD16<Float>) -> SIMD16<Float> {
        a.addingProduct(SIMD16(repeating: factor), b)
    }

    /// `Bᵀ d`, with
    ///
    ///     4  0 −5  0  1  0
    ///     0 −4 −4  1  1  0
    ///     0  4 −4 −1  1  0
    ///     0 −2 −1  2  1  0
    ///     0  2 −1 −2  1  0
    ///     0  4  0 −5  0  1
    @inline(__always)
    fileprivate static func transformInput(_ d: Six) -> Six {
        let a = fma(d.4, -4, d.2), b = fma(d.3, -4, d.1), c = d.4 - d.2, e = d.3 - d.1
        let first = fma(fma(d.4, -5, d.2), 4, d.0), last = fma(fma(d.5, -5, d.3), 4, d.1)
        return (first, a + b, a - b, fma(c, 2, e), fma(c, -2, e), last)
    }

    /// `Aᵀ m`, with
    ///
    ///     1  1  1  1  1  0
    ///     0  1 −1  2 −2  0
    ///     0  1  1  4  4  0
    ///     0  1 −1  8 −8  1
    @inline(__always)
    fileprivate static func transformResult(_ m: Six) -> Four {
        let a = m.1 + m.2, b = m.1 - m.2, c = m.3 + m.4, d = m.3 - m.4
        return (m.0 + a + c, fma(b, 2, d), fma(a, 4, c), fma(m.5 + b, 8, d))
    }

    /// A number of `G g`, with
    ///
    ///      1/4    0    0
    ///     −1/6 −1/6 −1/6
    ///     −1/6  1/6 −1/6
    ///     1/24 1/12  1/6
    ///     1/24 −1/12 1/6
    ///        0    0    1
    private static func transformKernel(_ g: (Double, Double, Double), _ place: Int) -> Double {
        let even = g.0 + g.2, doubled = g.0 + 4 * g.2
        switch place {
        case 0: return g.0 / 4
        case 1: return -(even + g.1) / 6
        case 2: return -(even - g.1) / 6
        case 3: return (doubled + 2 * g.1) / 24
        case 4: return (doubled - 2 * g.1) / 24
        default: return g.2
        }
    }

    /// `G g Gᵀ` of a 3×3 kernel, row by row: 36 numbers from 9.
    package static func transformKernel(_ g: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>) {
        // In double precision, since it is done only once.
        for index in 0..<6 {
            let row = (
                transformKernel((Double(g[0]), Double(g[3]), Double(g[6])), index),
                transformKernel((Double(g[1]), Double(g[4]), Double(g[7])), index),
                transformKernel((Double(g[2]), Double(g[5]), Double(g[8])), index)
            )
            for column in 0..<6 { result[6 * index + column] = Float(transformKernel(row, column)) }
        }
    }
    /// Transforms a tile of inputs, sixteen channels at a time.
    ///
    /// - Parameters:
    ///   - pixels: where each of the 36 pixels' channels lie.
    ///   - channels: a multiple of 16.
    ///   - result: receives the channels of each place, `stride` elements apart.
    ///   - tile: memory of `Winograd.memory` numbers.
    package static func transformInput(
        _ pixels: UnsafePointer<UnsafePointer<Float>>, channels: Int, into result: UnsafeMutablePointer<Float>,
        stride: Int, tile: UnsafeMutablePointer<Float>
    ) {
        for channel in Swift.stride(from: 0, to: channels, by: 16) {
            for row in 0..<6 {
                let pixels = pixels + 6 * row
                tile.store(
                    transformInput(
                        (
                            pixels[0].vector(at: channel), pixels[1].vector(at: channel), pixels[2].vector(at: channel),
                            pixels[3].vector(at: channel), pixels[4].vector(at: channel), pixels[5].vector(at: channel)
                        )), at: 6 * 16 * row, stride: 16)
            }
            for column in 0..<6 {
                result.store(
                    transformInput(UnsafePointer(tile).six(at: 16 * column, stride: 6 * 16)),
                    at: channel + column * stride, stride: 6 * stride)
            }
        }
    }

    /// Transforms a tile of products back, adds a bias, cuts off what is below zero, and stores it.
    ///
    /// - Parameters:
    ///   - products: the channels of each of the 36 places, `stride` elements apart.
    ///   - channels: a multiple of 16.
    ///   - rows: how many rows of results are stored, at most 4.
    ///   - columns: how many of each row, at most 4.
    ///   - result: the first pixel's channels; the next pixel's lie behind them, the next row's `line` elements further.
    ///   - tile: memory of `Winograd.memory` numbers.
    package static func finish(
        _ products: UnsafePointer<Float>, stride: Int, channels: Int, bias: UnsafePointer<Float>, rows: Int, columns: Int,
        into result: UnsafeMutablePointer<Float>, line: Int, tile: UnsafeMutablePointer<Float>
    ) {
        for channel in Swift.stride(from: 0, to: channels, by: 16) {
            for row in 0..<6 {
                tile.store(
                    transformResult(products.six(at: 6 * stride * row + channel, stride: stride)), at: 4 * 16 * row,
                    stride: 16)
            }
            let bias = bias.vector(at: channel)
            for column in 0..<columns {
                let four = transformResult(UnsafePointer(tile).six(at: 16 * column, stride: 4 * 16))
                let to = result + column * channels + channel
                to.store(relu(four.0 + bias), at: 0)
                if rows > 1 { to.store(relu(four.1 + bias), at: line) }
                if rows > 2 { to.store(relu(four.2 + bias), at: 2 * line) }
                if rows > 3 { to.store(relu(four.3 + bias), at: 3 * line) }
            }
        }
    }
}

extension UnsafePointer<Float> {
    /// Six times sixteen numbers.
    @inline(__always)
    fileprivate func six(at offset: Int, stride: Int) -> Winograd.Six {
        (
            vector(at: offset), vector(at: offset + stride), vector(at: offset + 2 * stride),
            vector(at: offset + 3 * stride), vector(at: offset + 4 * stride), vector(at: offset + 5 * stride)
        )
    }
}

extension UnsafeMutablePointer<Float> {
    @inline(__always)
    fileprivate func store(_ six: Winograd.Six, at offset: Int, stride: Int) {
        store(six.0, at: offset)
        store(six.1, at: offset + stride)
        store(six.2, at: offset + 2 * stride)
        store(six.3, at: offset + 3 * stride)
        store(six.4, at: offset + 4 * stride)
        store(six.5, at: offset + 5 * stride)
    }

    @inline(__always)
    fileprivate func store(_ four: Winograd.Four, at offset: Int, stride: Int) {
        store(four.0, at: offset)
        store(four.1, at: offset + stride)
        store(four.2, at: offset + 2 * stride)
        store(four.3, at: offset + 3 * stride)
    }
}

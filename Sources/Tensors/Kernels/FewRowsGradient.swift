import COpenBLAS

/// The gradient of a weight matrix over few rows, gᵀ·x, multiplied some of the weight's rows at a time.
///
/// Each number is the sum of its terms in their order, in whatever pieces the rows are multiplied.
package struct FewRowsGradient: Sendable {
    /// `[k, rows]`.
    private let g: Tensor
    /// Of `[k, columns]`, strips of 32 columns, one after another: rows of large matrices often lie a power of two apart, so
    /// that few of them have room in the cache together.
    private let strips: Tensor
    /// The extents of the gradient, which are the weight's.
    let rows, columns: Int

    private typealias Tile = ProductTile<ThirtyTwoColumns>

    /// How many rows are multiplied together.
    static let height = Tile.height

    /// - Parameters:
    ///   - g: `[k, rows]`, the gradient of the product of the weight and x.
    ///   - x: `[k, columns]`.
    /// - Returns: nil where the general product is faster: for many rows, or columns that are no whole strips.
    init?(_ g: Tensor, _ x: Tensor) {
        precondition(g.rows == x.rows, "no product of \(g.shape), transposed, and \(x.shape)")
        let k = x.rows, width = ThirtyTwoColumns.width
        guard FewRowsProduct.isAvailable, k <= FewRowsProduct.mostRows, x.columns % width == 0, k > 0 else { return nil }
        (self.g, rows, columns) = (g, g.columns, x.columns)
        var strips = Tensor(uninitialized: [x.columns / width, k, width])
        strips.withUnsafeMutablePointer { to in
            x.withUnsafePointer { from in
                for strip in 0..<x.columns / width {
                    var copy = StripCopy(
                        from: from + strip * width, stride: x.columns, to: to + strip * k * width, rows: k)
                    copy.copyRows(k)
                }
            }
        }
        self.strips = strips
    }

    /// All of it.
    var tensor: Tensor {
        var result = Tensor(uninitialized: [rows, columns])
        let columns = columns
        result.withUnsafeMutablePointer { to in
            let to = Shared(to)
            FewRowsProduct.split(rows, work: rows * columns * g.rows) { rows in
                multiply(rows, into: to.pointer + rows.lowerBound * columns) { _ in }
            }
        }
        return result
    }

    /// Writes some of its rows, one after another.
    ///
    /// - Parameters:
    ///   - some: which ones.
    ///   - result: memory for as many rows.
    ///   - alongside: called before each 32 columns of `height` rows with the place of the first number in the gradient.
    @inline(__always)
    func multiply(_ some: Range<Int>, into result: UnsafeMutablePointer<Float>, alongside: (Int) -> Void) {
        let k = g.rows, width = ThirtyTwoColumns.width, height = Self.height
        ProductArithmetic.count(m: some.count, n: columns, k: k)
        TensorMemory.withNumbers(k * height) { side in
            g.withUnsafePointer { g in
                strips.withUnsafePointer { strips in
                    for row in stride(from: some.lowerBound, to: some.upperBound, by: height) {
                        let count = min(height, some.upperBound - row), to = result + (row - some.lowerBound) * columns
                        for i in 0..<k {
                            for j in 0..<height { side[i * height + j] = g[i * rows + row + min(j, count - 1)] }
                        }
                        for column in stride(from: 0, to: columns, by: width) {
                            alongside(row * columns + column)
                            var tile = Tile()
                            tile.add(columns: side, strips + column * k, depth: k)
                            tile.store(at: to + column, stride: columns, rows: count)
                        }
                    }
                }
            }
        }
    }
}

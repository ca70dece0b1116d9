import COpenBLAS

/// Products of a weight matrix with few rows, in which the weights are read once and where they lie.
///
/// General matrix products lay out both sides in panels first. For a few dozen rows that takes as long as the product: all
/// weights of a text encoder are moved for a step of some tokens. Here the few rows are laid out instead, where need be.
///
/// Each number of a product is the sum of its terms in their order, whatever stands beside it and on however many threads.
enum FewRowsProduct {
    /// Up to how many rows this is faster than the general product.
    static let mostRows = 320

    static var isAvailable: Bool { spg_has_avx512 != 0 }

    /// `c ← a·weightsᵀ`, or `c ← c + a·weightsᵀ`.
    ///
    /// - Parameters:
    ///   - a: `[m, k]`.
    ///   - weights: `[n, k]`.
    ///   - c: `[m, n]`.
    static func multiply(
        _ a: UnsafePointer<Float>, transposedWeights weights: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>,
        m: Int, n: Int, k: Int, adding: Bool
    ) {
        // cᵀ = weights · aᵀ: the columns of aᵀ are the few rows.
        let width = paddedStride(m)
        var laidOut = Tensor(uninitialized: [k, width]), products = Tensor(uninitialized: [n, width])
        laidOut.withUnsafeMutablePointer { b in
            products.withUnsafeMutablePointer { products in
                transpose(a, rows: m, columns: k, stride: k, into: b, resultStride: width, filledTo: width)
                let (weights, b, products, c) = (Shared(weights), Shared(b), Shared(products), Shared(c))
                split(n, work: m * n * k) { rows in
                    let first = rows.lowerBound
                    rowByRow(
                        weights.pointer + first * k, lda: k, b.pointer, ldb: width,
                        into: products.pointer + first * width, ldc: width, m: rows.count, n: width, k: k)
                    transpose(
                        products.pointer + first * width, rows: rows.count, columns: m, stride: width,
                        into: c.pointer + first, resultStride: n, adding: adding)
                }
            }
        }
    }

    /// `c ← a·weights`.
    ///
    /// - Parameters:
    ///   - a: `[m, k]`.
    ///   - weights: `[k, n]`.
    ///   - c: `[m, n]`.
    static func multiply(
        _ a: UnsafePointer<Float>, weights: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>,
        m: Int, n: Int, k: Int
    ) {
        let (a, weights, c) = (Shared(a), Shared(weights), Shared(c))
        split(n, work: m * n * k) { columns in
            let first = columns.lowerBound
            columnByColumn(
                a.pointer, lda: k, weights.pointer + first, ldb: n, into: c.pointer + first, ldc: n,
                m: m, n: columns.count, k: k)
        }
    }

    /// Splits rows or columns over threads, 32 neighbours on one.
    static func split(_ count: Int, work: Int, _ body: @Sendable (Range<Int>) -> Void) {
        let blocks = (count + 31) / 32
        parallel(blocks, grain: max(1, blocks * (1 << 19) / max(1, work))) { range in
            body(range.lowerBound * 32..<min(count, range.upperBound * 32))
        }
    }

    /// Calls `body` for strips of 32 columns, and for one of 16 at the end where there are as many.
    @inline(__always)
    private static func forEachStrip(_ columns: Int, _ body: (_ first: Int, _ isWide: Bool) -> Void) {
        for first in stride(from: 0, to: columns, by: 32) { body(first, columns - first >= 32) }
    }

    /// `c ← a·b` with a large a, whose rows are read once, and a small b.
    private static func rowByRow(
        _ a: UnsafePointer<Float>, lda: Int, _ b: UnsafePointer<Float>, ldb: Int,
        into c: UnsafeMutablePointer<Float>, ldc: Int, m: Int, n: Int, k: Int
    ) {
        // So many numbers of eight rows of a stay in the first level of the cache, and b's rows in the second.
        let depth = 512
        for start in stride(from: 0, to: k, by: depth) {
            let count = min(depth, k - start)
            for row in stride(from: 0, to: m, by: 8) {
                let rows = min(8, m - row), a = a + row * lda + start
                forEachStrip(n) { column, isWide in
                    let ahead = column == 0 && row + 8 < m ? 8 * lda : 0
                    let b = b + start * ldb + column, c = c + row * ldc + column
                    if isWide {
                        product(ThirtyTwoColumns.self, a, lda, rows, ahead, b, ldb, c, ldc, count, start > 0)
                    } else {
                        product(SixteenColumns.self, a, lda, rows, ahead, b, ldb, c, ldc, count, start > 0)
                    }
                }
            }
        }
    }

    /// `c ← a·b` with a large b, whose rows are read once, and a small a.
    ///
    /// Rows of large matrices often lie a power of two apart, so that few of them have room in the cache together. Pieces of
    /// strips of b are therefore put side by side, each of them while the one before it is worked on.
    private static func columnByColumn(
        _ a: UnsafePointer<Float>, lda: Int, _ b: UnsafePointer<Float>, ldb: Int,
        into c: UnsafeMutablePointer<Float>, ldc: Int, m: Int, n: Int, k: Int
    ) {
        let depth = 512, blocks = (k + depth - 1) / depth, pieces = n / 32 * blocks, tiles = (m + 7) / 8
        TensorMemory.withNumbers(2 * depth * 32) { memory in
            func piece(_ index: Int) -> StripCopy {
                let start = index % blocks * depth
                return StripCopy(
                    from: b + start * ldb + index / blocks * 32, stride: ldb,
                    to: memory + (index & 1) * depth * 32, rows: index < pieces ? min(depth, k - start) : 0)
            }
            var next = piece(0)
            next.copyRows(next.rows)
            for index in 0..<pieces {
                let start = index % blocks * depth, count = min(depth, k - start), strip = memory + (index & 1) * depth * 32
                next = piece(index + 1)
                // So many rows of the next piece with each sixteen steps of a tile.
                let share = (next.rows + tiles * count / 16) / max(1, tiles * count / 16)
                for row in stride(from: 0, to: m, by: 8) {
                    let rows = min(8, m - row), c = c + row * ldc + index / blocks * 32
                    var tile =
                        start > 0
                        ? ProductTile<ThirtyTwoColumns>(c, stride: ldc, rows: rows) : ProductTile<ThirtyTwoColumns>()
                    tile.add(
                        a + row * lda + start, lda: lda, rows: rows, strip, depth: count, copying: &next, share: share)
                    tile.store(at: c, stride: ldc, rows: rows)
                }
                next.copyRows(next.rows)
            }
        }
    }

    /// One tile's product.
    @inline(__always)
    private static func product<Columns: TileColumns>(
        _: Columns.Type, _ a: UnsafePointer<Float>, _ lda: Int, _ rows: Int, _ ahead: Int,
        _ b: UnsafePointer<Float>, _ ldb: Int, _ c: UnsafeMutablePointer<Float>, _ ldc: Int, _ depth: Int, _ adding: Bool
    ) {
        var tile = adding ? ProductTile<Columns>(c, stride: ldc, rows: rows) : ProductTile<Columns>()
        tile.add(a, lda: lda, rows: rows, ahead: ahead, b, ldb: ldb, depth: depth)
        tile.store(at: c, stride: ldc, rows: rows)
    }
}

extension Tensor {
    /// How many rows may go through products with weights together such that which rows are beside it changes nothing of what
    /// becomes of a row, to the last bit, where that is not asked for (`linear`). A single row more is another kernel's.
    ///
    /// Where the processor has no AVX-512, there is none but BLAS's, whose last bits depend on extents and place: results are
    /// equal but for rounding there, and rows are as many as stay in the cache.
    public static var independentRows: Int { FewRowsProduct.isAvailable ? FewRowsProduct.mostRows : 2048 }

    /// `x · weightsᵀ`, `[m, n]`. Which rows are beside it changes nothing of a row's products, to the last bit, where the
    /// processor has AVX-512.
    ///
    /// - Parameters:
    ///   - x: `[m, k]`.
    ///   - weights: `[n, k]`.
    public static func product(rowsOf x: Tensor, transposedWeights weights: Tensor) -> Tensor {
        precondition(x.columns == weights.columns, "no product of \(x.shape) and \(weights.shape), transposed")
        var products = Tensor(uninitialized: [x.rows, weights.rows])
        products.setProduct(of: x, transposedWeights: weights, adding: false, independently: true)
        return products
    }

    /// Replaces this matrix, [m, n], by `x · weightsᵀ`, or adds that to it.
    ///
    /// - Parameters:
    ///   - x: `[m, k]`.
    ///   - weights: `[n, k]`.
    ///   - independently: whether which rows are beside it may change nothing of a row, however many there are.
    mutating func setProduct(of x: Tensor, transposedWeights weights: Tensor, adding: Bool, independently: Bool) {
        let (m, n, k) = (x.rows, weights.rows, weights.columns)
        // Both sum the terms of a number in their order: their results are equal to the bit.
        let isFew = FewRowsProduct.isAvailable && m <= FewRowsProduct.mostRows && k > 0
        let isPacked = FewRowsProduct.isAvailable && independently && k > 0
        withUnsafeMutablePointer { y in
            x.withUnsafePointer { x in
                weights.withUnsafePointer { weights in
                    if isFew {
                        ProductArithmetic.count(m: m, n: n, k: k)
                        FewRowsProduct.multiply(x, transposedWeights: weights, into: y, m: m, n: n, k: k, adding: adding)
                    } else if isPacked {
                        var panels = Tensor(uninitialized: [Float32Panels.count(inputs: k, outputs: n)])
                        panels.withUnsafeMutablePointer {
                            Float32Panels(weights, .transposed, stride: k, inputs: k, outputs: n, at: $0)
                                .inOrder.multiply(x, rows: m, into: y, adding: adding)
                        }
                    } else {
                        multiply(
                            x, lda: k, weights, .transposed, ldb: k, into: y, ldc: n, m: m, n: n, k: k,
                            beta: adding ? 1 : 0)
                    }
                }
            }
        }
    }

    /// The product of rows, [m, k], and weights, [k, n].
    static func product(_ rows: Tensor, weights: Tensor) -> Tensor {
        let (m, n, k) = (rows.rows, weights.columns, rows.columns)
        guard FewRowsProduct.isAvailable, m <= FewRowsProduct.mostRows, n % 32 == 0, k > 0 else {
            return product(rows, weights)
        }
        var result = Tensor(uninitialized: [m, n])
        ProductArithmetic.count(m: m, n: n, k: k)
        result.withUnsafeMutablePointer { c in
            rows.withUnsafePointer { a in
                weights.withUnsafePointer { FewRowsProduct.multiply(a, weights: $0, into: c, m: m, n: n, k: k) }
            }
        }
        return result
    }
}

/// Replaces each row `x` in memory by `softmax(scale · x)`.
///
/// - Parameters:
///   - stride: elements from one row to the next, a multiple of 16 and no less than `columns`. What is between two rows is
///     overwritten with zeros.
///   - scale: positive.
package func softmaxRows(
    _ x: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int, scale: Float
) {
    precondition(stride % 16 == 0 && stride >= columns, "rows of \(columns) numbers, \(stride) apart")
    let vectors = (columns + 15) / 16, last = 16 * (vectors - 1)
    let isBeyond = SIMD16<Float>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) .>= Float(columns - last)
    for row in 0..<rows {
        let row = x + row * stride
        row.store(row.vector(at: last).replacing(with: -.infinity, where: isBeyond), at: last)
        var largest = row.vector(at: 0)
        for i in 1..<max(1, vectors) {
            let x = row.vector(at: 16 * i)
            largest.replace(with: x, where: x .> largest)
        }
        let maximum = largest.largest
        var sum = SIMD16<Float>()
        for i in 0..<vectors {
            let x = exponential((row.vector(at: 16 * i) - maximum) * scale)
            row.store(x, at: 16 * i)
            sum += x
        }
        let factor = 1 / sum.total
        for i in 0..<vectors { row.store(row.vector(at: 16 * i) * factor, at: 16 * i) }
    }
}

/// Replaces the gradient of each row of `softmax(scale · x)` by that of x: `scale · p · (g − Σ p g)`.
///
/// - Parameters:
///   - gradient: rows as `softmaxRows` has them. What is between two rows is overwritten with zeros.
///   - probabilities: what `softmaxRows` made, zeros between two rows.
package func softmaxAdjointRows(
    _ gradient: UnsafeMutablePointer<Float>, probabilities: UnsafePointer<Float>, rows: Int, columns: Int, stride: Int,
    scale: Float
) {
    precondition(stride % 16 == 0 && stride >= columns, "rows of \(columns) numbers, \(stride) apart")
    let vectors = (columns + 15) / 16
    for row in 0..<rows {
        let g = gradient + row * stride, p = probabilities + row * stride
        // Whatever was between the rows need not be a number.
        for i in columns..<16 * vectors { g[i] = 0 }
        var sum = SIMD16<Float>()
        for i in 0..<vectors { sum.addProduct(g.vector(at: 16 * i), p.vector(at: 16 * i)) }
        let mean = sum.total
        for i in 0..<vectors {
            g.store((g.vector(at: 16 * i) - mean) * (p.vector(at: 16 * i) * scale), at: 16 * i)
        }
    }
}

/// Elements from one row to the next for which rows are whole vectors.
package func paddedStride(_ columns: Int) -> Int { (columns + 15) / 16 * 16 }

extension SIMD16<Float> {
    /// The sum of all, by halves: few steps that wait for each other.
    @inline(__always)
    fileprivate var total: Float {
        let eight = lowHalf + highHalf, four = eight.lowHalf + eight.highHalf, two = four.lowHalf + four.highHalf
        return two[0] + two[1]
    }

    /// The largest of all.
    @inline(__always)
    fileprivate var largest: Float {
        let eight = lowHalf.replacing(with: highHalf, where: highHalf .> lowHalf)
        let four = eight.lowHalf.replacing(with: eight.highHalf, where: eight.highHalf .> eight.lowHalf)
        return Swift.max(Swift.max(four[0], four[1]), Swift.max(four[2], four[3]))
    }
}

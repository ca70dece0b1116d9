/// Replaces each row `x` in memory by `softmax(scale · x)`.
///
/// - Parameter scale: positive.
package func softmaxRows(_ x: UnsafeMutablePointer<Float>, rows: Int, columns: Int, scale: Float) {
    for row in 0..<rows {
        let row = x + row * columns
        let lowest = SIMD16<Float>(repeating: -.infinity)
        let maximum = UnsafePointer(row).reduceVectors(columns, from: lowest, filler: -.infinity) {
            $0.replace(with: $1, where: $1 .> $0)
        }.max()
        row.mapVectors(columns, row) { exponential(($0 - maximum) * scale) }
        let sum = UnsafePointer(row).reduceVectors(columns, from: .zero, filler: 0) { $0 += $1 }.sum()
        let factor = 1 / sum
        row.mapVectors(columns, row) { $0 * factor }
    }
}

/// Layer normalisation of rows in memory: `(x − mean) / √(variance + 1e-5) · weight + bias`.
///
/// - Parameters:
///   - x: `rows` rows of `columns` numbers, the first numbers of two rows `stride` elements apart.
///   - result: receives the rows without gaps; may be `x` where that has none.
package func layerNormRows(
    _ x: UnsafePointer<Float>, rows: Int, columns: Int, stride: Int? = nil,
    weight: UnsafePointer<Float>, bias: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>
) {
    for row in 0..<rows {
        let from = x + row * (stride ?? columns), to = result + row * columns
        let mean = from.reduceVectors(columns, from: .zero, filler: 0) { $0 += $1 }.sum() / Float(columns)
        // The mean as filler: what the last vector lacks then differs from it by 0.
        let squares = from.reduceVectors(columns, from: .zero, filler: mean) { sum, x in
            sum.addProduct(x - mean, x - mean)
        }
        let inverse = 1 / (squares.sum() / Float(columns) + 1e-5).squareRoot()
        to.mapVectors(columns, from, weight) { x, weight in (x - mean) * inverse * weight }
        to.mapVectors(columns, to, bias) { $0 + $1 }
    }
}

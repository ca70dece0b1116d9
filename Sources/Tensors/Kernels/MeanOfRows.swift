/// The mean of `[rows, columns]` in memory over its rows: `columns` numbers.
package func meanOfRows(
    _ x: UnsafePointer<Float>, rows: Int, columns: Int, into mean: UnsafeMutablePointer<Float>
) {
    mean.update(from: x, count: columns)
    for row in 1..<max(1, rows) { mean.mapVectors(columns, mean, x + row * columns) { $0 + $1 } }
    let factor = 1 / Float(rows)
    mean.mapVectors(columns, mean) { $0 * factor }
}

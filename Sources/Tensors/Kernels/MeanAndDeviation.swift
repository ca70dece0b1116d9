/// The mean of each column of rows in memory, and its deviation: √(Σ (x − mean)² / rows), the population's.
///
/// - Parameters:
///   - x: `rows` rows of `columns` numbers, at least one.
///   - mean: receives `columns` numbers.
///   - deviation: receives `columns` numbers.
package func meanAndDeviationOfRows(
    _ x: UnsafePointer<Float>, rows: Int, columns: Int,
    mean: UnsafeMutablePointer<Float>, deviation: UnsafeMutablePointer<Float>
) {
    meanOfRows(x, rows: rows, columns: columns, into: mean)
    deviation.update(repeating: 0, count: columns)
    for row in 0..<rows {
        let row = x + row * columns
        deviation.mapVectors(columns, deviation, row, mean) { sum, x, mean in sum + (x - mean) * (x - mean) }
    }
    let factor = 1 / Float(rows)
    deviation.mapVectors(columns, deviation) { ($0 * factor).squareRoot() }
}

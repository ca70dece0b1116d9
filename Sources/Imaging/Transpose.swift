/// Transposes a matrix of bytes: `result[c][r] = source[r][c]`.
/// - Parameters:
///   - stride: bytes from one row of the source, or of the result, to the next.
func transpose(
    _ source: UnsafePointer<UInt8>, stride: Int, rows: Int, columns: Int,
    into result: UnsafeMutablePointer<UInt8>, stride resultStride: Int
) {
    let wholeRows = rows & ~15, wholeColumns = columns & ~15
    for row in Swift.stride(from: 0, to: wholeRows, by: 16) {
        for column in Swift.stride(from: 0, to: wholeColumns, by: 16) {
            transposeTile(
                source + row * stride + column, stride, into: result + column * resultStride + row, resultStride)
        }
    }
    func transposeSingly(_ rows: Range<Int>, _ columns: Range<Int>) {
        for row in rows {
            for column in columns { result[column * resultStride + row] = source[row * stride + column] }
        }
    }
    transposeSingly(0..<wholeRows, wholeColumns..<columns)
    transposeSingly(wholeRows..<rows, 0..<columns)
}

/// Transposes 16 × 16 bytes. Interleaving row i with row i + 8 turns the bits of an element's address (row, column) by
/// one place; four turns exchange row and column.
@inline(__always)
private func transposeTile(
    _ source: UnsafePointer<UInt8>, _ stride: Int, into result: UnsafeMutablePointer<UInt8>, _ resultStride: Int
) {
    typealias Row = SIMD16<UInt8>
    withUnsafeTemporaryAllocation(of: Row.self, capacity: 32) { memory in
        guard var from = memory.baseAddress else { return }
        var to = from + 16
        for row in 0..<16 {
            from[row] = UnsafeRawPointer(source + row * stride).loadUnaligned(as: Row.self)
        }
        for _ in 0..<4 {
            for row in 0..<8 {
                let a = from[row], b = from[row + 8]
                var low = Row(), high = Row()
                low.evenHalf = a.lowHalf
                low.oddHalf = b.lowHalf
                high.evenHalf = a.highHalf
                high.oddHalf = b.highHalf
                to[2 * row] = low
                to[2 * row + 1] = high
            }
            swap(&from, &to)
        }
        for row in 0..<16 {
            UnsafeMutableRawPointer(result + row * resultStride).storeBytes(of: from[row], as: Row.self)
        }
    }
}

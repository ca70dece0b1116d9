/// Writes the transpose of a matrix in memory, or adds it to what is there, in blocks of 16 by 16 numbers.
///
/// - Parameters:
///   - x: `rows` rows of `columns` numbers, `stride` elements apart.
///   - result: `columns` rows, `resultStride` elements apart.
///   - filledTo: how long the rows of the result become: zeros follow the transposed numbers.
package func transpose(
    _ x: UnsafePointer<Float>, rows: Int, columns: Int, stride: Int,
    into result: UnsafeMutablePointer<Float>, resultStride: Int, filledTo: Int? = nil, adding: Bool = false
) {
    let length = filledTo ?? rows
    withUnsafeTemporaryAllocation(of: SIMD16<Float>.self, capacity: 32) { blocks in
        let block = blocks.baseAddress!
        for row in Swift.stride(from: 0, to: length, by: 16) {
            let height = max(0, min(16, rows - row)), resultWidth = min(16, length - row)
            for column in Swift.stride(from: 0, to: columns, by: 16) {
                let width = min(16, columns - column)
                for i in 0..<height {
                    let from = x + (row + i) * stride + column
                    block[i] = width == 16 ? from.vector(at: 0) : from.vector(at: 0, count: width, filler: 0)
                }
                for i in height..<16 { block[i] = .zero }
                transposeBlock(block)
                for i in 0..<width {
                    let to = result + (column + i) * resultStride + row
                    if resultWidth == 16 {
                        to.store(adding ? to.vector(at: 0) + block[i] : block[i], at: 0)
                    } else {
                        for j in 0..<resultWidth { to[j] = adding ? to[j] + block[i][j] : block[i][j] }
                    }
                }
            }
        }
    }
}

/// Exchanges rows and columns of 16 vectors; 16 more after them are scratch.
///
/// Number (r, c) is at the eight bits rc. Parting neighbours into those at even and at odd places turns these bits by one;
/// after four times r and c have changed places.
@inline(__always)
private func transposeBlock(_ block: UnsafeMutablePointer<SIMD16<Float>>) {
    var (from, to) = (block, block + 16)
    for _ in 0..<4 {
        for i in 0..<8 {
            let a = from[2 * i], b = from[2 * i + 1]
            to[i] = SIMD16(lowHalf: a.evenHalf, highHalf: b.evenHalf)
            to[i + 8] = SIMD16(lowHalf: a.oddHalf, highHalf: b.oddHalf)
        }
        swap(&from, &to)
    }
}

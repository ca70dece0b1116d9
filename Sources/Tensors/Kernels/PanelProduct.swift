import COpenBLAS
import Synchronization

/// A matrix of weights laid out for products with rows that lie anywhere: a convolution's patches, which then need not be
/// copied side by side first.
///
/// Its columns are cut into panels of 32, each stored row after row. Twelve rows by one panel of results stay in 24 of
/// AVX-512's 32 registers while the sum runs.
package struct PanelWeights: Sendable {
    /// Columns in a panel.
    static let width = 32
    /// Rows that are worked on together.
    package static let rowsAtOnce = 12

    private let depth: Int
    private let outputs: Int
    /// [panels, depth, 32], the last panel filled up with zeros.
    private let panels: Tensor
    /// [panels · 32]
    private let bias: Tensor

    /// Whether a product of so many columns is faster this way: the results must fit in registers, and panels be full.
    package static func suit(outputs: Int) -> Bool {
        let filled = (outputs + width - 1) / width * width
        return spg_has_avx512 != 0 && 4 * outputs >= 3 * filled
    }

    /// - Parameters:
    ///   - matrix: [depth, outputs].
    ///   - bias: [outputs], added to each row of results.
    package init(_ matrix: Tensor, bias: Tensor) {
        (depth, outputs) = (matrix.rows, matrix.columns)
        let (depth, outputs) = (depth, outputs)
        let count = (outputs + Self.width - 1) / Self.width
        var panels = Tensor([count, depth, Self.width]), filled = Tensor([count * Self.width])
        panels.withUnsafeMutablePointer { to in
            matrix.withUnsafePointer { from in
                for panel in 0..<count {
                    let first = panel * Self.width
                    for row in 0..<depth {
                        (to + (panel * depth + row) * Self.width).update(
                            from: from + row * outputs + first, count: min(Self.width, outputs - first))
                    }
                }
            }
        }
        filled.withUnsafeMutablePointer { to in bias.withUnsafePointer { to.update(from: $0, count: outputs) } }
        (self.panels, self.bias) = (panels, filled)
    }

    /// Writes `max(0, x · matrix + bias)` for some tiles of up to twelve rows x each.
    ///
    /// A row x is `places` runs of numbers, one after the other, wherever each of them lies.
    /// - Parameters:
    ///   - runs: for each tile, for each place, the runs of its twelve rows; those of rows beyond the last count for
    ///     nothing, but must be there.
    ///   - rows: rows of all tiles.
    ///   - y: receives [rows, outputs].
    package func apply(
        toRuns runs: UnsafePointer<UnsafePointer<Float>>, places: Int, rows: Int, into y: UnsafeMutablePointer<Float>
    ) {
        let tiles = (rows + Self.rowsAtOnce - 1) / Self.rowsAtOnce, length = depth / places
        ProductArithmetic.count(m: rows, n: outputs, k: depth)
        panels.withUnsafePointer { panels in
            bias.withUnsafePointer { bias in
                // A panel serves all tiles while it is in the cache.
                for first in stride(from: 0, to: outputs, by: Self.width) {
                    let columns = min(Self.width, outputs - first)
                    for tile in 0..<tiles {
                        let row = tile * Self.rowsAtOnce
                        var results = PanelTile(bias + first)
                        results.add(
                            runs + row * places, places: places, length: length, panel: panels + first * depth)
                        results.store(
                            at: y + row * outputs + first, stride: outputs, columns: columns,
                            rows: min(Self.rowsAtOnce, rows - row))
                    }
                }
            }
        }
    }
}

/// Thirty-two numbers of one row.
private struct PanelRow {
    var a, b: SIMD16<Float>

    @inline(__always)
    init(_ pointer: UnsafePointer<Float>) {
        (a, b) = (pointer.vector(at: 0), pointer.vector(at: 16))
    }

    @inline(__always)
    mutating func add(_ x: Float, times weights: PanelRow) {
        a.addProduct(SIMD16(repeating: x), weights.a)
        b.addProduct(SIMD16(repeating: x), weights.b)
    }

    @inline(__always)
    func store(at pointer: UnsafeMutablePointer<Float>, columns: Int) {
        if columns == PanelWeights.width {
            pointer.store(relu(a), at: 0)
            pointer.store(relu(b), at: 16)
        } else {
            pointer.store(relu(a), at: 0, count: min(16, columns))
            pointer.store(relu(b), at: 16, count: max(0, columns - 16))
        }
    }
}

/// Twelve rows of results. Written out, since the compiler keeps no array in registers.
private struct PanelTile {
    var r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11: PanelRow

    @inline(__always)
    init(_ start: UnsafePointer<Float>) {
        let row = PanelRow(start)
        (r0, r1, r2, r3, r4, r5) = (row, row, row, row, row, row)
        (r6, r7, r8, r9, r10, r11) = (row, row, row, row, row, row)
    }

    @inline(__always)
    mutating func add(
        _ runs: UnsafePointer<UnsafePointer<Float>>, places: Int, length: Int, panel: UnsafePointer<Float>
    ) {
        var panel = panel
        for place in 0..<places {
            let x = runs + place * 12
            let (x0, x1, x2, x3, x4, x5) = (x[0], x[1], x[2], x[3], x[4], x[5])
            let (x6, x7, x8, x9, x10, x11) = (x[6], x[7], x[8], x[9], x[10], x[11])
            for i in 0..<length {
                let weights = PanelRow(panel)
                r0.add(x0[i], times: weights)
                r1.add(x1[i], times: weights)
                r2.add(x2[i], times: weights)
                r3.add(x3[i], times: weights)
                r4.add(x4[i], times: weights)
                r5.add(x5[i], times: weights)
                r6.add(x6[i], times: weights)
                r7.add(x7[i], times: weights)
                r8.add(x8[i], times: weights)
                r9.add(x9[i], times: weights)
                r10.add(x10[i], times: weights)
                r11.add(x11[i], times: weights)
                panel += PanelWeights.width
            }
        }
    }

    @inline(__always)
    func store(at y: UnsafeMutablePointer<Float>, stride: Int, columns: Int, rows: Int) {
        r0.store(at: y, columns: columns)
        if rows > 1 { r1.store(at: y + stride, columns: columns) }
        if rows > 2 { r2.store(at: y + 2 * stride, columns: columns) }
        if rows > 3 { r3.store(at: y + 3 * stride, columns: columns) }
        if rows > 4 { r4.store(at: y + 4 * stride, columns: columns) }
        if rows > 5 { r5.store(at: y + 5 * stride, columns: columns) }
        if rows > 6 { r6.store(at: y + 6 * stride, columns: columns) }
        if rows > 7 { r7.store(at: y + 7 * stride, columns: columns) }
        if rows > 8 { r8.store(at: y + 8 * stride, columns: columns) }
        if rows > 9 { r9.store(at: y + 9 * stride, columns: columns) }
        if rows > 10 { r10.store(at: y + 10 * stride, columns: columns) }
        if rows > 11 { r11.store(at: y + 11 * stride, columns: columns) }
    }
}

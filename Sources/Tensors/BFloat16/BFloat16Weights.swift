import CBFloat16

/// A matrix of weights, rounded to bfloat16 and laid out once for many products.
///
/// A product rounds the other side's numbers to bfloat16 and sums in float32. A row's result is the same to the bit
/// whatever rows are beside it and on however many threads.
package struct BFloat16Weights: Sendable {
    /// The numbers in a row that it is multiplied with.
    package let inputs: Int
    /// The numbers in a row of the result.
    package let outputs: Int
    private let panels: BFloat16Panels

    /// - Parameter matrix: [inputs, outputs], or [outputs, inputs] if it is `.transposed` as PyTorch's weights are.
    /// - Precondition: `Processor.current.multipliesBFloat16`.
    package init(_ matrix: Tensor, _ orientation: Orientation = .asIs) {
        precondition(Processor.current.multipliesBFloat16, "bfloat16 on a processor that has none: check Precision first")
        (inputs, outputs) = orientation == .asIs ? (matrix.rows, matrix.columns) : (matrix.columns, matrix.rows)
        panels = BFloat16Panels(
            matrix, inputs: inputs, outputs: outputs,
            strides: orientation == .asIs ? (matrix.columns, 1) : (1, matrix.columns))
    }

    /// `y ← epilogue(x·weights + bias)`, or `y ← epilogue(y + x·weights + bias)`, over rows in memory, split over
    /// `Threads.count` threads.
    ///
    /// - Parameters:
    ///   - x: `rows` rows of `inputs` numbers, `stride` elements apart; no gaps if nil.
    ///   - y: `rows` rows of `outputs` numbers without gaps.
    ///   - bias: `outputs` numbers; nil for none, and then for no epilogue either.
    package func multiply(
        _ x: UnsafePointer<Float>, stride: Int? = nil, rows: Int, into y: UnsafeMutablePointer<Float>,
        bias: UnsafePointer<Float>? = nil, adding isAdded: Bool = false, then epilogue: Epilogue = .none
    ) {
        ProductArithmetic.count(m: rows, n: outputs, k: inputs)
        let stride = stride ?? inputs
        // An epilogue has a pass of its own, over the rows that were just written, and takes the bias along.
        let isBiasSeparate = epilogue != .none
        let x = Shared(x), y = Shared(y), bias = bias.map { Shared($0) }
        parallel(rows, grain: Self.block) { part in
            let block = min(part.count, Self.block), pairs = panels.pairs
            // Rows whose starts are a multiple of 4096 bytes apart would fall on the same few lines of the first cache.
            let gap = (2 * pairs + 31) / 32 * 32 + 32
            withUnsafeTemporaryAllocation(byteCount: 2 * block * gap, alignment: 64) { memory in
                let rounded = memory.bindMemory(to: UInt16.self)
                for first in Swift.stride(from: part.lowerBound, to: part.upperBound, by: block) {
                    let count = min(block, part.upperBound - first)
                    for row in 0..<count {
                        let to = rounded.baseAddress.unsafelyUnwrapped + row * gap
                        bf16_round(x.pointer + (first + row) * stride, to, inputs)
                        if inputs % 2 == 1 { to[inputs] = 0 }
                    }
                    let result = y.pointer + first * outputs
                    bf16_multiply(
                        rounded.baseAddress, gap, panels.base, pairs, isBiasSeparate ? nil : bias?.pointer, result,
                        outputs, count, outputs, isAdded)
                    if isBiasSeparate, let bias {
                        addBias(bias.pointer, to: result, rows: count, columns: outputs, then: epilogue)
                    }
                }
            }
        }
    }

    /// Rows rounded at a time: they stay in the second cache while they are multiplied.
    private static let block = 56
}

/// A matrix [inputs, outputs] as the products read it: for each 32 columns, for each two rows, 32 times two numbers, one
/// below the other. What is beyond its extents is zero.
private final class BFloat16Panels: @unchecked Sendable {
    let base: UnsafeMutablePointer<UInt16>
    /// Pairs of rows.
    let pairs: Int

    /// - Parameter strides: elements of `matrix` from one row to the next, and from one column to the next.
    init(_ matrix: Tensor, inputs: Int, outputs: Int, strides: (row: Int, column: Int)) {
        let width = bf16_panel_width
        let panels = (outputs + width - 1) / width, pairs = (inputs + 1) / 2
        self.pairs = pairs
        let bytes = max(64, panels * pairs * width * 2 * MemoryLayout<UInt16>.stride)
        base = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64).bindMemory(
            to: UInt16.self, capacity: bytes / MemoryLayout<UInt16>.stride)
        let to = Shared(base)
        matrix.withUnsafePointer { from in
            let from = Shared(from)
            parallel(panels) { part in
                withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * width) { numbers in
                    for panel in part {
                        for pair in 0..<pairs {
                            for place in 0..<2 * width {
                                let row = 2 * pair + place % 2, column = panel * width + place / 2
                                numbers[place] =
                                    row < inputs && column < outputs
                                    ? from.pointer[row * strides.row + column * strides.column] : 0
                            }
                            bf16_round(
                                numbers.baseAddress, to.pointer + (panel * pairs + pair) * 2 * width, 2 * width)
                        }
                    }
                }
            }
        }
    }

    deinit { UnsafeMutableRawPointer(base).deallocate() }
}

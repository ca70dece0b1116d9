import CPanels

/// A view of a matrix [inputs, outputs], laid out for products in memory that someone else owns.
///
/// BLAS lays out both sides of a product anew each time; weights need it only once. A row's result is the same to the bit
/// whatever rows are beside it and on however many threads.
package struct Float32Panels: Panels, @unchecked Sendable {
    /// The numbers in a row that it is multiplied with.
    package let inputs: Int
    /// The numbers in a row of the result.
    package let outputs: Int
    private let base: UnsafePointer<Float>
    /// How many inputs are multiplied at a time; a number's sum is made of such parts.
    private var depth: Int

    /// Whether products with a matrix of so many columns are faster this way: the processor must have registers enough, and
    /// panels must not be filled up too much.
    package static func suit(outputs: Int) -> Bool {
        let filled = (outputs + f32_panel_width - 1) / f32_panel_width * f32_panel_width
        return f32_is_available() && 4 * outputs >= 3 * filled
    }

    /// How many numbers of memory a matrix takes; best aligned to 64 bytes.
    package static func count(inputs: Int, outputs: Int) -> Int {
        (outputs + f32_panel_width - 1) / f32_panel_width * inputs * f32_panel_width
    }

    /// A matrix that was laid out before.
    package init(at base: UnsafePointer<Float>, inputs: Int, outputs: Int) {
        (self.base, self.inputs, self.outputs) = (base, inputs, outputs)
        depth = min(inputs, Self.block.inputs)
    }

    /// The same matrix, with which each number is the sum of its terms in their order, however long, as it is in
    /// `FewRowsProduct`.
    package var inOrder: Float32Panels {
        var panels = self
        panels.depth = inputs
        return panels
    }

    /// Lays out a matrix, split over `Threads.count` threads.
    ///
    /// - Parameters:
    ///   - matrix: [inputs, outputs], or [outputs, inputs] if it is `.transposed`; its rows are `stride` elements apart.
    ///   - base: memory for `count(inputs:outputs:)` numbers.
    /// - Precondition: `suit(outputs:)`.
    package init(
        _ matrix: UnsafePointer<Float>, _ orientation: Orientation, stride: Int, inputs: Int, outputs: Int,
        at base: UnsafeMutablePointer<Float>
    ) {
        self.init(at: base, inputs: inputs, outputs: outputs)
        let matrix = Shared(matrix), to = Shared(base), width = f32_panel_width
        parallel((outputs + width - 1) / width, grain: 8) { panels in
            let columns = panels.lowerBound * width..<min(outputs, panels.upperBound * width)
            f32_pack(
                matrix.pointer + columns.lowerBound * (orientation == .asIs ? 1 : stride), stride,
                orientation == .transposed, inputs, columns.count, to.pointer + columns.lowerBound * inputs)
        }
    }

    /// The most rows and inputs that are multiplied at a time: 690 KB, which stay in the second cache while the panels pass.
    private static let block = (rows: 16 * 14, inputs: 768)

    package static var mostRowsAtOnce: Int { block.rows }

    /// How many of `rows` rows to take at a time: about as many each time, since all weights pass for a few last rows too.
    ///
    /// - Parameter inputs: how many numbers of a row are multiplied at a time.
    package static func evenBlock(of rows: Int, inputs: Int = block.inputs) -> Int {
        let most = max(14, block.rows * block.inputs / max(inputs, block.inputs) / 14 * 14)
        let blocks = (rows + most - 1) / most
        return blocks > 1 ? ((rows + blocks - 1) / blocks + 13) / 14 * 14 : rows
    }

    /// `y ← epilogue(x·matrix + bias)`, or `y ← epilogue(y + x·matrix + bias)`, over rows in memory, split over
    /// `Threads.count` threads.
    ///
    /// - Parameters:
    ///   - x: `rows` rows of `inputs` numbers, `stride` elements apart; no gaps if nil.
    ///   - y: `rows` rows of `outputs` numbers, `resultStride` elements apart; no gaps if nil.
    ///   - bias: `outputs` numbers; nil for none, and then for no epilogue either.
    ///   - epilogue: for rows without gaps only.
    package func multiply(
        _ x: UnsafePointer<Float>, stride: Int? = nil, rows: Int, into y: UnsafeMutablePointer<Float>,
        resultStride: Int? = nil, bias: UnsafePointer<Float>? = nil, adding isAdded: Bool = false,
        then epilogue: Epilogue = .none
    ) {
        precondition(epilogue == .none || resultStride ?? outputs == outputs, "an epilogue over rows with gaps")
        ProductArithmetic.count(m: rows, n: outputs, k: inputs)
        let stride = stride ?? inputs, resultStride = resultStride ?? outputs
        // The rectifier is fused; another epilogue has a pass of its own, over the rows that were just written, and takes the
        // bias along.
        let isFused = epilogue == .none || epilogue == .relu
        let x = Shared(x), y = Shared(y), bias = bias.map { Shared($0) }
        parallel(rows, grain: 56) { part in
            let block = Self.evenBlock(of: part.count, inputs: depth)
            for first in Swift.stride(from: part.lowerBound, to: part.upperBound, by: block) {
                let count = min(block, part.upperBound - first), result = y.pointer + first * resultStride
                multiplyBlock(
                    x.pointer + first * stride, stride: stride, rows: count, into: result, resultStride: resultStride,
                    f32_result(bias: isFused ? bias?.pointer : nil, adds: isAdded, rectifies: epilogue == .relu))
                if !isFused, let bias {
                    addBias(bias.pointer, to: result, rows: count, columns: outputs, then: epilogue)
                }
            }
        }
    }

    /// Multiplies a block of rows, some inputs after the others.
    private func multiplyBlock(
        _ x: UnsafePointer<Float>, stride: Int, rows: Int, into y: UnsafeMutablePointer<Float>, resultStride: Int,
        _ result: f32_result
    ) {
        if depth == inputs && stride % 1024 != 0 {
            return f32_multiply(
                x, stride, base, inputs * f32_panel_width, inputs, y, resultStride, rows, outputs, result)
        }
        // Parts of long rows would lie far apart, and rows whose starts are a multiple of 4096 bytes apart fall on the same few
        // lines of the first cache: such are copied side by side.
        let gap = depth + 16
        TensorMemory.withNumbers(rows * gap) { part in
            for first in Swift.stride(from: 0, to: inputs, by: depth) {
                let count = min(depth, inputs - first), isLast = first + count == inputs
                for row in 0..<rows { (part + row * gap).update(from: x + row * stride + first, count: count) }
                f32_multiply(
                    part, gap, base + first * f32_panel_width, inputs * f32_panel_width, count, y, resultStride, rows,
                    outputs,
                    f32_result(
                        bias: first == 0 ? result.bias : nil, adds: result.adds || first > 0,
                        rectifies: isLast && result.rectifies))
            }
        }
    }
}

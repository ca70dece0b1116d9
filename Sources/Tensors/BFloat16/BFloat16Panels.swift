import CPanels

/// A view of a matrix [inputs, outputs] in bfloat16, laid out for products in memory that someone else owns.
///
/// A product rounds the other side's numbers to bfloat16 and sums in float32. A row's result is the same to the bit
/// whatever rows are beside it and on however many threads.
package struct BFloat16Panels: Panels, @unchecked Sendable {
    /// The numbers in a row that it is multiplied with.
    package let inputs: Int
    /// The numbers in a row of the result.
    package let outputs: Int
    private let base: UnsafeMutablePointer<UInt16>

    /// How many numbers of memory a matrix takes; best aligned to 64 bytes.
    package static func count(inputs: Int, outputs: Int) -> Int {
        (outputs + bf16_panel_width - 1) / bf16_panel_width * ((inputs + 1) / 2 * 2 * bf16_panel_width)
    }

    /// Lays out a matrix, split over `Threads.count` threads.
    ///
    /// - Parameters:
    ///   - matrix: [inputs, outputs], or [outputs, inputs] if it is `.transposed`; its rows are `stride` elements apart.
    ///   - base: memory for `count(inputs:outputs:)` numbers.
    /// - Precondition: `Processor.current.multipliesBFloat16`.
    package init(
        _ matrix: UnsafePointer<Float>, _ orientation: Orientation, stride: Int, inputs: Int, outputs: Int,
        at base: UnsafeMutablePointer<UInt16>
    ) {
        precondition(Processor.current.multipliesBFloat16, "bfloat16 on a processor that has none: check Precision first")
        (self.inputs, self.outputs, self.base) = (inputs, outputs, base)
        let matrix = Shared(matrix), to = Shared(base), width = bf16_panel_width
        parallel((outputs + width - 1) / width, grain: 8) { panels in
            let columns = panels.lowerBound * width..<min(outputs, panels.upperBound * width)
            bf16_pack(
                matrix.pointer + columns.lowerBound * (orientation == .asIs ? 1 : stride), stride,
                orientation == .transposed, inputs, columns.count,
                to.pointer + Self.count(inputs: inputs, outputs: columns.lowerBound))
        }
    }

    /// Rows rounded at a time, so that they are in the cache when they are multiplied.
    private static let block = 224

    /// Up to so many rows, threads share out the columns and not the rows: each of them reads its part of the weights alone.
    private static let fewRows = 2 * block

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
        guard rows > 0 else { return }
        ProductArithmetic.count(m: rows, n: outputs, k: inputs)
        let stride = stride ?? inputs, resultStride = resultStride ?? outputs
        let x = Shared(x), y = Shared(y), bias = bias.map { Shared($0) }
        if epilogue == .none && rows <= Self.fewRows {
            let width = bf16_panel_width, panels = (outputs + width - 1) / width
            parallel(panels, grain: max(1, panels * (1 << 20) / max(1, rows * inputs * outputs))) { part in
                let first = part.lowerBound * width, panel = base + Self.count(inputs: inputs, outputs: first)
                multiply(
                    x.pointer, stride: stride, rows: rows, by: panel, into: y.pointer + first,
                    resultStride: resultStride, columns: min(outputs, part.upperBound * width) - first,
                    bias: (bias?.pointer).map { UnsafePointer($0 + first) }, adding: isAdded)
            }
            return
        }
        // An epilogue has a pass of its own, over the rows that were just written, and takes the bias along.
        let isBiasSeparate = epilogue != .none
        parallel(rows, grain: 56) { part in
            for first in Swift.stride(from: part.lowerBound, to: part.upperBound, by: Self.block) {
                let count = min(Self.block, part.upperBound - first), result = y.pointer + first * resultStride
                multiply(
                    x.pointer + first * stride, stride: stride, rows: count, by: base, into: result,
                    resultStride: resultStride, columns: outputs,
                    bias: isBiasSeparate ? nil : (bias?.pointer).map { UnsafePointer($0) }, adding: isAdded)
                if isBiasSeparate, let bias {
                    addBias(bias.pointer, to: result, rows: count, columns: outputs, then: epilogue)
                }
            }
        }
    }

    /// Rounds rows, some at a time, and multiplies them with some panels, on this thread alone.
    private func multiply(
        _ x: UnsafePointer<Float>, stride: Int, rows: Int, by panels: UnsafePointer<UInt16>,
        into y: UnsafeMutablePointer<Float>, resultStride: Int, columns: Int, bias: UnsafePointer<Float>?,
        adding isAdded: Bool
    ) {
        let block = min(rows, Self.block), pairs = (inputs + 1) / 2
        // Rows whose starts are a multiple of 4096 bytes apart would fall on the same few lines of the first cache.
        let gap = (2 * pairs + 31) / 32 * 32 + 32
        withUnsafeTemporaryAllocation(byteCount: 2 * block * gap, alignment: 64) { memory in
            let rounded = memory.bindMemory(to: UInt16.self)
            for first in Swift.stride(from: 0, to: rows, by: block) {
                let count = min(block, rows - first)
                for row in 0..<count {
                    bf16_round(x + (first + row) * stride, rounded.baseAddress! + row * gap, inputs)
                    if inputs % 2 == 1 { rounded[row * gap + inputs] = 0 }
                }
                bf16_multiply(
                    rounded.baseAddress, gap, panels, pairs, bias, y + first * resultStride, resultStride, count, columns,
                    isAdded)
            }
        }
    }
}

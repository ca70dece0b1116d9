/// A matrix of weights, rounded to bfloat16 and laid out once for many products.
package struct BFloat16Weights: Sendable {
    package let panels: BFloat16Panels
    private let memory: Memory

    /// - Parameter matrix: [inputs, outputs], or [outputs, inputs] if it is `.transposed` as PyTorch's weights are.
    /// - Precondition: `Processor.current.multipliesBFloat16`.
    package init(_ matrix: Tensor, _ orientation: Orientation = .asIs) {
        let (inputs, outputs) =
            orientation == .asIs ? (matrix.rows, matrix.columns) : (matrix.columns, matrix.rows)
        let memory = Memory(count: BFloat16Panels.count(inputs: inputs, outputs: outputs))
        panels = matrix.withUnsafePointer {
            BFloat16Panels(
                $0, orientation, stride: matrix.columns, inputs: inputs, outputs: outputs, at: memory.base)
        }
        self.memory = memory
    }

    /// Freed with its last owner. Written before it is shared, and only read from then on.
    private final class Memory: @unchecked Sendable {
        let base: UnsafeMutablePointer<UInt16>

        init(count: Int) {
            base = TensorMemory.allocate(byteCount: max(1, 2 * count)).bindMemory(
                to: UInt16.self, capacity: max(1, count))
        }

        deinit { UnsafeMutableRawPointer(base).deallocate() }
    }
}

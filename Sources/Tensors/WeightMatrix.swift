/// A matrix of weights that rows are multiplied with, made ready once in one precision.
package struct WeightMatrix: Sendable {
    private enum Form: Sendable {
        /// Laid out as `Float32Panels`.
        case panels(Tensor)
        case plain(Tensor, Orientation)
        case bf16(BFloat16Weights)
    }

    /// The numbers in a row that it is multiplied with.
    package let inputs: Int
    /// The numbers in a row of the result.
    package let outputs: Int
    private let form: Form

    /// - Parameter matrix: [inputs, outputs], or [outputs, inputs] if it is `.transposed` as PyTorch's weights are.
    /// - Precondition: the processor has the precision; see `Precision.check`.
    package init(_ matrix: Tensor, _ orientation: Orientation, _ precision: Precision) {
        (inputs, outputs) = orientation == .asIs ? (matrix.rows, matrix.columns) : (matrix.columns, matrix.rows)
        form =
            switch precision {
            case .float32 where Float32Panels.suit(outputs: outputs):
                .panels(Self.panels(of: matrix, orientation, inputs: inputs, outputs: outputs))
            case .float32: .plain(matrix, orientation)
            case .bf16: .bf16(BFloat16Weights(matrix, orientation))
            }
    }

    /// Whether the matrix was laid out for products once: then few rows at a time, which stay in the cache, cost no more than
    /// many. BLAS lays it out anew for each product.
    package var isPacked: Bool {
        if case .plain = form { false } else { true }
    }

    private static func panels(of matrix: Tensor, _ orientation: Orientation, inputs: Int, outputs: Int) -> Tensor {
        var panels = Tensor(uninitialized: [Float32Panels.count(inputs: inputs, outputs: outputs)])
        panels.withUnsafeMutablePointer { to in
            matrix.withUnsafePointer { matrix in
                let stride = orientation == .asIs ? outputs : inputs
                _ = Float32Panels(matrix, orientation, stride: stride, inputs: inputs, outputs: outputs, at: to)
            }
        }
        return panels
    }

    /// `y ← epilogue(x·weights + bias)`, or `y ← epilogue(y + x·weights + bias)`, over rows in memory.
    ///
    /// - Parameters:
    ///   - x: `rows` rows of `inputs` numbers, `stride` elements apart; no gaps if nil.
    ///   - y: `rows` rows of `outputs` numbers without gaps.
    ///   - bias: `outputs` numbers; nil for none, and then for no epilogue either.
    package func multiply(
        _ x: UnsafePointer<Float>, stride: Int? = nil, rows: Int, into y: UnsafeMutablePointer<Float>,
        adding isAdded: Bool = false, bias: UnsafePointer<Float>? = nil, then epilogue: Epilogue = .none
    ) {
        switch form {
        case .panels(let panels):
            panels.withUnsafePointer {
                Float32Panels(at: $0, inputs: inputs, outputs: outputs).multiply(
                    x, stride: stride, rows: rows, into: y, bias: bias, adding: isAdded, then: epilogue)
            }
        case .plain(let matrix, let orientation):
            matrix.withUnsafePointer {
                Tensors.multiply(
                    x, lda: stride ?? inputs, $0, orientation, ldb: matrix.columns, into: y, ldc: outputs,
                    m: rows, n: outputs, k: inputs, beta: isAdded ? 1 : 0)
            }
            if let bias { addBias(bias, to: y, rows: rows, columns: outputs, then: epilogue) }
        case .bf16(let weights):
            weights.panels.multiply(
                x, stride: stride, rows: rows, into: y, bias: bias, adding: isAdded, then: epilogue)
        }
    }
}

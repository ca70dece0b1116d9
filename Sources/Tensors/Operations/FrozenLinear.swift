/// A linear layer that is never trained, `x · weightᵀ + bias`: its weights are laid out once for products in either
/// direction, and gradients flow through it.
///
/// In float32 it is for many rows, such as an image's tokens. For few, whose products are bound by reading the weights,
/// there is `linear`, which reads them where they lie. In bfloat16 it is for any number of rows.
public struct FrozenLinear: Sendable {
    /// [inputs, outputs] for values, and the other way round for gradients.
    private let weights, adjoint: WeightMatrix
    private let bias: Tensor?

    /// - Parameters:
    ///   - weight: `[outputs, inputs]`.
    ///   - bias: `[outputs]`, or nil for none.
    ///   - precision: of the products in both directions; sums are float32.
    /// - Precondition: the processor has the precision; `Precision.check` tells.
    public init(weight: Tensor, bias: Tensor?, precision: Precision = .float32) {
        precondition(bias?.count ?? weight.rows == weight.rows, "a bias of another length than \(weight.shape)")
        weights = WeightMatrix(weight, .transposed, precision)
        adjoint = WeightMatrix(weight, .asIs, precision)
        self.bias = bias
    }

    /// - Parameters:
    ///   - x: `[n, inputs]`.
    ///   - residual: `[n, outputs]`, added to the result.
    /// - Returns: `[n, outputs]`.
    public func callAsFunction(_ x: Variable, residual: Variable? = nil) -> Variable {
        let n = x.value.rows
        precondition(x.value.columns == weights.inputs, "a layer of \(weights.inputs) inputs cannot follow \(x.value.shape)")
        var y = residual?.value ?? Tensor(uninitialized: [n, weights.outputs])
        precondition(
            y.rows == n && y.columns == weights.outputs,
            "a residual of \(y.shape) cannot be added to [\(n), \(weights.outputs)]")
        y.withUnsafeMutablePointer { y in
            x.value.withUnsafePointer { x in
                let isAdded = residual != nil
                guard let bias else { return weights.multiply(x, rows: n, into: y, adding: isAdded) }
                bias.withUnsafePointer { weights.multiply(x, rows: n, into: y, adding: isAdded, bias: $0) }
            }
        }
        return .output(y, of: [x] + (residual.map { [$0] } ?? [])) {
            [adjoint, needsX = x.needsGradient, residual = residual.map(\.needsGradient)] gradient in
            [needsX ? gradient.multiplied(by: adjoint) : nil] + (residual.map { [$0 ? gradient : nil] } ?? [])
        }
    }
}

extension Tensor {
    /// The product of this matrix's rows with weights.
    fileprivate func multiplied(by weights: WeightMatrix) -> Tensor {
        let n = rows
        var result = Tensor(uninitialized: [n, weights.outputs])
        result.withUnsafeMutablePointer { y in
            withUnsafePointer { weights.multiply($0, rows: n, into: y) }
        }
        return result
    }
}

import Tensors

/// A linear layer made ready for inference in one precision.
struct LinearLayer: Sendable {
    private let weights: WeightMatrix
    private let bias: Tensor

    init(_ linear: LinearWeights, _ precision: Precision = .float32) {
        (weights, bias) = (WeightMatrix(linear.weight, .transposed, precision), linear.bias)
    }

    var inputs: Int { weights.inputs }
    var outputs: Int { weights.outputs }
    /// Whether few rows at a time cost no more than many.
    var isPacked: Bool { weights.isPacked }

    /// Applies the layer to rows in memory, and perhaps adds the result to what is there.
    ///
    /// - Parameter stride: elements from one row of `x` to the next; no gaps if nil.
    func apply(
        to x: UnsafePointer<Float>, stride: Int? = nil, rows: Int, into y: UnsafeMutablePointer<Float>,
        adding isAdded: Bool = false, then epilogue: Epilogue = .none
    ) {
        bias.withUnsafePointer {
            weights.multiply(x, stride: stride, rows: rows, into: y, adding: isAdded, bias: $0, then: epilogue)
        }
    }
}

import Tensors

/// The second half of a residual attention block, for inference: a normalisation, and an MLP that is added to its input.
struct ResidualMLP: Sendable {
    private let norm: LayerNormWeights
    private let up, down: LinearLayer
    private let activation: ModelConventions.Nonlinearity

    init(_ weights: TransformerLayerWeights, _ activation: ModelConventions.Nonlinearity, _ precision: Precision) {
        (norm, self.activation) = (weights.lnTwo, activation)
        (up, down) = (LinearLayer(weights.mlpUp, precision), LinearLayer(weights.mlpDown, precision))
    }

    /// Whether rows are independent of each other to the last bit, and few at a time cost no more than many.
    var isPacked: Bool { up.isPacked && down.isPacked }

    /// How many of `rows` rows go through both layers at a time: inner numbers of few rows stay in the cache.
    private func block(of rows: Int) -> Int {
        isPacked ? Float32Panels.evenBlock(of: rows) : rows
    }

    /// The numbers of memory that `apply` needs for up to so many rows.
    func memory(rows: Int) -> Int {
        (isPacked ? min(rows, Float32Panels.mostRowsAtOnce) : rows) * (up.inputs + up.outputs)
    }

    /// Replaces rows by the MLP's output.
    func apply(to x: UnsafeMutablePointer<Float>, rows: Int, memory: UnsafeMutablePointer<Float>) {
        let block = block(of: rows), hidden = memory, wide = hidden + block * up.inputs
        for first in stride(from: 0, to: rows, by: block) {
            let rows = min(block, rows - first), x = x + first * up.inputs
            norm.apply(to: x, rows: rows, into: hidden)
            up.apply(to: hidden, rows: rows, into: wide, then: activation.epilogue)
            down.apply(to: wide, rows: rows, into: x, adding: true)
        }
    }
}

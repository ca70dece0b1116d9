import Tensors

// Frozen weights on the tape: gradients flow through them, not into them.

extension LayerNormWeights {
    func callAsFunction(_ x: Variable) -> Variable {
        layerNorm(x, weight: Variable(weight), bias: Variable(bias))
    }
}

/// A linear layer over few rows, whose weights are read where they lie.
func linear(_ x: Variable, _ weights: LinearWeights, residual: Variable? = nil) -> Variable {
    Tensors.linear(x, weight: Variable(weights.weight), bias: Variable(weights.bias), residual: residual)
}

extension LinearWeights {
    /// The part that computes some of the outputs.
    func outputs(_ range: Range<Int>) -> LinearWeights {
        LinearWeights(weight: weight.rows(range), bias: Tensor([range.count], bias.values[range]))
    }
}

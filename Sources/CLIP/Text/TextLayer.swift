import Tensors

/// The frozen weights of one residual attention block of the text encoder, made ready in one precision.
struct TextLayer: Sendable {
    let lnOne, lnTwo: LayerNormWeights
    let attention: Attention
    let attentionOut, mlpUp, mlpDown: TextLinear

    /// How queries, keys and values are computed.
    enum Attention: Sendable {
        /// Beside each other: every row asks.
        case ofAllRows(TextLinear)
        /// Queries apart from keys and values: only the end tokens ask.
        case ofEnds(queries: TextLinear, keysAndValues: TextLinear)
    }

    /// - Parameter isLast: whether only the end tokens' rows go on.
    init(_ weights: TransformerLayerWeights, isLast: Bool, _ precision: Precision) {
        (lnOne, lnTwo) = (weights.lnOne, weights.lnTwo)
        let all = weights.attentionIn, width = weights.attentionOut.weight.rows
        attention =
            isLast
            ? .ofEnds(
                queries: TextLinear(all.outputs(0..<width), precision),
                keysAndValues: TextLinear(all.outputs(width..<3 * width), precision))
            : .ofAllRows(TextLinear(all, precision))
        attentionOut = TextLinear(weights.attentionOut, precision)
        (mlpUp, mlpDown) = (TextLinear(weights.mlpUp, precision), TextLinear(weights.mlpDown, precision))
    }
}

/// A frozen linear layer of the text encoder: gradients flow through it.
enum TextLinear: Sendable {
    /// Weights that are read where they lie, which suits few rows.
    case float32(weight: Tensor, bias: Tensor?)
    /// Weights that were rounded and laid out once. Which rows are beside it changes nothing of a row.
    case bf16(FrozenLinear)

    /// - Parameters:
    ///   - weight: `[outputs, inputs]`.
    ///   - bias: `[outputs]`, or nil for none.
    init(weight: Tensor, bias: Tensor?, _ precision: Precision) {
        self =
            switch precision {
            case .float32: .float32(weight: weight, bias: bias)
            case .bf16: .bf16(FrozenLinear(weight: weight, bias: bias, precision: .bf16))
            }
    }

    init(_ weights: LinearWeights, _ precision: Precision) {
        self.init(weight: weights.weight, bias: weights.bias, precision)
    }

    /// - Parameter independently: whether rows must be independent of each other, as `linear` has it.
    func callAsFunction(_ x: Variable, residual: Variable? = nil, independently: Bool) -> Variable {
        switch self {
        case .float32(let weight, let bias):
            linear(
                x, weight: Variable(weight), bias: bias.map { Variable($0) }, residual: residual,
                independently: independently)
        case .bf16(let layer): layer(x, residual: residual)
        }
    }
}

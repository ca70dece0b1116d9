import Tensors

/// One residual attention block of a frozen vision transformer on the tape: gradients flow through it, not into it.
struct FrozenLayer: Sendable {
    private let lnOne, lnTwo: LayerNormWeights
    private let attentionIn, attentionOut, up, down: FrozenLinear
    private let attention: HeadAttention
    private let activation: ModelConventions.Nonlinearity
    /// The width of the MLP.
    let inner: Int

    init(
        _ weights: TransformerLayerWeights, headWidth: Int, activation: ModelConventions.Nonlinearity,
        _ precision: Precision
    ) {
        (lnOne, lnTwo, self.activation) = (weights.lnOne, weights.lnTwo, activation)
        (attentionIn, attentionOut) = (
            FrozenLinear(weights.attentionIn, precision), FrozenLinear(weights.attentionOut, precision)
        )
        (up, down) = (FrozenLinear(weights.mlpUp, precision), FrozenLinear(weights.mlpDown, precision))
        attention = HeadAttention(headWidth: headWidth, width: weights.attentionOut.weight.rows, precision: precision)
        inner = weights.mlpUp.weight.rows
    }

    /// - Parameter x: `[images · tokens, width]`.
    /// - Returns: the same shape.
    func callAsFunction(_ x: Variable, tokens: Int) -> Variable {
        finish(x, queries: queries(x), tokens: tokens)
    }

    /// The layer over rows of which only some are variables: `replacement` in the place of some rows of the constants. What
    /// depends on constants alone is neither kept nor differentiated.
    ///
    /// - Parameters:
    ///   - constants: `[images · tokens, width]`.
    ///   - replacement: `[m, width]`.
    ///   - rows: for each row that is replaced, its place among the constants and which row of the replacement stands there.
    func callAsFunction(
        _ constants: Tensor, replacing rows: [(place: Int, row: Int)], by replacement: Variable, tokens: Int
    ) -> Variable {
        let places = rows.map(\.place), sources = rows.map(\.row)
        func replaced(_ constants: Tensor, _ replacement: Variable) -> Variable {
            replacing(rows: places, of: Variable(constants), by: Tensors.rows(sources, of: replacement))
        }
        return finish(
            replaced(constants, replacement),
            queries: replaced(queries(Variable(constants)).value, queries(replacement)), tokens: tokens)
    }

    /// Queries, keys and values: `[rows, 3 · width]`.
    private func queries(_ x: Variable) -> Variable { attentionIn(lnOne(x)) }

    private func finish(_ x: Variable, queries: Variable, tokens: Int) -> Variable {
        mlp(attentionOut(tokenAttention(queries, tokens: tokens, attention), residual: x))
    }

    private func mlp(_ x: Variable) -> Variable { down(activation(up(lnTwo(x))), residual: x) }

    /// The bytes that are kept of the layer for a backward pass: inputs of both normalisations, queries, keys and values, the
    /// MLP before its activation, attention's weights.
    func activationBytes(images: Int, tokens: Int) -> Int {
        4 * images
            * (tokens * (5 * attention.width + inner)
                + attention.width / attention.headWidth * attention.scoresMemory(tokens: tokens))
    }
}

/// The last block, of which only one token of each image goes on.
struct LastFrozenLayer: Sendable {
    private let lnOne, lnTwo: LayerNormWeights
    private let queries, attentionOut, up, down: LinearWeights
    private let keysAndValues: FrozenLinear
    private let activation: ModelConventions.Nonlinearity
    private let headWidth, width: Int

    init(
        _ weights: TransformerLayerWeights, headWidth: Int, activation: ModelConventions.Nonlinearity,
        _ precision: Precision
    ) {
        width = weights.attentionOut.weight.rows
        (lnOne, lnTwo, self.activation, self.headWidth) = (weights.lnOne, weights.lnTwo, activation, headWidth)
        queries = weights.attentionIn.outputs(0..<width)
        keysAndValues = FrozenLinear(weights.attentionIn.outputs(width..<3 * width), precision)
        (attentionOut, up, down) = (weights.attentionOut, weights.mlpUp, weights.mlpDown)
    }

    /// - Parameter x: `[images · tokens, width]`.
    /// - Returns: what becomes of each image's last token: `[images, width]`.
    func callAsFunction(_ x: Variable, tokens: Int) -> Variable {
        let images = x.value.rows / tokens
        let last = (0..<images).map { ($0 + 1) * tokens - 1 }
        let h = lnOne(x)
        // The last row of a single path sees all the rows before it and itself: the tokens of its image.
        let path = PromptLayout(prompts: [(0..<tokens).map(PromptLayout.Item.token)])
        let attended = treeAttention(
            queries: linear(rows(last, of: h), queries), keysAndValues: keysAndValues(h), queryRows: [tokens - 1],
            layout: path, width: width, headWidth: headWidth)
        let y = linear(attended, attentionOut, residual: rows(last, of: x))
        return linear(activation(linear(lnTwo(y), up)), down, residual: y)
    }
}

extension FrozenLinear {
    init(_ weights: LinearWeights, _ precision: Precision) {
        self.init(weight: weights.weight, bias: weights.bias, precision: precision)
    }
}

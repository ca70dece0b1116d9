import Tensors

/// One residual attention block over all tokens of some images, for inference.
struct TransformerLayer: Sendable {
    private let weights: TransformerLayerWeights
    private let activation: ModelConventions.Nonlinearity
    private let width: Int
    private let headWidth: Int

    init(_ weights: TransformerLayerWeights, headWidth: Int, activation: ModelConventions.Nonlinearity) {
        (self.weights, self.headWidth, self.activation) = (weights, headWidth, activation)
        width = weights.attentionOut.weight.shape[0]
    }

    /// The numbers of memory that `apply` needs.
    func memory(images: Int, tokens: Int) -> Int {
        images * tokens * (width + max(3 * width, weights.innerWidth)) + tokens * tokens
    }

    /// Replaces `x`, [images, tokens, width], by the block's output.
    func apply(to x: UnsafeMutablePointer<Float>, images: Int, tokens: Int, memory: UnsafeMutablePointer<Float>) {
        let rows = images * tokens
        let hidden = memory, wide = hidden + rows * width, scores = wide + rows * max(3 * width, weights.innerWidth)
        weights.lnOne.apply(to: x, rows: rows, into: hidden)
        weights.attentionIn.apply(to: hidden, rows: rows, into: wide)
        for image in 0..<images {
            for column in stride(from: 0, to: width, by: headWidth) {
                attend(
                    wide + image * tokens * 3 * width + column, tokens: tokens,
                    into: hidden + image * tokens * width + column, scores: scores)
            }
        }
        weights.attentionOut.apply(to: hidden, rows: rows, into: x, adding: true)
        weights.applyMLP(to: x, rows: rows, activation, hidden: hidden, wide: wide)
    }

    /// One head of one image: softmax(Q·Kᵀ / √headWidth)·V, whose rows lie `3 · width` apart, into rows `width` apart.
    private func attend(
        _ query: UnsafePointer<Float>, tokens: Int, into result: UnsafeMutablePointer<Float>,
        scores: UnsafeMutablePointer<Float>
    ) {
        let key = query + width, value = key + width
        multiply(
            query, lda: 3 * width, key, .transposed, ldb: 3 * width, into: scores, ldc: tokens,
            m: tokens, n: tokens, k: headWidth)
        softmaxRows(scores, rows: tokens, columns: tokens, scale: 1 / Float(headWidth).squareRoot())
        multiply(
            scores, lda: tokens, value, ldb: 3 * width, into: result, ldc: width, m: tokens, n: headWidth, k: tokens)
    }
}

extension TransformerLayerWeights {
    /// The width between the MLP's two layers.
    var innerWidth: Int { mlpUp.bias.count }

    /// Adds the block's second half to rows: a normalisation and an MLP.
    ///
    /// - Parameters:
    ///   - hidden: memory for [rows, width].
    ///   - wide: memory for [rows, innerWidth].
    func applyMLP(
        to x: UnsafeMutablePointer<Float>, rows: Int, _ activation: ModelConventions.Nonlinearity, hidden: UnsafeMutablePointer<Float>,
        wide: UnsafeMutablePointer<Float>
    ) {
        lnTwo.apply(to: x, rows: rows, into: hidden)
        mlpUp.apply(to: hidden, rows: rows, into: wide, then: activation.epilogue)
        mlpDown.apply(to: wide, rows: rows, into: x, adding: true)
    }

    /// The block's attention for a single query, its in-projection taken apart.
    func singleQueryAttention(headWidth: Int) -> SingleQueryAttention {
        let width = attentionOut.weight.shape[0]
        let parts = (0..<3).map { part in
            let rows = part * width..<(part + 1) * width
            return LinearWeights(
                weight: attentionIn.weight.rows(rows),
                bias: attentionIn.bias.reshaped([3 * width, 1]).rows(rows).reshaped([width]))
        }
        return SingleQueryAttention(
            query: parts[0], key: parts[1], value: parts[2], output: attentionOut, headWidth: headWidth)
    }
}

extension LayerNormWeights {
    /// Normalises rows in memory, `stride` elements apart, into rows without gaps.
    func apply(
        to x: UnsafePointer<Float>, stride: Int? = nil, rows: Int, into result: UnsafeMutablePointer<Float>
    ) {
        weight.withUnsafePointer { scale in
            bias.withUnsafePointer { bias in
                layerNormRows(
                    x, rows: rows, columns: weight.count, stride: stride, weight: scale, bias: bias, into: result)
            }
        }
    }
}

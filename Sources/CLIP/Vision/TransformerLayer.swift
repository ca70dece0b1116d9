import Tensors

/// One residual attention block over all tokens of some images, for inference.
struct TransformerLayer: Sendable {
    private let lnOne: LayerNormWeights
    private let attentionIn, attentionOut: Linear
    private let mlp: ResidualMLP
    private let width: Int
    private let headWidth: Int

    init(
        _ weights: TransformerLayerWeights, headWidth: Int, activation: ModelConventions.Nonlinearity,
        _ precision: Precision
    ) {
        (lnOne, self.headWidth) = (weights.lnOne, headWidth)
        attentionIn = Linear(weights.attentionIn, precision)
        attentionOut = Linear(weights.attentionOut, precision)
        mlp = ResidualMLP(weights, activation, precision)
        width = attentionOut.outputs
    }

    /// The numbers of memory that `apply` needs.
    func memory(images: Int, tokens: Int) -> Int {
        max(images * tokens * 4 * width + tokens * tokens, mlp.memory(rows: images * tokens))
    }

    /// Replaces `x`, [images, tokens, width], by the block's output.
    func apply(to x: UnsafeMutablePointer<Float>, images: Int, tokens: Int, memory: UnsafeMutablePointer<Float>) {
        let rows = images * tokens
        let hidden = memory, wide = hidden + rows * width, scores = wide + rows * 3 * width
        lnOne.apply(to: x, rows: rows, into: hidden)
        attentionIn.apply(to: hidden, rows: rows, into: wide)
        for image in 0..<images {
            for column in stride(from: 0, to: width, by: headWidth) {
                attend(
                    wide + image * tokens * 3 * width + column, tokens: tokens,
                    into: hidden + image * tokens * width + column, scores: scores)
            }
        }
        attentionOut.apply(to: hidden, rows: rows, into: x, adding: true)
        mlp.apply(to: x, rows: rows, memory: memory)
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

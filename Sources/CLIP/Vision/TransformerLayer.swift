import Tensors

/// One residual attention block over all tokens of some images, for inference.
struct TransformerLayer: Sendable {
    private let weights: TransformerLayerWeights
    private let width: Int
    private var heads: Int { width / 64 }

    init(_ weights: TransformerLayerWeights) {
        self.weights = weights
        width = weights.attentionOut.weight.shape[0]
    }

    /// The numbers of memory that `apply` needs.
    static func memory(images: Int, tokens: Int, width: Int) -> Int {
        images * tokens * width * 5 + tokens * tokens
    }

    /// Replaces `x`, [images, tokens, width], by the block's output.
    func apply(to x: UnsafeMutablePointer<Float>, images: Int, tokens: Int, memory: UnsafeMutablePointer<Float>) {
        let rows = images * tokens
        let hidden = memory, wide = hidden + rows * width, scores = wide + 4 * rows * width
        weights.lnOne.apply(to: x, rows: rows, into: hidden)
        weights.attentionIn.apply(to: hidden, rows: rows, into: wide)
        for image in 0..<images {
            for head in 0..<heads {
                let query = wide + image * tokens * 3 * width + head * 64
                attend(
                    query, tokens: tokens, into: hidden + image * tokens * width + head * 64, scores: scores)
            }
        }
        weights.attentionOut.apply(to: hidden, rows: rows, into: x, adding: true)
        weights.applyMLP(to: x, rows: rows, hidden: hidden, wide: wide)
    }

    /// One head of one image: softmax(Q·Kᵀ / 8)·V, whose rows lie `3 · width` apart, into rows `width` apart.
    private func attend(
        _ query: UnsafePointer<Float>, tokens: Int, into result: UnsafeMutablePointer<Float>,
        scores: UnsafeMutablePointer<Float>
    ) {
        let key = query + width, value = key + width
        multiply(
            query, lda: 3 * width, key, .transposed, ldb: 3 * width, into: scores, ldc: tokens,
            m: tokens, n: tokens, k: 64)
        softmaxRows(scores, rows: tokens, columns: tokens, scale: 0.125)
        multiply(
            scores, lda: tokens, value, ldb: 3 * width, into: result, ldc: width, m: tokens, n: 64, k: tokens)
    }
}

extension TransformerLayerWeights {
    /// Adds the block's second half to rows: a normalisation and an MLP four times as wide.
    func applyMLP(
        to x: UnsafeMutablePointer<Float>, rows: Int, hidden: UnsafeMutablePointer<Float>,
        wide: UnsafeMutablePointer<Float>
    ) {
        lnTwo.apply(to: x, rows: rows, into: hidden)
        mlpUp.apply(to: hidden, rows: rows, into: wide, then: .quickGELU)
        mlpDown.apply(to: wide, rows: rows, into: x, adding: true)
    }

    /// The block's attention for a single query, its in-projection taken apart.
    var singleQueryAttention: SingleQueryAttention {
        let width = attentionOut.weight.shape[0]
        let parts = (0..<3).map { part in
            let rows = part * width..<(part + 1) * width
            return LinearWeights(
                weight: attentionIn.weight.rows(rows),
                bias: attentionIn.bias.reshaped([3 * width, 1]).rows(rows).reshaped([width]))
        }
        return SingleQueryAttention(query: parts[0], key: parts[1], value: parts[2], output: attentionOut)
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

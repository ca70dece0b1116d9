import Tensors

/// One residual attention block over all tokens of some images, for inference.
struct TransformerLayer: Sendable {
    private let lnOne: LayerNormWeights
    private let attentionIn, attentionOut: LinearLayer
    private let mlp: ResidualMLP
    private let attention: HeadAttention
    private var width: Int { attention.width }

    init(
        _ weights: TransformerLayerWeights, headWidth: Int, activation: ModelConventions.Nonlinearity,
        _ precision: Precision
    ) {
        lnOne = weights.lnOne
        attentionIn = LinearLayer(weights.attentionIn, precision)
        attentionOut = LinearLayer(weights.attentionOut, precision)
        mlp = ResidualMLP(weights, activation, precision)
        attention = HeadAttention(headWidth: headWidth, width: attentionOut.outputs, precision: precision)
    }

    /// Whether an image's result is the same to the last bit whatever images are beside it.
    var isPacked: Bool { attentionIn.isPacked && attentionOut.isPacked && mlp.isPacked }

    /// The most images that attend at a time: the numbers of few stay in the cache.
    private func imagesAtOnce(of images: Int) -> Int { attentionIn.isPacked && attentionOut.isPacked ? 1 : images }

    /// The numbers of memory that `apply` needs.
    func memory(images: Int, tokens: Int) -> Int {
        max(
            imagesAtOnce(of: images) * tokens * 4 * width + 15 + attention.scoresMemory(tokens: tokens)
                + attention.panelMemory(tokens: tokens),
            mlp.memory(rows: images * tokens))
    }

    /// Replaces `x`, [images, tokens, width], by the block's output.
    func apply(to x: UnsafeMutablePointer<Float>, images: Int, tokens: Int, memory: UnsafeMutablePointer<Float>) {
        let step = imagesAtOnce(of: images)
        for first in stride(from: 0, to: images, by: step) {
            attend(
                among: x + first * tokens * width, images: min(step, images - first), tokens: tokens, memory: memory)
        }
        mlp.apply(to: x, rows: images * tokens, memory: memory)
    }

    /// Adds the block's first half.
    private func attend(
        among x: UnsafeMutablePointer<Float>, images: Int, tokens: Int, memory: UnsafeMutablePointer<Float>
    ) {
        let rows = images * tokens, hidden = memory, wide = hidden + rows * width
        // The first whole line of the cache behind them.
        let scores = memory + (rows * 4 * width + 15) / 16 * 16
        let panels = scores + attention.scoresMemory(tokens: tokens)
        lnOne.apply(to: x, rows: rows, into: hidden)
        attentionIn.apply(to: hidden, rows: rows, into: wide)
        for image in 0..<images {
            for column in stride(from: 0, to: width, by: attention.headWidth) {
                attention.apply(
                    to: wide + image * tokens * 3 * width + column, tokens: tokens,
                    into: hidden + image * tokens * width + column, scores: scores, panels: panels)
            }
        }
        attentionOut.apply(to: hidden, rows: rows, into: x, adding: true)
    }
}

extension TransformerLayerWeights {
    /// The block's attention for a single query, its in-projection taken apart.
    func singleQueryAttention(headWidth: Int) -> SingleQueryAttention {
        let width = attentionOut.weight.shape[0]
        let parts = (0..<3).map { attentionIn.outputs($0 * width..<($0 + 1) * width) }
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

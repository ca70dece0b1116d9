import Tensors

/// Multi-head attention of which only one token's result is wanted, such as the pooled or the class token's.
///
/// With a single query per head, keys and values need not be computed for every token: `q·(K x + b)` is `(Kᵀq)·x` plus
/// a constant that softmax cancels, and `Σ aₜ (V xₜ + c)` is `V (Σ aₜ xₜ) + c` since the weights sum to 1. So one
/// product per head and image takes the place of one per head, image and token.
struct SingleQueryAttention: Sendable {
    let width: Int
    let outputs: Int
    private let headWidth: Int
    private var heads: Int { width / headWidth }
    /// [width, width] each but the last: [outputs, width].
    private let query, output: LinearLayer
    private let key, value: LinearWeights

    init(
        query: LinearWeights, key: LinearWeights, value: LinearWeights, output: LinearWeights, headWidth: Int
    ) {
        self.headWidth = headWidth
        (self.query, self.key, self.value, self.output) = (LinearLayer(query), key, value, LinearLayer(output))
        (outputs, width) = (self.output.outputs, self.output.inputs)
    }

    /// The numbers of memory that `apply` needs.
    func memory(images: Int, tokens: Int) -> Int {
        images * width * (1 + heads) + heads * paddedStride(tokens)
    }

    /// Attends from each image's first token to all of its tokens.
    ///
    /// - Parameters:
    ///   - x: [images, tokens, width].
    ///   - result: [images, outputs], to which the attention's output is added if `isAdded`, else stored.
    func apply(
        to x: UnsafePointer<Float>, images: Int, tokens: Int, into result: UnsafeMutablePointer<Float>,
        adding isAdded: Bool = false, memory: UnsafeMutablePointer<Float>
    ) {
        // One row per image: its query, and later the heads' results. Then [images, heads, width], and one image's
        // scores.
        let vectors = memory, perHead = vectors + images * width, scores = perHead + images * heads * width
        let stride = paddedStride(tokens)
        query.apply(to: x, stride: tokens * width, rows: images, into: vectors)
        key.weight.withUnsafePointer { key in
            for head in 0..<heads {
                multiply(
                    vectors + head * headWidth, lda: width, key + head * headWidth * width, ldb: width,
                    into: perHead + head * width, ldc: heads * width, m: images, n: width, k: headWidth)
            }
        }
        for image in 0..<images {
            let x = x + image * tokens * width, perHead = perHead + image * heads * width
            multiply(
                perHead, lda: width, x, .transposed, ldb: width, into: scores, ldc: stride,
                m: heads, n: tokens, k: width)
            softmaxRows(
                scores, rows: heads, columns: tokens, stride: stride, scale: 1 / Float(headWidth).squareRoot())
            multiply(
                scores, lda: stride, x, ldb: width, into: perHead, ldc: width, m: heads, n: width, k: tokens)
        }
        value.weight.withUnsafePointer { value in
            for head in 0..<heads {
                multiply(
                    perHead + head * width, lda: heads * width, value + head * headWidth * width, .transposed,
                    ldb: width, into: vectors + head * headWidth, ldc: width, m: images, n: headWidth, k: width)
            }
        }
        value.bias.withUnsafePointer { addBias($0, to: vectors, rows: images, columns: width) }
        output.apply(to: vectors, rows: images, into: result, adding: isAdded)
    }
}

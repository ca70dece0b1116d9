import Tensors

/// One head's attention among the tokens of one image: softmax(Q·Kᵀ / √headWidth)·V.
struct HeadAttention: Sendable {
    let headWidth: Int
    /// The extent of all heads together.
    let width: Int
    /// Of its two products; softmax is float32.
    let precision: Precision

    /// The numbers of memory that `apply` needs: scores [tokens, tokens], then keys or values as panels, two to a Float.
    func memory(tokens: Int) -> Int {
        let panels = max(
            BFloat16Panels.count(inputs: headWidth, outputs: tokens),
            BFloat16Panels.count(inputs: tokens, outputs: headWidth))
        return scoresMemory(tokens) + (precision == .bf16 ? panels / 2 : 0)
    }

    /// Filled up to whole lines of the cache.
    private func scoresMemory(_ tokens: Int) -> Int { (tokens * tokens + 15) / 16 * 16 }

    /// - Parameters:
    ///   - query: the head's part of [tokens, 3 · width], of which keys and values are the second and the last third.
    ///   - result: the head's part of [tokens, width].
    func apply(
        to query: UnsafePointer<Float>, tokens: Int, into result: UnsafeMutablePointer<Float>,
        memory: UnsafeMutablePointer<Float>
    ) {
        let key = query + width, value = key + width, stride = 3 * width, scale = 1 / Float(headWidth).squareRoot()
        switch precision {
        case .float32:
            multiply(
                query, lda: stride, key, .transposed, ldb: stride, into: memory, ldc: tokens,
                m: tokens, n: tokens, k: headWidth)
            softmaxRows(memory, rows: tokens, columns: tokens, scale: scale)
            multiply(
                memory, lda: tokens, value, ldb: stride, into: result, ldc: width,
                m: tokens, n: headWidth, k: tokens)
        case .bf16:
            let panels = UnsafeMutableRawPointer(memory + scoresMemory(tokens)).bindMemory(
                to: UInt16.self, capacity: 2 * (self.memory(tokens: tokens) - scoresMemory(tokens)))
            BFloat16Panels(key, .transposed, stride: stride, inputs: headWidth, outputs: tokens, at: panels)
                .multiply(query, stride: stride, rows: tokens, into: memory)
            softmaxRows(memory, rows: tokens, columns: tokens, scale: scale)
            BFloat16Panels(value, .asIs, stride: stride, inputs: tokens, outputs: headWidth, at: panels)
                .multiply(memory, rows: tokens, into: result, resultStride: width)
        }
    }
}

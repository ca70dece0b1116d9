import Tensors

/// One head's attention among the tokens of one image: softmax(Q·Kᵀ / √headWidth)·V.
struct HeadAttention: Sendable {
    let headWidth: Int
    /// The extent of all heads together.
    let width: Int
    /// Of its two products; softmax is float32.
    let precision: Precision

    /// The numbers of memory that `apply` needs for scores, [tokens, tokens] in padded rows. The attention's weights are left
    /// there.
    func scoresMemory(tokens: Int) -> Int { tokens * paddedStride(tokens) }

    /// The numbers of memory that `apply` needs for keys or values as panels; best aligned to 64 bytes.
    func panelMemory(tokens: Int) -> Int {
        switch precision {
        case .float32: panelMemory(Float32Panels.self, tokens)
        case .bf16: (panelMemory(BFloat16Panels.self, tokens) + 1) / 2
        }
    }

    private func panelMemory<P: Panels>(_ panels: P.Type, _ tokens: Int) -> Int {
        max(P.count(inputs: headWidth, outputs: tokens), P.count(inputs: tokens, outputs: headWidth))
    }

    /// - Parameters:
    ///   - query: the head's part of [tokens, 3 · width], of which keys and values are the second and the last third.
    ///   - result: the head's part of [tokens, width].
    func apply(
        to query: UnsafePointer<Float>, tokens: Int, into result: UnsafeMutablePointer<Float>,
        scores: UnsafeMutablePointer<Float>, panels: UnsafeMutablePointer<Float>
    ) {
        switch precision {
        case .float32 where Float32Panels.suit(outputs: tokens) && Float32Panels.suit(outputs: headWidth):
            apply(Float32Panels.self, to: query, tokens: tokens, into: result, scores: scores, panels: panels)
        case .float32:
            let key = query + width, value = key + width, stride = 3 * width, padded = paddedStride(tokens)
            multiply(
                query, lda: stride, key, .transposed, ldb: stride, into: scores, ldc: padded,
                m: tokens, n: tokens, k: headWidth)
            softmax(scores, tokens: tokens)
            multiply(
                scores, lda: padded, value, ldb: stride, into: result, ldc: width,
                m: tokens, n: headWidth, k: tokens)
        case .bf16:
            apply(BFloat16Panels.self, to: query, tokens: tokens, into: result, scores: scores, panels: panels)
        }
    }

    private func apply<P: Panels>(
        _: P.Type, to query: UnsafePointer<Float>, tokens: Int, into result: UnsafeMutablePointer<Float>,
        scores: UnsafeMutablePointer<Float>, panels: UnsafeMutablePointer<Float>
    ) {
        let key = query + width, value = key + width, stride = 3 * width, padded = paddedStride(tokens)
        let panels = UnsafeMutableRawPointer(panels).bindMemory(
            to: P.Element.self, capacity: panelMemory(P.self, tokens))
        P(key, .transposed, stride: stride, inputs: headWidth, outputs: tokens, at: panels).multiply(
            query, stride: stride, rows: tokens, into: scores, resultStride: padded, bias: nil, adding: false, then: .none)
        softmax(scores, tokens: tokens)
        P(value, .asIs, stride: stride, inputs: tokens, outputs: headWidth, at: panels).multiply(
            scores, stride: padded, rows: tokens, into: result, resultStride: width, bias: nil, adding: false, then: .none)
    }

    private func softmax(_ scores: UnsafeMutablePointer<Float>, tokens: Int) {
        softmaxRows(
            scores, rows: tokens, columns: tokens, stride: paddedStride(tokens), scale: 1 / Float(headWidth).squareRoot())
    }
}

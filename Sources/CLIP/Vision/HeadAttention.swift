import Tensors

/// One head's attention among the tokens of one image: softmax(Q·Kᵀ / √headWidth)·V.
struct HeadAttention: Sendable {
    let headWidth: Int
    /// The extent of all heads together.
    let width: Int
    /// Of its two products; softmax is float32.
    let precision: Precision

    /// The numbers of memory that `apply` needs: scores [tokens, tokens], then keys or values as panels.
    func memory(tokens: Int) -> Int {
        switch precision {
        case .float32: scoresMemory(tokens) + panelMemory(Float32Panels.self, tokens)
        case .bf16: scoresMemory(tokens) + (panelMemory(BFloat16Panels.self, tokens) + 1) / 2
        }
    }

    private func scoresMemory(_ tokens: Int) -> Int { tokens * paddedStride(tokens) }

    private func panelMemory<P: Panels>(_ panels: P.Type, _ tokens: Int) -> Int {
        max(P.count(inputs: headWidth, outputs: tokens), P.count(inputs: tokens, outputs: headWidth))
    }

    /// - Parameters:
    ///   - query: the head's part of [tokens, 3 · width], of which keys and values are the second and the last third.
    ///   - result: the head's part of [tokens, width].
    func apply(
        to query: UnsafePointer<Float>, tokens: Int, into result: UnsafeMutablePointer<Float>,
        memory: UnsafeMutablePointer<Float>
    ) {
        switch precision {
        case .float32 where Float32Panels.suit(outputs: tokens) && Float32Panels.suit(outputs: headWidth):
            apply(Float32Panels.self, to: query, tokens: tokens, into: result, memory: memory)
        case .float32:
            let key = query + width, value = key + width, stride = 3 * width, scores = paddedStride(tokens)
            multiply(
                query, lda: stride, key, .transposed, ldb: stride, into: memory, ldc: scores,
                m: tokens, n: tokens, k: headWidth)
            softmax(memory, tokens: tokens)
            multiply(
                memory, lda: scores, value, ldb: stride, into: result, ldc: width,
                m: tokens, n: headWidth, k: tokens)
        case .bf16:
            apply(BFloat16Panels.self, to: query, tokens: tokens, into: result, memory: memory)
        }
    }

    private func apply<P: Panels>(
        _: P.Type, to query: UnsafePointer<Float>, tokens: Int, into result: UnsafeMutablePointer<Float>,
        memory: UnsafeMutablePointer<Float>
    ) {
        let key = query + width, value = key + width, stride = 3 * width, scores = paddedStride(tokens)
        let panels = UnsafeMutableRawPointer(memory + scoresMemory(tokens)).bindMemory(
            to: P.Element.self, capacity: panelMemory(P.self, tokens))
        P(key, .transposed, stride: stride, inputs: headWidth, outputs: tokens, at: panels).multiply(
            query, stride: stride, rows: tokens, into: memory, resultStride: scores, bias: nil, adding: false, then: .none)
        softmax(memory, tokens: tokens)
        P(value, .asIs, stride: stride, inputs: tokens, outputs: headWidth, at: panels).multiply(
            memory, stride: scores, rows: tokens, into: result, resultStride: width, bias: nil, adding: false, then: .none)
    }

    private func softmax(_ scores: UnsafeMutablePointer<Float>, tokens: Int) {
        softmaxRows(
            scores, rows: tokens, columns: tokens, stride: paddedStride(tokens), scale: 1 / Float(headWidth).squareRoot())
    }
}

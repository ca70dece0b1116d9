import Tensors

/// Multi-head attention among the tokens of each image, on the tape.
///
/// - Parameters:
///   - queries: `[images · tokens, 3 · width]`, keys and values beside the queries.
/// - Returns: `[images · tokens, width]`, the heads side by side.
func tokenAttention(_ queries: Variable, tokens: Int, _ attention: HeadAttention) -> Variable {
    let images = queries.value.rows / tokens, heads = images * attention.width / attention.headWidth
    let isKept = queries.needsGradient, scores = attention.scoresMemory(tokens: tokens)
    var output = Tensor(uninitialized: [images * tokens, attention.width])
    // Each head's weights, where a gradient will need them.
    var probabilities = Tensor(uninitialized: [isKept ? heads : 0, scores])
    output.withUnsafeMutablePointer { output in
        probabilities.withUnsafeMutablePointer { probabilities in
            queries.value.withUnsafePointer { queries in
                let (output, probabilities, queries) = (Shared(output), Shared(probabilities), Shared(queries))
                parallel(heads) { part in
                    let memory = Scratch(count: scores + attention.panelMemory(tokens: tokens))
                    for head in part {
                        let place = attention.place(of: head, tokens: tokens)
                        unsplit {
                            attention.apply(
                                to: queries.pointer + place.query, tokens: tokens, into: output.pointer + place.result,
                                scores: isKept ? probabilities.pointer + head * scores : memory.base,
                                panels: memory.base + scores)
                        }
                    }
                }
            }
        }
    }
    return .output(output, of: [queries]) { gradient in
        [attention.adjoint(gradient, queries: queries.value, probabilities: probabilities, tokens: tokens)]
    }
}

extension HeadAttention {
    /// Where a head of all images' begins, in rows of queries, keys and values and in rows of results.
    fileprivate func place(of head: Int, tokens: Int) -> (query: Int, result: Int) {
        let (image, own) = head.quotientAndRemainder(dividingBy: width / headWidth)
        return (image * tokens * 3 * width + own * headWidth, image * tokens * width + own * headWidth)
    }

    /// The gradient of queries, keys and values.
    fileprivate func adjoint(_ gradient: Tensor, queries: Tensor, probabilities: Tensor, tokens: Int) -> Tensor {
        let scores = scoresMemory(tokens: tokens)
        var result = Tensor(uninitialized: queries.shape)
        result.withUnsafeMutablePointer { result in
            gradient.withUnsafePointer { gradient in
                queries.withUnsafePointer { queries in
                    probabilities.withUnsafePointer { p in
                        let (result, gradient, queries, p) = (Shared(result), Shared(gradient), Shared(queries), Shared(p))
                        parallel(probabilities.rows) { part in
                            let memory = HeadAdjoint.Memory(self, tokens: tokens)
                            for head in part {
                                let place = place(of: head, tokens: tokens)
                                unsplit {
                                    HeadAdjoint(attention: self, tokens: tokens, memory: memory).apply(
                                        gradient.pointer + place.result, query: queries.pointer + place.query,
                                        probabilities: p.pointer + head * scores, into: result.pointer + place.query)
                                }
                            }
                        }
                    }
                }
            }
        }
        return result
    }
}

/// The adjoint of one head's attention among the tokens of one image: with p = softmax(q·kᵀ · scale) and o = p·v,
/// dv = pᵀ·do, dp = do·vᵀ, ds = p (dp − Σ p dp) · scale, dq = ds·k, dk = dsᵀ·q. All products are float32.
private struct HeadAdjoint {
    let attention: HeadAttention
    let tokens: Int
    let memory: Memory

    struct Memory {
        /// [tokens, tokens] in padded rows: gradients of the scores, and a transposed matrix.
        let scores, transposed: Scratch
        let panels: Scratch

        init(_ attention: HeadAttention, tokens: Int) {
            let head = attention.headWidth
            scores = Scratch(count: attention.scoresMemory(tokens: tokens))
            transposed = Scratch(count: attention.scoresMemory(tokens: tokens))
            panels = Scratch(
                count: max(
                    Float32Panels.count(inputs: head, outputs: tokens), Float32Panels.count(inputs: tokens, outputs: head)))
        }
    }

    /// - Parameters:
    ///   - gradient: the head's part of [tokens, width].
    ///   - query: the head's part of [tokens, 3 · width].
    ///   - result: receives the gradient of that part, of the keys' and of the values'.
    func apply(
        _ gradient: UnsafePointer<Float>, query: UnsafePointer<Float>, probabilities: UnsafePointer<Float>,
        into result: UnsafeMutablePointer<Float>
    ) {
        let (width, head, padded) = (attention.width, attention.headWidth, paddedStride(tokens))
        let scores = memory.scores.base, transposed = memory.transposed.base
        func transpose(_ x: UnsafePointer<Float>) {
            Tensors.transpose(
                x, rows: tokens, columns: tokens, stride: padded, into: transposed, resultStride: padded)
        }
        transpose(probabilities)
        product(
            transposed, stride: padded, inputs: tokens, gradient, .asIs, stride: width, outputs: head,
            into: result + 2 * width, stride: 3 * width)
        product(
            gradient, stride: width, inputs: head, query + 2 * width, .transposed, stride: 3 * width, outputs: tokens,
            into: scores, stride: padded)
        softmaxAdjointRows(
            scores, probabilities: probabilities, rows: tokens, columns: tokens, stride: padded,
            scale: 1 / Float(head).squareRoot())
        product(
            scores, stride: padded, inputs: tokens, query + width, .asIs, stride: 3 * width, outputs: head,
            into: result, stride: 3 * width)
        transpose(scores)
        product(
            transposed, stride: padded, inputs: tokens, query, .asIs, stride: 3 * width, outputs: head,
            into: result + width, stride: 3 * width)
    }

    /// A product of `tokens` rows with a matrix [inputs, outputs], parts of larger matrices all of them.
    private func product(
        _ x: UnsafePointer<Float>, stride: Int, inputs: Int,
        _ matrix: UnsafePointer<Float>, _ orientation: Orientation, stride matrixStride: Int, outputs: Int,
        into y: UnsafeMutablePointer<Float>, stride resultStride: Int
    ) {
        if Float32Panels.suit(outputs: outputs) {
            Float32Panels(
                matrix, orientation, stride: matrixStride, inputs: inputs, outputs: outputs, at: memory.panels.base
            ).multiply(x, stride: stride, rows: tokens, into: y, resultStride: resultStride)
        } else {
            multiply(
                x, lda: stride, matrix, orientation, ldb: matrixStride, into: y, ldc: resultStride,
                m: tokens, n: outputs, k: inputs)
        }
    }
}

import CLIP
import Tensors

/// What context vectors start from: the embeddings of words, or random vectors of deviation 0.02.
///
/// - Parameters:
///   - words: as many tokens as there are vectors; empty for random vectors.
///   - length: M.
///   - copies: how many contexts; all start from the same words, but each from random vectors of its own.
///   - purpose: of the stream of random numbers.
/// - Returns: `[copies · M, width]`.
func initialContext(
    words: String, length: Int, copies: Int = 1, seed: Int, purpose: String = "context", model: CLIPText
) throws(PromptError) -> Tensor {
    try require(contextLength: length, model: model)
    let width = model.transformer.width
    if words.isEmpty {
        var stream = RandomStream(seed: UInt64(seed), purpose: purpose)
        return Tensor([copies * length, width], (0..<copies * length * width).map { _ in 0.02 * stream.normal() })
    }
    let tokens = model.tokenizer.encode(words)
    guard tokens.count == length else { throw .contextLength(words: words, tokens: tokens.count, asked: length) }
    return model.transformer.embeddings(of: tokens).repeatedRows(copies)
}

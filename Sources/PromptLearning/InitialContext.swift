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
    if words.isEmpty {
        return randomPrompts([copies * length, model.transformer.width], seed: seed, purpose: purpose)
    }
    return model.transformer.embeddings(of: try contextTokens(words, length: length, model: model)).repeatedRows(copies)
}

/// The tokens of words that context vectors start from: as many as there are vectors, or none.
func contextTokens(_ words: String, length: Int, model: some TextReader) throws(PromptError) -> [Int] {
    if words.isEmpty { return [] }
    let tokens = model.tokenizer.encode(words)
    guard tokens.count == length else { throw .contextLength(words: words, tokens: tokens.count, asked: length) }
    return tokens
}

/// The tokens of words of which context vectors start from the first: at least as many as there are vectors, or none.
func firstContextTokens(_ words: String, length: Int, model: some TextReader) throws(PromptError) -> [Int] {
    let tokens = model.tokenizer.encode(words)
    guard tokens.isEmpty || tokens.count >= length else {
        throw .tooFewWords(words: words, tokens: tokens.count, asked: length)
    }
    return tokens
}

/// Normal numbers of deviation 0.02.
func randomPrompts(_ shape: [Int], seed: Int, purpose: String, _ layer: Int = 0) -> Tensor {
    var stream = RandomStream(seed: UInt64(seed), purpose: purpose, layer)
    return Tensor(shape, (0..<shape.reduce(1, *)).map { _ in 0.02 * stream.normal() })
}

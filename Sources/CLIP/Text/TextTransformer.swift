import Tensors

/// CLIP's text encoder, run over prompt trees: forward for evaluation, and backward to the context vectors for learning.
///
/// Equal to OpenAI's encoder over padded prompts of 77 tokens, without the padding and without computing twice what
/// prompts share (see `PromptLayout`). Weights are frozen: gradients flow through them, not into them.
public struct TextTransformer: Sendable {
    /// The encoder's weights as they were loaded.
    public let weights: TextWeights
    /// `[width, dimension]` → `[dimension, width]`, the way `linear` takes it.
    private let projection: Tensor
    /// The last layer asks for the end tokens' rows only, so its queries are computed apart from its keys and values.
    private let lastQueries: LinearWeights, lastKeysAndValues: LinearWeights

    public init(_ weights: TextWeights) {
        self.weights = weights
        projection = weights.projection.transposed()
        let width = weights.width, last = weights.layers[weights.layers.count - 1].attentionIn
        lastQueries = last.outputs(0..<width)
        lastKeysAndValues = last.outputs(width..<3 * width)
    }

    public var width: Int { weights.width }
    public var contextLength: Int { weights.contextLength }

    /// The embeddings of some tokens, such as the words a context starts from: `[tokens.count, width]`.
    public func embeddings(of tokens: [Int]) -> Tensor {
        weights.tokenEmbedding.gatheringRows(tokens)
    }

    /// The unnormalised text features of every class, for every group of context vectors. Where nothing is learned, which
    /// groups are beside it changes nothing of a group's, to the last bit (`linear`).
    ///
    /// - Parameters:
    ///   - prompts: the tree of one group's prompts.
    ///   - contexts: `[groups · contextCount, width]`, the context vectors of each group in turn; for prompts without
    ///     context vectors, an empty `[0, width]` gives one group.
    ///   - deeper: context vectors of their own for the layers behind the first (MaPLe; Khattak et al. 2023, section 3.2):
    ///     `deeper[i]`, of the shape of `contexts`, takes the place of what layer i made of the context's rows, before
    ///     layer i + 1 and without positional embedding. At most one for each of these layers; where there are no more, the
    ///     rows go on as they are.
    ///   - activationBytes: how much memory may be taken for what the gradient needs of the layers. Of as many layers as
    ///     have no room in it, only the input is kept, and they are computed a second time; results are the same.
    /// - Returns: `[groups · classes, dimension]`.
    public func callAsFunction(
        _ prompts: PromptLayout, contexts: Variable, deeper: [Variable] = [],
        activationBytes: Int = ActivationBudget.bytes
    ) -> Variable {
        let rowCount = prompts.rowCount
        let groups = prompts.contextCount == 0 ? 1 : contexts.value.rows / prompts.contextCount
        precondition(
            contexts.value.rows == groups * prompts.contextCount,
            "\(contexts.value.shape) context vectors for groups of \(prompts.contextCount)")
        precondition(prompts.longestPrompt <= contextLength, "prompts of \(prompts.longestPrompt) tokens")
        precondition(
            deeper.count < weights.layers.count, "\(deeper.count) deeper contexts for \(weights.layers.count) layers")
        precondition(
            deeper.allSatisfy { $0.value.shape == contexts.value.shape },
            "contexts of \(contexts.value.shape) and deeper ones of \(deeper.map(\.value.shape))")

        // [groups · rows, width]: tokens and positions are constants, context vectors are added where they stand.
        let places = ContextPlaces(prompts, groups: groups)
        var x = adding(
            rowsOf: places.filled(from: contexts), to: constantRows(of: prompts).repeatedRows(groups), at: places.rows)
        let isLearned = contexts.needsGradient || deeper.contains(where: \.needsGradient)
        let pass = Pass(prompts: prompts, independently: !isLearned)
        let recomputedCount = recomputedLayers(of: prompts, groups: groups, within: activationBytes)
        for (index, layer) in weights.layers.dropLast().enumerated() {
            if index < recomputedCount {
                x = recomputed([x]) { block($0[0], layer, pass) }
            } else {
                x = block(x, layer, pass)
            }
            if index < deeper.count {
                x = replacing(rows: places.rows, of: x, by: places.filled(from: deeper[index]))
            }
        }

        // In the last layer only the end tokens' rows go on: one per class.
        let last = weights.layers[weights.layers.count - 1]
        let ends = (0..<groups).flatMap { group in prompts.ends.map { group * rowCount + $0 } }
        let h = last.lnOne(x)
        let attended = treeAttention(
            queries: linear(rows(ends, of: h), lastQueries, independently: pass.independently),
            keysAndValues: linear(h, lastKeysAndValues, independently: pass.independently),
            queryRows: prompts.ends, layout: prompts, width: width, headWidth: weights.headWidth)
        x = behindAttention(attended, last, residual: rows(ends, of: x), pass)
        return linear(weights.lnFinal(x), weight: Variable(projection), bias: nil, independently: pass.independently)
    }

    /// What all layers have in common.
    private struct Pass {
        let prompts: PromptLayout
        /// Whether rows are multiplied independently of each other, which learning has no need of.
        let independently: Bool
    }

    private func block(_ x: Variable, _ layer: TransformerLayerWeights, _ pass: Pass) -> Variable {
        let attended = treeAttention(
            queries: linear(layer.lnOne(x), layer.attentionIn, independently: pass.independently), layout: pass.prompts,
            width: width, headWidth: weights.headWidth)
        return behindAttention(attended, layer, residual: x, pass)
    }

    /// Of how many layers only the input is kept, for a backward pass to need so many bytes. The last layer, which has few
    /// rows, is not counted.
    package func recomputedLayers(of prompts: PromptLayout, groups: Int, within bytes: Int) -> Int {
        let layers = weights.layers.count - 1, rows = groups * prompts.rowCount
        let inner = weights.layers[0].mlpUp.weight.rows
        // Inputs of both normalisations, queries, keys and values, the MLP before its activation; attention's weights.
        let probabilities = groups * prompts.keyOffsets[prompts.rowCount] * width / weights.headWidth
        return ActivationBudget.recomputedLayers(
            of: layers, input: 4 * rows * width, all: 4 * (rows * (5 * width + inner) + probabilities), within: bytes)
    }

    private func behindAttention(
        _ attended: Variable, _ layer: TransformerLayerWeights, residual: Variable, _ pass: Pass
    ) -> Variable {
        let x = linear(attended, layer.attentionOut, residual: residual, independently: pass.independently)
        let inner = weights.activation(linear(layer.lnTwo(x), layer.mlpUp, independently: pass.independently))
        return linear(inner, layer.mlpDown, residual: x, independently: pass.independently)
    }

    /// Token and position embeddings of one group's rows, `[rows, width]`; zero in place of a context vector.
    private func constantRows(of prompts: PromptLayout) -> Tensor {
        var x = weights.positionalEmbedding.gatheringRows(prompts.positions)
        let tokens = prompts.items.enumerated().compactMap { row, item in
            if case .token(let token) = item { (row, token) } else { nil }
        }
        x.addRows(embeddings(of: tokens.map(\.1)), at: tokens.map(\.0))
        return x
    }
}

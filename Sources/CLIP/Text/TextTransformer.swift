import Tensors

/// CLIP's text encoder, run over prompt trees: forward for evaluation, and backward to the context vectors for learning.
///
/// Equal to OpenAI's encoder over padded prompts of 77 tokens, without the padding and without computing twice what
/// prompts share (see `PromptLayout`). Weights are frozen: gradients flow through them, not into them.
///
/// In bfloat16 the weights of all products, and what is multiplied with them in either direction, are rounded; embeddings,
/// context vectors, sums, norms, attention among the tokens, the residual stream and gradients are float32.
public struct TextTransformer: Sendable {
    /// The numbers of a token's vector.
    public let width: Int
    /// The most tokens of a text.
    public let contextLength: Int
    /// The extent of the features that texts and images share.
    public let dimension: Int
    /// One vector per token, and one per place: `[n, width]`.
    private let tokenEmbedding, positionalEmbedding: Tensor
    /// First layer first. The last asks for the end tokens' rows only.
    private let layers: [TextLayer]
    private let lnFinal: LayerNormWeights
    private let projection: TextLinear
    private let activation: ModelConventions.Nonlinearity
    private let headWidth: Int
    /// The width of a layer's MLP.
    private let inner: Int

    /// - Parameter precision: of the products with weights, in both directions.
    /// - Precondition: the processor has the precision; `Precision.check` tells.
    public init(_ weights: TextWeights, precision: Precision = .float32) {
        (width, contextLength, dimension) = (weights.width, weights.contextLength, weights.dimension)
        (tokenEmbedding, positionalEmbedding) = (weights.tokenEmbedding, weights.positionalEmbedding)
        let count = weights.layers.count
        layers = weights.layers.enumerated().map { TextLayer($1, isLast: $0 == count - 1, precision) }
        (lnFinal, activation, headWidth) = (weights.lnFinal, weights.activation, weights.headWidth)
        projection = TextLinear(weight: weights.projection.transposed(), bias: nil, precision)
        inner = weights.layers[0].mlpUp.weight.rows
    }

    public var layerCount: Int { layers.count }

    /// The embeddings of some tokens, such as the words a context starts from: `[tokens.count, width]`.
    public func embeddings(of tokens: [Int]) -> Tensor {
        tokenEmbedding.gatheringRows(tokens)
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
        let groups = prompts.contextCount == 0 ? 1 : contexts.value.rows / prompts.contextCount
        precondition(
            contexts.value.rows == groups * prompts.contextCount,
            "\(contexts.value.shape) context vectors for groups of \(prompts.contextCount)")
        precondition(prompts.longestPrompt <= contextLength, "prompts of \(prompts.longestPrompt) tokens")
        precondition(
            deeper.count < layerCount, "\(deeper.count) deeper contexts for \(layerCount) layers")
        precondition(
            deeper.allSatisfy { $0.value.shape == contexts.value.shape },
            "contexts of \(contexts.value.shape) and deeper ones of \(deeper.map(\.value.shape))")

        // [groups · rows, width]: tokens and positions are constants, context vectors are added where they stand.
        let places = ContextPlaces(prompts, groups: groups)
        var x = adding(
            rowsOf: places.filled(from: contexts), to: constantRows(of: prompts).repeatedRows(groups), at: places.rows)
        let isLearned = contexts.needsGradient || deeper.contains(where: \.needsGradient)
        let pass = Pass(prompts: prompts, groups: groups, independently: !isLearned)
        let recomputedCount = recomputedLayers(of: prompts, groups: groups, within: activationBytes)
        for (index, layer) in layers.enumerated() {
            if index < recomputedCount {
                x = recomputed([x]) { block($0[0], layer, pass) }
            } else {
                x = block(x, layer, pass)
            }
            if index < deeper.count {
                x = replacing(rows: places.rows, of: x, by: places.filled(from: deeper[index]))
            }
        }
        return projection(lnFinal(x), independently: pass.independently)
    }

    /// What all layers have in common.
    private struct Pass {
        let prompts: PromptLayout
        let groups: Int
        /// Whether rows are multiplied independently of each other, which learning has no need of.
        let independently: Bool

        /// The end tokens' rows, of all groups' rows.
        var ends: [Int] { (0..<groups).flatMap { group in prompts.ends.map { group * prompts.rowCount + $0 } } }
    }

    private func block(_ x: Variable, _ layer: TextLayer, _ pass: Pass) -> Variable {
        let h = layer.lnOne(x)
        switch layer.attention {
        case .ofAllRows(let linear):
            let attended = treeAttention(
                queries: linear(h, independently: pass.independently), layout: pass.prompts, width: width,
                headWidth: headWidth)
            return behindAttention(attended, layer, residual: x, pass)
        case .ofEnds(let queries, let keysAndValues):
            let ends = pass.ends
            let attended = treeAttention(
                queries: queries(rows(ends, of: h), independently: pass.independently),
                keysAndValues: keysAndValues(h, independently: pass.independently),
                queryRows: pass.prompts.ends, layout: pass.prompts, width: width, headWidth: headWidth)
            return behindAttention(attended, layer, residual: rows(ends, of: x), pass)
        }
    }

    private func behindAttention(
        _ attended: Variable, _ layer: TextLayer, residual: Variable, _ pass: Pass
    ) -> Variable {
        let x = layer.attentionOut(attended, residual: residual, independently: pass.independently)
        let inner = activation(layer.mlpUp(layer.lnTwo(x), independently: pass.independently))
        return layer.mlpDown(inner, residual: x, independently: pass.independently)
    }

    /// Of how many layers only the input is kept, for a backward pass to need so many bytes. The last layer, which has few
    /// rows, is not counted.
    package func recomputedLayers(of prompts: PromptLayout, groups: Int, within bytes: Int) -> Int {
        let rows = groups * prompts.rowCount
        // Inputs of both normalisations, queries, keys and values, the MLP before its activation; attention's weights.
        let probabilities = groups * prompts.keyOffsets[prompts.rowCount] * width / headWidth
        return ActivationBudget.recomputedLayers(
            of: layerCount - 1, input: 4 * rows * width, all: 4 * (rows * (5 * width + inner) + probabilities),
            within: bytes)
    }

    /// Token and position embeddings of one group's rows, `[rows, width]`; zero in place of a context vector.
    private func constantRows(of prompts: PromptLayout) -> Tensor {
        var x = positionalEmbedding.gatheringRows(prompts.positions)
        let tokens = prompts.items.enumerated().compactMap { row, item in
            if case .token(let token) = item { (row, token) } else { nil }
        }
        x.addRows(embeddings(of: tokens.map(\.1)), at: tokens.map(\.0))
        return x
    }
}

import Tensors

/// The scale and shift of a layer normalisation.
public struct LayerNormWeights: Sendable {
    /// `[width]`
    public let weight: Tensor
    /// `[width]`
    public let bias: Tensor
}

/// A matrix and the bias after it, stored as PyTorch does: `y = x·weightᵀ + bias`.
public struct LinearWeights: Sendable {
    /// `[outputs, inputs]`
    public let weight: Tensor
    /// `[outputs]`
    public let bias: Tensor
}

/// The weights of one residual attention block; the text and the image transformer have the same ones.
public struct TransformerLayerWeights: Sendable {
    /// Before attention.
    public let lnOne: LayerNormWeights
    /// Queries, keys and values, one below the other: `[3 · width, width]`.
    public let attentionIn: LinearWeights
    /// `[width, width]`
    public let attentionOut: LinearWeights
    /// Before the MLP.
    public let lnTwo: LayerNormWeights
    /// OpenAI's `c_fc`: `[inner, width]`; the inner width is 4 · width in most models.
    public let mlpUp: LinearWeights
    /// OpenAI's `c_proj`: `[width, inner]`.
    public let mlpDown: LinearWeights
}

extension LayerNormWeights {
    init(_ name: String, width: Int, from reader: inout WeightReader) {
        weight = reader.tensor(name + ".weight", [width])
        bias = reader.tensor(name + ".bias", [width])
    }
}

extension LinearWeights {
    /// - Parameter separator: what is between a name and `weight` or `bias`; an underscore for attention's first.
    init(_ name: String, separator: String = ".", _ inputs: Int, _ outputs: Int, from reader: inout WeightReader) {
        weight = reader.tensor(name + separator + "weight", [outputs, inputs])
        bias = reader.tensor(name + separator + "bias", [outputs])
    }
}

extension TransformerLayerWeights {
    init(_ name: String, width: Int, from reader: inout WeightReader) {
        lnOne = LayerNormWeights(name + ".ln_1", width: width, from: &reader)
        attentionIn = LinearWeights(name + ".attn.in_proj", separator: "_", width, 3 * width, from: &reader)
        attentionOut = LinearWeights(name + ".attn.out_proj", width, width, from: &reader)
        lnTwo = LayerNormWeights(name + ".ln_2", width: width, from: &reader)
        let inner = reader.extent(
            (name + ".mlp.c_fc.bias", 0), (name + ".mlp.c_fc.weight", 0), (name + ".mlp.c_proj.weight", 1))
        mlpUp = LinearWeights(name + ".mlp.c_fc", width, inner, from: &reader)
        mlpDown = LinearWeights(name + ".mlp.c_proj", inner, width, from: &reader)
    }

    /// Every layer numbered under a prefix; at least one is asked for.
    static func all(in prefix: String, width: Int, from reader: inout WeightReader) -> [TransformerLayerWeights] {
        (0..<max(1, reader.memberCount(under: prefix))).map {
            TransformerLayerWeights("\(prefix)\($0)", width: width, from: &reader)
        }
    }
}

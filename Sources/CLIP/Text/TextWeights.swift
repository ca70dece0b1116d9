import Tensors

/// The weights of CLIP's text transformer, under the names and in the layouts of OpenAI's state dict.
public struct TextWeights: Sendable {
    /// One vector per token: `[vocabulary, width]`.
    public let tokenEmbedding: Tensor
    /// One vector per position: `[context length, width]`.
    public let positionalEmbedding: Tensor
    /// First layer first.
    public let layers: [TransformerLayerWeights]
    /// The normalisation after the last layer.
    public let lnFinal: LayerNormWeights
    /// From the end token's vector to the text's features: `[width, dimension]`.
    public let projection: Tensor

    public var vocabularyCount: Int { tokenEmbedding.shape[0] }
    public var contextLength: Int { positionalEmbedding.shape[0] }
    public var width: Int { tokenEmbedding.shape[1] }
    /// Numbers per attention head.
    public let headWidth: Int
    public let activation: ModelConventions.Nonlinearity
    /// The extent of the features that texts and images share.
    public var dimension: Int { projection.shape[1] }

    /// Reads the text weights; their sizes follow from the embeddings' and the projection's shapes.
    ///
    /// Within `Checkpoint.read`: `let weights = try checkpoint.read { TextWeights(from: &$0) }`.
    public init(from reader: inout WeightReader) {
        let width = reader.extent(("ln_final.weight", 0), ("token_embedding.weight", 1), ("text_projection", 0))
        (headWidth, activation) = (reader.conventions.textHeadWidth, reader.conventions.textNonlinearity)
        reader.checkHeads("ln_final.weight", width: width, headWidth: headWidth)
        tokenEmbedding = reader.tensor(
            "token_embedding.weight", [reader.extent(("token_embedding.weight", 0)), width])
        positionalEmbedding = reader.tensor(
            "positional_embedding", [reader.extent(("positional_embedding", 0)), width])
        layers = TransformerLayerWeights.all(in: "transformer.resblocks.", width: width, from: &reader)
        lnFinal = LayerNormWeights("ln_final", width: width, from: &reader)
        projection = reader.tensor("text_projection", [width, reader.extent(("text_projection", 1))])
    }
}

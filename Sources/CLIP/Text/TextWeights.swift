import Tensors

/// The weights of CLIP's text transformer, under the names and in the layouts of OpenAI's state dict.
public struct TextWeights: Sendable {
    /// One vector per token: [vocabulary, width].
    public let tokenEmbedding: Tensor
    /// One vector per position: [context length, width].
    public let positionalEmbedding: Tensor
    /// First layer first.
    public let layers: [TransformerLayerWeights]
    /// The normalisation after the last layer.
    public let lnFinal: LayerNormWeights
    /// From the end token's vector to the text's features: [width, dimension].
    public let projection: Tensor

    public var vocabularyCount: Int { tokenEmbedding.shape[0] }
    public var contextLength: Int { positionalEmbedding.shape[0] }
    public var width: Int { tokenEmbedding.shape[1] }
    /// Heads of 64 numbers each, as in every CLIP.
    public var heads: Int { width / 64 }
    /// The extent of the features that texts and images share.
    public var dimension: Int { projection.shape[1] }

    /// Reads the text weights; their sizes follow from the embeddings' and the projection's shapes.
    ///
    /// Within `Checkpoint.read`: `let weights = try checkpoint.read { TextWeights(from: &$0) }`.
    public init(from reader: inout WeightReader) {
        let tokens = reader.extents(of: "token_embedding.weight", ["vocabulary", "width"])
        let positions = reader.extents(of: "positional_embedding", ["context length", "width"])
        let features = reader.extents(of: "text_projection", ["width", "dimension"])
        guard let tokens, let positions, let features else {
            (tokenEmbedding, positionalEmbedding, projection) = (Tensor([0]), Tensor([0]), Tensor([0]))
            (layers, lnFinal) = ([], LayerNormWeights(weight: Tensor([0]), bias: Tensor([0])))
            return
        }
        let width = tokens[1]
        if width % 64 != 0 {
            reader.refuse("token_embedding.weight", because: "its width, \(width), is no multiple of a head's 64")
        }
        tokenEmbedding = reader.tensor("token_embedding.weight", tokens)
        positionalEmbedding = reader.tensor("positional_embedding", [positions[0], width])
        layers = TransformerLayerWeights.all(in: "transformer.resblocks.", width: width, from: &reader)
        lnFinal = LayerNormWeights("ln_final", width: width, from: &reader)
        projection = reader.tensor("text_projection", [width, features[1]])
    }
}

import Tensors

/// The weights of CLIP's vision transformer, under OpenAI's names.
struct VisionTransformerWeights: Sendable {
    /// [width, 3, patch, patch]
    let patchEmbedding: Tensor
    /// [width]
    let classEmbedding: Tensor
    /// [1 + side², width]: the class token's place, then the patches'.
    let positionalEmbedding: Tensor
    let lnPre: LayerNormWeights
    let layers: [TransformerLayerWeights]
    let lnPost: LayerNormWeights
    /// [width, dimension]
    let projection: Tensor
    /// The height and width of the images it was made for.
    let resolution: Int
    /// Numbers per attention head.
    let headWidth: Int
    let activation: ModelConventions.Nonlinearity

    /// The tensor that tells a transformer from a ResNet.
    static let mark = "visual.proj"

    /// Reads the weights; width, patches and layers follow from names and shapes.
    init(from reader: inout WeightReader) {
        let width = reader.extent(("visual.class_embedding", 0), ("visual.conv1.weight", 0), (Self.mark, 0))
        let patch = reader.extent(("visual.conv1.weight", 3))
        let places = reader.extent(("visual.positional_embedding", 0))
        let side = exactSquareRoot(places - 1)
        (headWidth, activation) = (reader.conventions.imageHeadWidth, reader.conventions.imageNonlinearity)
        reader.checkHeads("visual.class_embedding", width: width, headWidth: headWidth)
        if places > 0 && side == 0 {
            reader.refuse("visual.positional_embedding", because: "\(places) rows are not one more than a square")
        }
        resolution = side * patch
        patchEmbedding = reader.tensor("visual.conv1.weight", [width, 3, patch, patch])
        classEmbedding = reader.tensor("visual.class_embedding", [width])
        positionalEmbedding = reader.tensor("visual.positional_embedding", [places, width])
        lnPre = LayerNormWeights("visual.ln_pre", width: width, from: &reader)
        layers = TransformerLayerWeights.all(in: "visual.transformer.resblocks.", width: width, from: &reader)
        lnPost = LayerNormWeights("visual.ln_post", width: width, from: &reader)
        projection = reader.tensor(Self.mark, [width, reader.extent((Self.mark, 1))])
    }
}

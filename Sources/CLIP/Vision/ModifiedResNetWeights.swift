import Tensors

/// The weights of CLIP's modified ResNet, under OpenAI's names.
struct ModifiedResNetWeights: Sendable {
    /// Three convolutions before the first stage; the first has stride 2.
    let stem: [NormedConvolutionWeights]
    /// Four stages of blocks.
    let stages: [[BottleneckWeights]]
    let pool: AttentionPoolWeights

    /// The features' extent.
    let dimension: Int
    /// The height and width of the images it was made for: 32 times the maps' that are pooled at the end.
    let resolution: Int

    /// Reads the weights; width and blocks follow from names and shapes.
    init(from reader: inout WeightReader) {
        let width = reader.extent(("visual.layer1.0.conv1.weight", 0), ("visual.conv3.weight", 0))
        if width % 2 != 0 {
            reader.refuse("visual.layer1.0.conv1.weight", because: "its width, \(width), is odd")
        }
        stem = [(3, width / 2), (width / 2, width / 2), (width / 2, width)].enumerated().map { i, channels in
            NormedConvolutionWeights(
                "visual.conv\(i + 1)", "visual.bn\(i + 1)", channels.0, channels.1, kernel: 3, from: &reader)
        }
        var inputs = width
        stages = (1...4).map { stage in
            let prefix = "visual.layer\(stage).", planes = width << (stage - 1)
            return (0..<max(1, reader.memberCount(under: prefix))).map { block in
                defer { inputs = 4 * planes }
                return BottleneckWeights(
                    "\(prefix)\(block)", inputs, planes, stride: stage > 1 && block == 0 ? 2 : 1,
                    isFirst: block == 0, from: &reader)
            }
        }
        pool = AttentionPoolWeights("visual.attnpool", width: 32 * width, from: &reader)
        dimension = pool.outputs
        resolution = 32 * pool.side
    }
}

/// The weights of one residual block: 1×1, 3×3, 1×1.
struct BottleneckWeights: Sendable {
    let stride: Int
    let convolutions: [NormedConvolutionWeights]
    /// The 1×1 convolution beside the block, where the block changes the extents.
    let shortcut: NormedConvolutionWeights?

    init(
        _ name: String, _ inputs: Int, _ planes: Int, stride: Int, isFirst: Bool, from reader: inout WeightReader
    ) {
        self.stride = stride
        convolutions = [(inputs, planes, 1), (planes, planes, 3), (planes, 4 * planes, 1)].enumerated().map {
            NormedConvolutionWeights(
                "\(name).conv\($0 + 1)", "\(name).bn\($0 + 1)", $1.0, $1.1, kernel: $1.2, from: &reader)
        }
        shortcut =
            isFirst
            ? NormedConvolutionWeights(
                name + ".downsample.0", name + ".downsample.1", inputs, 4 * planes, kernel: 1, from: &reader)
            : nil
    }
}

/// The weights of the attention that pools the last stage's pixels.
struct AttentionPoolWeights: Sendable {
    /// [1 + side², width]: the mean's place, then the pixels'.
    let positionalEmbedding: Tensor
    let query, key, value, output: LinearWeights
    /// The height and width of the maps it pools.
    let side: Int
    let outputs: Int
    /// Numbers per attention head.
    let headWidth: Int

    init(_ name: String, width: Int, from reader: inout WeightReader) {
        let places = reader.extent((name + ".positional_embedding", 0))
        side = exactSquareRoot(places - 1)
        if places > 0 && side == 0 {
            reader.refuse(name + ".positional_embedding", because: "\(places) rows are not one more than a square")
        }
        headWidth = reader.conventions.imageHeadWidth
        reader.checkHeads(name + ".q_proj.weight", width: width, headWidth: headWidth)
        outputs = reader.extent((name + ".c_proj.weight", 0), (name + ".c_proj.bias", 0))
        positionalEmbedding = reader.tensor(name + ".positional_embedding", [places, width])
        query = LinearWeights(name + ".q_proj", width, width, from: &reader)
        key = LinearWeights(name + ".k_proj", width, width, from: &reader)
        value = LinearWeights(name + ".v_proj", width, width, from: &reader)
        output = LinearWeights(name + ".c_proj", width, outputs, from: &reader)
    }
}

/// The square root of a square; 0 of any other number.
func exactSquareRoot(_ square: Int) -> Int {
    let root = Int(Double(max(0, square)).squareRoot().rounded())
    return root * root == square ? root : 0
}

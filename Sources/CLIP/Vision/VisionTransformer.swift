import Tensors

/// CLIP's vision transformer (Radford et al. 2021, section 2.4), for inference.
///
/// Only the class token leaves the last layer, so that layer computes a query, an MLP and a projection for it alone;
/// for its statistics it is run again over all tokens.
public struct VisionTransformer: ImageEncoder {
    public let resolution: Int
    public let dimension: Int
    private let embedding: PatchEmbedding
    private let lnPre: LayerNormWeights
    private let layers: [TransformerLayer]
    private let lastNorm: LayerNormWeights
    private let lastAttention: SingleQueryAttention
    private let lastMLP: ResidualMLP
    private let lnPost: LayerNormWeights
    private let projection: Tensor

    init(_ weights: VisionTransformerWeights, _ precision: Precision) {
        (resolution, dimension) = (weights.resolution, weights.projection.shape[1])
        embedding = PatchEmbedding(weights, precision)
        (lnPre, lnPost, projection) = (weights.lnPre, weights.lnPost, weights.projection)
        layers = weights.layers.map {
            TransformerLayer($0, headWidth: weights.headWidth, activation: weights.activation, precision)
        }
        let last = weights.layers[weights.layers.count - 1]
        lastNorm = last.lnOne
        lastAttention = last.singleQueryAttention(headWidth: weights.headWidth)
        lastMLP = ResidualMLP(last, weights.activation, precision)
    }

    public var blockWidths: [Int] { layers.map { _ in width } }

    private var width: Int { embedding.width }
    private var tokens: Int { embedding.tokens }
}

extension VisionTransformer: GroupwiseEncoder {
    struct Memory {
        let patches: Scratch
        /// [images, tokens, width]
        let tokens: Scratch
        let layer: Scratch
    }

    /// The power of two with about two thousand tokens: batches tend to be whole numbers of such groups.
    public var groupSize: Int { 1 << Int(max(1, 2100 / Double(tokens)).exponent) }

    func makeMemory() -> Memory {
        let images = groupSize
        return Memory(
            patches: Scratch(count: embedding.memory), tokens: Scratch(count: images * tokens * width),
            layer: Scratch(
                count: max(
                    layers.map { $0.memory(images: images, tokens: tokens) }.max() ?? 0,
                    images * (tokens + 2) * width
                        + max(lastAttention.memory(images: images, tokens: tokens), lastMLP.memory(rows: images)))))
    }

    /// Rows of products with weights that are laid out once are independent of each other.
    var takesFewer: Bool { layers.allSatisfy(\.isPacked) }

    func encodeGroup(
        _ pixels: UnsafePointer<Float>, images count: Int, into features: UnsafeMutablePointer<Float>,
        _ statistics: StatisticsRows?, _ memory: Memory
    ) {
        let x = memory.tokens.base
        embedding.apply(to: pixels, images: count, into: x, memory: memory.patches.base)
        lnPre.apply(to: x, rows: count * tokens, into: x)
        for (index, layer) in layers.enumerated() {
            let isLast = index == layers.count - 1
            if isLast { finish(x, images: count, into: features, memory: memory.layer.base) }
            if isLast && statistics == nil { break }
            layer.apply(to: x, images: count, tokens: tokens, memory: memory.layer.base)
            statistics?.write(x, images: count, tokens: tokens, width: width, at: 2 * index * width)
        }
    }

    /// The last layer, for the class tokens alone, and the projection: by products in which rows are not independent, so that
    /// the group is filled up.
    private func finish(
        _ x: UnsafeMutablePointer<Float>, images: Int, into features: UnsafeMutablePointer<Float>,
        memory: UnsafeMutablePointer<Float>
    ) {
        let count = groupSize
        (x + images * tokens * width).update(repeating: 0, count: (count - images) * tokens * width)
        let normed = memory, classes = normed + count * tokens * width
        let hidden = classes + count * width, rest = hidden + count * width
        lastNorm.apply(to: x, rows: count * tokens, into: normed)
        for image in 0..<count {
            (classes + image * width).update(from: x + image * tokens * width, count: width)
        }
        lastAttention.apply(
            to: normed, images: count, tokens: tokens, into: classes, adding: true, memory: rest)
        lastMLP.apply(to: classes, rows: count, memory: rest)
        lnPost.apply(to: classes, rows: count, into: hidden)
        let results = Scratch(count: count * dimension)
        projection.withUnsafePointer {
            multiply(
                hidden, lda: width, $0, ldb: dimension, into: results.base, ldc: dimension,
                m: count, n: dimension, k: width)
        }
        features.update(from: results.base, count: images * dimension)
    }
}

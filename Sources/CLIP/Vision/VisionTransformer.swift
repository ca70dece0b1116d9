import Tensors

/// CLIP's vision transformer (Radford et al. 2021, section 2.4), for inference.
///
/// Only the class token leaves the last layer, so that layer computes a query, an MLP and a projection for it alone.
public struct VisionTransformer: ImageEncoder {
    public let resolution: Int
    public let dimension: Int
    private let patches: Convolution
    /// [1 + side², width]; the class token's own vector is already added to its place.
    private let places: Tensor
    private let lnPre: LayerNormWeights
    /// All layers but the last.
    private let layers: [TransformerLayer]
    private let lastLayer: TransformerLayerWeights
    private let lastAttention: SingleQueryAttention
    private let lnPost: LayerNormWeights
    private let projection: Tensor

    init(_ weights: VisionTransformerWeights) {
        (resolution, dimension) = (weights.resolution, weights.projection.shape[1])
        patches = Convolution(weights.patchEmbedding, stride: weights.patchEmbedding.shape[2])
        var places = weights.positionalEmbedding
        for channel in 0..<places.columns { places[0, channel] += weights.classEmbedding[channel] }
        self.places = places
        (lnPre, lnPost, projection) = (weights.lnPre, weights.lnPost, weights.projection)
        layers = weights.layers.dropLast().map(TransformerLayer.init)
        lastLayer = weights.layers[weights.layers.count - 1]
        lastAttention = lastLayer.singleQueryAttention
    }

    private var width: Int { places.columns }
    private var tokens: Int { places.rows }
}

extension VisionTransformer: GroupwiseEncoder {
    struct Memory {
        let patches: Scratch
        /// [images, tokens, width]
        let tokens: Scratch
        let layer: Scratch
    }

    /// As many as have about sixteen hundred tokens.
    var groupSize: Int { max(1, 1600 / tokens) }

    func makeMemory() -> Memory {
        let images = groupSize
        return Memory(
            patches: Scratch(count: patches.patchMemory), tokens: Scratch(count: images * tokens * width),
            layer: Scratch(
                count: max(
                    TransformerLayer.memory(images: images, tokens: tokens, width: width),
                    images * (tokens + 6) * width + lastAttention.memory(images: images, tokens: tokens))))
    }

    func encodeGroup(
        _ pixels: UnsafePointer<Float>, into features: UnsafeMutablePointer<Float>, _ memory: Memory
    ) {
        let x = memory.tokens.base, count = groupSize
        embed(pixels, into: x, patches: memory.patches.base)
        lnPre.apply(to: x, rows: count * tokens, into: x)
        for layer in layers { layer.apply(to: x, images: count, tokens: tokens, memory: memory.layer.base) }
        finish(x, into: features, memory: memory.layer.base)
    }

    /// One token per patch, after the class token, each with its place's vector added.
    private func embed(
        _ pixels: UnsafePointer<Float>, into x: UnsafeMutablePointer<Float>,
        patches memory: UnsafeMutablePointer<Float>
    ) {
        let side = resolution / patches.kernel
        let pixels = FeatureMaps(
            base: UnsafeMutablePointer(mutating: pixels), images: groupSize, height: resolution, width: resolution,
            channels: 3)
        for image in 0..<groupSize {
            let to = x + image * tokens * width
            to.update(repeating: 0, count: width)
            let maps = FeatureMaps(base: to + width, images: 1, height: side, width: side, channels: width)
            patches.apply(to: pixels.images(from: image, count: 1), into: maps, .raw, patches: memory)
            places.withUnsafePointer { addBias($0, to: to, rows: 1, columns: tokens * width) }
        }
    }

    /// The last layer, for the class tokens alone, and the projection.
    private func finish(
        _ x: UnsafePointer<Float>, into features: UnsafeMutablePointer<Float>,
        memory: UnsafeMutablePointer<Float>
    ) {
        let count = groupSize
        let normed = memory, classes = normed + count * tokens * width
        let hidden = classes + count * width, wide = hidden + count * width, attention = wide + 4 * count * width
        lastLayer.lnOne.apply(to: x, rows: count * tokens, into: normed)
        for image in 0..<count {
            (classes + image * width).update(from: x + image * tokens * width, count: width)
        }
        lastAttention.apply(
            to: normed, images: count, tokens: tokens, into: classes, adding: true, memory: attention)
        lastLayer.applyMLP(to: classes, rows: count, hidden: hidden, wide: wide)
        lnPost.apply(to: classes, rows: count, into: hidden)
        projection.withUnsafePointer {
            multiply(
                hidden, lda: width, $0, ldb: dimension, into: features, ldc: dimension,
                m: count, n: dimension, k: width)
        }
    }
}

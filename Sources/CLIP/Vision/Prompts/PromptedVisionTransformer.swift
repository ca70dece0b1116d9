import Tensors

/// CLIP's vision transformer with learnable prompt tokens among an image's tokens (VPT, Jia et al. 2022; MaPLe, Khattak et
/// al. 2023), forward for evaluation and backward to the prompts for learning. Its weights are frozen.
///
/// Prompts stand beside the class token and the patches, without positional embedding, from the normalisation before the
/// first layer on. Those of a deeper layer take the place of what the layers before it made of the first ones.
public struct PromptedVisionTransformer: Sendable {
    private let embedding: PatchEmbedding
    private let lnPre, lnPost: LayerNormWeights
    private let layers: [FrozenLayer]
    private let last: LastFrozenLayer
    /// `[dimension, width]`, the way `linear` takes it.
    private let projection: Tensor

    init(_ weights: VisionTransformerWeights, _ precision: Precision) {
        embedding = PatchEmbedding(weights, precision)
        (lnPre, lnPost) = (weights.lnPre, weights.lnPost)
        layers = weights.layers.dropLast().map {
            FrozenLayer($0, headWidth: weights.headWidth, activation: weights.activation, precision)
        }
        last = LastFrozenLayer(
            weights.layers[weights.layers.count - 1], headWidth: weights.headWidth, activation: weights.activation,
            precision)
        projection = weights.projection.transposed()
    }

    /// The height and width of the images, in pixels.
    public var resolution: Int { embedding.resolution }
    /// The extent of the features.
    public var dimension: Int { projection.rows }
    /// The extent of a token, and of a prompt.
    public var width: Int { embedding.width }
    /// How many layers can have prompts.
    public var layerCount: Int { layers.count + 1 }

    /// The unnormalised features of images.
    ///
    /// An image's features are the same bits whatever is beside it and on however many threads, where weights are laid out
    /// as panels (`Float32Panels`).
    /// - Parameters:
    ///   - pixels: normalised images, `[n, resolution, resolution, 3]`.
    ///   - prompts: `[m, width]`, the first layer's.
    ///   - deeper: those of the layers that follow, `[m, width]` each, for fewer layers than there are.
    ///   - activationBytes: how much memory may be taken for what the gradient needs of the layers. Of as many layers as
    ///     have no room in it, only the input is kept, and they are computed a second time; results are the same.
    /// - Returns: `[n, dimension]`.
    public func callAsFunction(
        _ pixels: Tensor, prompts: Variable, deeper: [Variable] = [], activationBytes: Int = ActivationBudget.bytes
    ) -> Variable {
        precondition(
            pixels.shape.count == 4 && pixels.shape[1...] == [resolution, resolution, 3],
            "images of shape \(pixels.shape) for an encoder of [n, \(resolution), \(resolution), 3]")
        precondition(deeper.count < layerCount, "deeper prompts for \(deeper.count) of \(layerCount) layers")
        precondition(
            ([prompts] + deeper).allSatisfy { $0.value.shape == [prompts.value.rows, width] },
            "prompts of \(([prompts] + deeper).map(\.value.shape)) for tokens of \(width)")
        let images = pixels.shape[0], own = embedding.tokens - 1, tokens = own + prompts.value.rows + 1
        // An image's tokens: patches, prompts, and last the class token.
        let places = (0..<images).flatMap { image in
            (0..<prompts.value.rows).map { (place: image * tokens + own + $0, row: $0) }
        }
        let constants = embedded(pixels, tokens: tokens)
        let all = layers.first?.activationBytes(images: images, tokens: tokens) ?? 0
        let recomputedCount = ActivationBudget.recomputedLayers(
            of: layers.count, input: 4 * images * tokens * width, all: all, within: activationBytes)
        let first = lnPre(prompts)
        guard let firstLayer = layers.first else {
            return projected(last(replacing(places, of: Variable(constants), by: first), tokens: tokens))
        }
        var x =
            recomputedCount > 0
            ? recomputed([first]) { firstLayer(constants, replacing: places, by: $0[0], tokens: tokens) }
            : firstLayer(constants, replacing: places, by: first, tokens: tokens)
        for (index, layer) in layers.enumerated().dropFirst() {
            if index <= deeper.count { x = replacing(places, of: x, by: deeper[index - 1]) }
            x = index < recomputedCount ? recomputed([x]) { layer($0[0], tokens: tokens) } : layer(x, tokens: tokens)
        }
        if deeper.count == layers.count { x = replacing(places, of: x, by: deeper[layers.count - 1]) }
        return projected(last(x, tokens: tokens))
    }

    private func replacing(_ places: [(place: Int, row: Int)], of x: Variable, by prompts: Variable) -> Variable {
        Tensors.replacing(rows: places.map(\.place), of: x, by: rows(places.map(\.row), of: prompts))
    }

    private func projected(_ classTokens: Variable) -> Variable {
        linear(lnPost(classTokens), weight: Variable(projection), bias: nil)
    }

    /// What the first layer takes of images, `[images · tokens, width]`: patches, zeros where prompts are to stand, and the
    /// class token.
    private func embedded(_ pixels: Tensor, tokens: Int) -> Tensor {
        let images = pixels.shape[0], imageSize = resolution * resolution * 3, own = embedding.tokens - 1
        var x = Tensor([images * tokens, width])
        x.withUnsafeMutablePointer { x in
            pixels.withUnsafePointer { pixels in
                let (x, pixels) = (Shared(x), Shared(pixels))
                parallel(images) { part in
                    let memory = Scratch(count: embedding.memory), row = Scratch(count: embedding.tokens * width)
                    for image in part {
                        let to = x.pointer + image * tokens * width
                        unsplit {
                            embedding.apply(
                                to: pixels.pointer + image * imageSize, images: 1, into: row.base, memory: memory.base)
                            lnPre.apply(to: row.base + width, rows: own, into: to)
                            lnPre.apply(to: row.base, rows: 1, into: to + (tokens - 1) * width)
                        }
                    }
                }
            }
        }
        return x
    }
}

extension Checkpoint {
    /// The extent of the image encoder's tokens, and so of prompts among them.
    /// - Throws: `noTokens` if it is a ResNet, and what `read` throws.
    public func tokenWidth() throws(CheckpointError) -> Int {
        let width = try read { reader in
            reader.contains(VisionTransformerWeights.mark) ? reader.tensor("visual.class_embedding", [0]).count : nil
        }
        guard let width else { throw .noTokens(path: weightsURL.path) }
        return width
    }

    /// The checkpoint's image encoder for prompts to be learned through: no text weights and no merges are read.
    ///
    /// - Parameter precision: of its products with weights, in both directions; attention's adjoint, norms, sums and
    ///   features are float32.
    /// - Throws: `noTokens` if the image encoder is a ResNet, and what `read` throws.
    /// - Precondition: the processor has the precision; `Precision.check` tells.
    public func promptedImageEncoder(
        precision: Precision = .float32
    ) throws(CheckpointError) -> PromptedVisionTransformer {
        let weights = try read { reader in
            let weights = VisionWeights(from: &reader)
            reader.checkFeatureExtents()
            return weights
        }
        switch weights {
        case .transformer(let weights): return PromptedVisionTransformer(weights, precision)
        case .modifiedResNet: throw .noTokens(path: weightsURL.path)
        }
    }
}

import Tensors

/// What a vision transformer begins with: one token per patch, after the class token, each with its place's vector added.
struct PatchEmbedding: Sendable {
    /// The height and width of the images.
    let resolution: Int
    private let patches: Convolution
    /// [1 + side², width]; the class token's own vector is already added to its place.
    private let places: Tensor

    init(_ weights: VisionTransformerWeights, _ precision: Precision) {
        resolution = weights.resolution
        patches = Convolution(weights.patchEmbedding, stride: weights.patchEmbedding.shape[2], precision)
        var places = weights.positionalEmbedding
        for channel in 0..<places.columns { places[0, channel] += weights.classEmbedding[channel] }
        self.places = places
    }

    var width: Int { places.columns }
    /// An image's tokens, the class token among them.
    var tokens: Int { places.rows }
    /// The numbers of memory that `apply` needs.
    var memory: Int { patches.patchMemory }

    /// - Parameters:
    ///   - pixels: [images, resolution, resolution, 3].
    ///   - x: receives [images, tokens, width].
    func apply(
        to pixels: UnsafePointer<Float>, images: Int, into x: UnsafeMutablePointer<Float>,
        memory: UnsafeMutablePointer<Float>
    ) {
        let side = resolution / patches.kernel
        let pixels = FeatureMaps(
            base: UnsafeMutablePointer(mutating: pixels), images: images, height: resolution, width: resolution,
            channels: 3)
        for image in 0..<images {
            let to = x + image * tokens * width
            to.update(repeating: 0, count: width)
            let maps = FeatureMaps(base: to + width, images: 1, height: side, width: side, channels: width)
            patches.apply(to: pixels.images(from: image, count: 1), into: maps, .raw, patches: memory)
            places.withUnsafePointer { addBias($0, to: to, rows: 1, columns: tokens * width) }
        }
    }
}

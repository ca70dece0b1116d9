import Tensors

/// CLIP's modified ResNet (Radford et al. 2021, section 2.4): a stem of three convolutions, anti-aliased strides, and
/// attention in the place of the last average pool. For inference: batch normalisations are folded into convolutions.
public struct ModifiedResNet: ImageEncoder {
    public let resolution: Int
    public let dimension: Int
    private let stem: [Convolution]
    private let stages: [[Bottleneck]]
    private let positionalEmbedding: Tensor
    private let pool: SingleQueryAttention

    init(_ weights: ModifiedResNetWeights, _ precision: Precision) {
        (resolution, dimension) = (weights.resolution, weights.dimension)
        stem = weights.stem.enumerated().map { $1.folded(stride: $0 == 0 ? 2 : 1, precision) }
        stages = weights.stages.map { $0.map { Bottleneck($0, precision) } }
        positionalEmbedding = weights.pool.positionalEmbedding
        pool = SingleQueryAttention(
            query: weights.pool.query, key: weights.pool.key, value: weights.pool.value, output: weights.pool.output,
            headWidth: weights.pool.headWidth)
    }

    public var blockWidths: [Int] { stages.map { $0[0].outputs } }
    private var blocks: FlattenSequence<[[Bottleneck]]> { stages.joined() }
}

extension ModifiedResNet: GroupwiseEncoder {
    /// What the blocks pass on, for all images of a group; and what one step needs, for a few of them.
    struct Memory {
        let maps: Scratch
        let otherMaps: Scratch
        let inner: Scratch
        let patches: Scratch
        let pooling: Scratch
    }

    /// The largest maps that one block passes to the next, in numbers per image.
    private var largestMaps: Int {
        var side = resolution / 4
        return blocks.reduce(side * side * stem[2].outputs) { largest, block in
            side /= block.stride
            return max(largest, side * side * block.outputs)
        }
    }

    /// As many as keep the maps between blocks within some tens of megabytes, but enough for the last stage's products.
    public var groupSize: Int {
        let side = resolution / 32
        return max(min(8, (400 + side * side) / (side * side)), min(32, (2 << 20) / largestMaps))
    }

    /// Images that go through one step together: the most whose pixels fit one matrix product.
    private func images(atOnceOf side: Int) -> Int { max(1, min(groupSize, Convolution.tile / (side * side))) }

    private var tokens: Int { positionalEmbedding.shape[0] }

    func makeMemory() -> Memory {
        let images = groupSize
        var side = resolution / 2
        let stemMaps = side * side * stem[2].outputs
        var inner = 2 * stemMaps * self.images(atOnceOf: side)
        var patches = stem.map(\.patchMemory).max() ?? 0
        side /= 2
        for block in blocks {
            let pixels = side * side * self.images(atOnceOf: side)
            inner = max(inner, block.memory(pixels: pixels))
            patches = max(patches, block.patchMemory)
            side /= block.stride
        }
        return Memory(
            maps: Scratch(count: images * largestMaps), otherMaps: Scratch(count: images * largestMaps),
            inner: Scratch(count: inner), patches: Scratch(count: patches),
            pooling: Scratch(
                count: images * tokens * pool.width + pool.memory(images: images, tokens: tokens)))
    }

    var takesFewer: Bool { false }

    func encodeGroup(
        _ pixels: UnsafePointer<Float>, images: Int, into features: UnsafeMutablePointer<Float>,
        _ statistics: StatisticsRows?, _ memory: Memory
    ) {
        let pixels = FeatureMaps(
            base: UnsafeMutablePointer(mutating: pixels), images: groupSize, height: resolution, width: resolution,
            channels: 3)
        var x = pixels.reshaped(at: memory.maps.base, stride: 4, channels: stem[2].outputs)
        var free = memory.otherMaps.base
        runStem(on: pixels, into: x, inner: memory.inner.base, patches: memory.patches.base)
        var column = 0
        for stage in stages {
            for block in stage {
                let y = block.isInPlace ? x : x.reshaped(at: free, stride: block.stride, channels: block.outputs)
                forEachFew(of: x.height) { first, few in
                    block.apply(
                        to: x.images(from: first, count: few), into: y.images(from: first, count: few),
                        memory: memory.inner.base, patches: memory.patches.base)
                }
                if !block.isInPlace { (x, free) = (y, x.base) }
            }
            statistics?.write(
                x.base, images: groupSize, tokens: x.height * x.width, width: x.channels, at: column)
            column += 2 * x.channels
        }
        runPool(on: x, into: features, memory: memory.pooling.base)
    }

    /// Calls `body` with the first and the number of the images that go through one step together.
    private func forEachFew(of side: Int, _ body: (Int, Int) -> Void) {
        let step = images(atOnceOf: side)
        for first in stride(from: 0, to: groupSize, by: step) { body(first, min(step, groupSize - first)) }
    }

    private func runStem(
        on pixels: FeatureMaps, into y: FeatureMaps, inner: UnsafeMutablePointer<Float>,
        patches: UnsafeMutablePointer<Float>
    ) {
        forEachFew(of: resolution / 2) { first, few in
            let pixels = pixels.images(from: first, count: few)
            let half = inner + few * (resolution / 2) * (resolution / 2) * stem[2].outputs
            let a = pixels.reshaped(at: inner, stride: 2, channels: stem[0].outputs)
            let b = pixels.reshaped(at: half, stride: 2, channels: stem[1].outputs)
            let c = pixels.reshaped(at: inner, stride: 2, channels: stem[2].outputs)
            stem[0].apply(to: pixels, into: a, .activated, patches: patches)
            stem[1].apply(to: a, into: b, .activated, patches: patches)
            stem[2].apply(to: b, into: c, .activated, patches: patches)
            _ = c.pooled(into: y.images(from: first, count: few).base)
        }
    }

    /// Puts the pixels' mean before the pixels, adds the places' vectors, and attends from the mean.
    private func runPool(
        on x: FeatureMaps, into features: UnsafeMutablePointer<Float>, memory: UnsafeMutablePointer<Float>
    ) {
        let (width, pixels) = (x.channels, x.height * x.width)
        positionalEmbedding.withUnsafePointer { places in
            for image in 0..<x.images {
                let from = x.base + image * x.imageSize, to = memory + image * tokens * width
                meanOfRows(from, rows: pixels, columns: width, into: to)
                (to + width).update(from: from, count: x.imageSize)
                addBias(places, to: to, rows: 1, columns: tokens * width)
            }
        }
        pool.apply(
            to: memory, images: x.images, tokens: tokens, into: features,
            memory: memory + x.images * tokens * width)
    }
}

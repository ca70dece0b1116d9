import CLIP

/// What a model's sizes make work cost.
public struct ModelSize: Hashable, Sendable {
    /// Thousand millions of operations for the features of one image.
    public var imageGigaflop: Double
    /// The same for one token of a text.
    public var textRowGigaflop: Double
    /// Layers of a vision transformer, or stages of a ResNet.
    public var imageBlocks: Int
    /// Of features.
    public var dimension: Int
    public var textWidth: Int
    /// Seconds that a program needs to read the weights.
    public var loadSeconds: Double

    public init(
        imageGigaflop: Double, textRowGigaflop: Double, imageBlocks: Int = 12, dimension: Int, textWidth: Int,
        loadSeconds: Double
    ) {
        (self.imageGigaflop, self.textRowGigaflop, self.imageBlocks) = (imageGigaflop, textRowGigaflop, imageBlocks)
        (self.dimension, self.textWidth, self.loadSeconds) = (dimension, textWidth, loadSeconds)
    }

    /// - Parameters:
    ///   - weightBytes: of the checkpoint's files; about a gigabyte of them is read in a second.
    ///   - imageRate: how many times faster than float32 images are encoded.
    public init(_ architecture: Architecture, weightBytes: Int, imageRate: Double = 1) {
        let width = Double(architecture.textWidth)
        // Twelve width × width matrices to a layer: queries, keys, values, output, and 4 and 4 for the MLP.
        textRowGigaflop = 24 * width * width * Double(architecture.textLayers) / 1e9
        imageBlocks =
            switch architecture.imageTower {
            case .transformer(_, let layers): layers
            case .resNet(let blocks): blocks.count
            }
        dimension = architecture.dimension
        textWidth = architecture.textWidth
        loadSeconds = Double(weightBytes) / 1e9
        imageGigaflop = architecture.imageOperations / imageRate / 1e9
    }
}

extension Architecture {
    /// Additions and multiplications for the features of one image.
    fileprivate var imageOperations: Double {
        let width = Double(imageWidth), side = Double(resolution)
        switch imageTower {
        case .transformer(let patch, let layers):
            let tokens = (side / Double(max(1, patch))) * (side / Double(max(1, patch))) + 1
            let layer = 24 * width * width * tokens + 4 * tokens * tokens * width
            return layer * Double(layers) + 2 * 3 * Double(patch * patch) * width * tokens
        case .resNet(let blocks):
            // 3×3 convolutions of stride 1 cost a quarter, by Winograd's filtering (Docs/performance.md).
            let winograd = 0.25
            let stem = (side / 2) * (side / 2)
            var sum = stem * (width / 2) * (27 + winograd * 9 * (width / 2) + winograd * 9 * width)
            var inputs = width
            for (stage, count) in blocks.enumerated() {
                let planes = width * Double(1 << stage), outputs = 4 * planes
                let pixels = (side / Double(4 << stage)) * (side / Double(4 << stage))
                for block in 0..<count {
                    let before = block == 0 && stage > 0 ? 4 * pixels : pixels
                    sum += before * (inputs * planes + winograd * 9 * planes * planes) + pixels * planes * outputs
                    if block == 0 { sum += pixels * inputs * outputs }
                    inputs = outputs
                }
            }
            let pooled = (side / 32) * (side / 32) + 1
            sum += 2 * inputs * inputs * pooled + inputs * (inputs + Double(dimension))
            return 2 * sum
        }
    }
}

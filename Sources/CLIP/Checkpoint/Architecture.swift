import Tensors

/// The sizes of a CLIP model, as the names and shapes of its weights tell them; 0 where they do not.
public struct Architecture: Sendable, Equatable {
    public enum ImageTower: Sendable, Equatable {
        case transformer(patch: Int, layers: Int)
        /// The blocks of each stage.
        case resNet(blocks: [Int])
    }

    public let imageTower: ImageTower
    /// Of the transformer's tokens, or of the ResNet's first stage.
    public let imageWidth: Int
    /// The height and width of the images it takes, in pixels.
    public let resolution: Int
    /// The extent of the features that texts and images share.
    public let dimension: Int
    public let textWidth: Int
    public let textLayers: Int
    public let contextLength: Int
    public let vocabularyCount: Int

    /// The width that attention has in the image tower: a ResNet's is that of its last stage.
    public var imageAttentionWidth: Int {
        if case .resNet = imageTower { return imageWidth.multipliedReportingOverflow(by: 32).partialValue }
        return imageWidth
    }
}

extension Architecture {
    init(of weights: NamedWeights) {
        func extent(_ name: String, _ axis: Int) -> Int {
            guard let shape = weights.shape(of: name), axis < shape.count else { return 0 }
            return shape[axis]
        }
        func positions(_ name: String) -> Int { exactSquareRoot(max(1, extent(name, 0)) - 1) }

        if weights.shape(of: VisionTransformerWeights.mark) != nil {
            let patch = extent("visual.conv1.weight", 3)
            imageTower = .transformer(patch: patch, layers: weights.memberCount(under: "visual.transformer.resblocks."))
            imageWidth = extent("visual.conv1.weight", 0)
            resolution = positions("visual.positional_embedding").multipliedReportingOverflow(by: patch).partialValue
            dimension = extent(VisionTransformerWeights.mark, 1)
        } else {
            imageTower = .resNet(blocks: (1...4).map { weights.memberCount(under: "visual.layer\($0).") })
            imageWidth = extent("visual.layer1.0.conv1.weight", 0)
            resolution =
                positions("visual.attnpool.positional_embedding").multipliedReportingOverflow(by: 32).partialValue
            dimension = extent("visual.attnpool.c_proj.weight", 0)
        }
        textWidth = extent("ln_final.weight", 0)
        textLayers = weights.memberCount(under: "transformer.resblocks.")
        contextLength = extent("positional_embedding", 0)
        vocabularyCount = extent("token_embedding.weight", 0)
    }
}

extension Architecture {
    /// What OpenAI calls a model of these sizes; nil where it published none.
    public var publishedName: String? { Self.published.first { $0.architecture == self }?.name }

    /// What OpenAI calls a model of these sizes, such as “ViT-B/16”; another model is told by its image tower.
    public var name: String {
        if let publishedName { return publishedName }
        switch imageTower {
        case .transformer(let patch, let layers):
            return "ViT, width \(imageWidth), \(layers.counting("layer")), patch \(patch)"
        case .resNet(let blocks):
            return "ModifiedResNet, width \(imageWidth), blocks \(blocks.map(String.init).joined(separator: "-"))"
        }
    }

    /// The models that OpenAI published (Radford et al. 2021, tables 19 and 20).
    private static let published: [(name: String, architecture: Architecture)] = [
        ("RN50", .init(.resNet(blocks: [3, 4, 6, 3]), 64, resolution: 224, dimension: 1024, textWidth: 512)),
        ("RN101", .init(.resNet(blocks: [3, 4, 23, 3]), 64, resolution: 224, dimension: 512, textWidth: 512)),
        ("RN50x4", .init(.resNet(blocks: [4, 6, 10, 6]), 80, resolution: 288, dimension: 640, textWidth: 640)),
        ("RN50x16", .init(.resNet(blocks: [6, 8, 18, 8]), 96, resolution: 384, dimension: 768, textWidth: 768)),
        ("RN50x64", .init(.resNet(blocks: [3, 15, 36, 10]), 128, resolution: 448, dimension: 1024, textWidth: 1024)),
        ("ViT-B/32", .init(.transformer(patch: 32, layers: 12), 768, resolution: 224, dimension: 512, textWidth: 512)),
        ("ViT-B/16", .init(.transformer(patch: 16, layers: 12), 768, resolution: 224, dimension: 512, textWidth: 512)),
        ("ViT-L/14", .init(.transformer(patch: 14, layers: 24), 1024, resolution: 224, dimension: 768, textWidth: 768)),
        (
            "ViT-L/14@336px",
            .init(.transformer(patch: 14, layers: 24), 1024, resolution: 336, dimension: 768, textWidth: 768)
        ),
    ]

    /// A model with the text encoder that all of OpenAI's have, but for its width.
    private init(_ tower: ImageTower, _ width: Int, resolution: Int, dimension: Int, textWidth: Int) {
        (imageTower, imageWidth, self.resolution, self.dimension) = (tower, width, resolution, dimension)
        (self.textWidth, textLayers, contextLength, vocabularyCount) = (textWidth, 12, 77, 49_408)
    }
}

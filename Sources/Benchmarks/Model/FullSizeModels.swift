import FormulaModels

/// Full-size CLIP models by formula: as fast as trained ones, with no download.
extension ModelShapes {
    static let resNet50 = modifiedResNet(layers: [3, 4, 6, 3], width: 64, resolution: 224, dimension: 1024)
    static let base16 = visionTransformer(resolution: 224, patch: 16, width: 768, layers: 12, dimension: 512)
    static let large14 = visionTransformer(resolution: 224, patch: 14, width: 1024, layers: 24, dimension: 768)

    /// ViT-B/16's text encoder, but for a vocabulary of the tokens in use, beside one of the smallest image encoders.
    /// - Parameter dimension: of its features.
    static func text(dimension: Int = 512) -> ModelShapes {
        visionTransformer(resolution: 32, patch: 16, width: 64, layers: 1, dimension: dimension).addingFullText
    }

    /// The image encoder with that text encoder.
    var addingFullText: ModelShapes {
        addingText(vocabulary: FormulaVocabulary.count, context: 77, width: 512, layers: 12)
    }
}

/// The weights of either kind of image encoder.
enum VisionWeights: Sendable {
    case modifiedResNet(ModifiedResNetWeights)
    case transformer(VisionTransformerWeights)

    /// Reads whichever kind the names tell.
    init(from reader: inout WeightReader) {
        if reader.contains(VisionTransformerWeights.mark) {
            self = .transformer(VisionTransformerWeights(from: &reader))
        } else {
            self = .modifiedResNet(ModifiedResNetWeights(from: &reader))
        }
    }

    /// The extent of the features.
    var dimension: Int {
        switch self {
        case .modifiedResNet(let weights): weights.dimension
        case .transformer(let weights): weights.projection.columns
        }
    }

    var encoder: any ImageEncoder {
        switch self {
        case .modifiedResNet(let weights): ModifiedResNet(weights)
        case .transformer(let weights): VisionTransformer(weights)
        }
    }
}

extension Checkpoint {
    /// The checkpoint's image encoder alone: no text weights and no merges are read.
    public func imageEncoder() throws(CheckpointError) -> any ImageEncoder {
        try read { reader in
            let weights = VisionWeights(from: &reader)
            if reader.problems.isEmpty { reader.refuseUnread(in: "visual.") }
            return weights
        }.encoder
    }
}

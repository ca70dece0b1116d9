import Tensors

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
        // Where weights are missing, others are left over; what is missing says more.
        if reader.problems.isEmpty { reader.refuseUnread(in: "visual.") }
    }

    func encoder(_ precision: Precision) -> any ImageEncoder {
        switch self {
        case .modifiedResNet(let weights): ModifiedResNet(weights, precision)
        case .transformer(let weights): VisionTransformer(weights, precision)
        }
    }
}

extension Checkpoint {
    /// The checkpoint's image encoder alone: no text weights and no merges are read.
    ///
    /// - Parameter precision: of its products with weights; attention's own products, norms, sums and features are float32.
    /// - Precondition: the processor has the precision; `Precision.check` tells.
    /// - Throws: what `read` throws.
    public func imageEncoder(
        precision: Precision = .float32
    ) throws(CheckpointError) -> any ImageEncoder {
        try read { reader in
            let weights = VisionWeights(from: &reader)
            reader.checkFeatureExtents()
            return weights
        }.encoder(precision)
    }
}

extension WeightReader {
    /// Notes it where the shapes of an otherwise sound checkpoint give texts and images different numbers of features.
    mutating func checkFeatureExtents() {
        let images = extent((VisionTransformerWeights.mark, 1), ("visual.attnpool.c_proj.weight", 0))
        let texts = extent(("text_projection", 1))
        if problems.isEmpty, images > 0, texts > 0, images != texts {
            refuse("text_projection", because: "texts have \(texts) features and images \(images)")
        }
    }
}

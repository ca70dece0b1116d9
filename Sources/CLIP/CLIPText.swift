import Foundation
import Tensors

/// The part of a CLIP model that reads texts: all that is needed beside features of images that were encoded before.
public struct CLIPText: Sendable {
    public let transformer: TextTransformer
    public let tokenizer: Tokenizer
    /// What cosine similarities are multiplied by before softmax: the exponential of the checkpoint's `logit_scale`.
    public let logitScale: Float

    /// Reads the text side of a checkpoint; no weights of its image encoder are read.
    /// - Parameter precision: of the text encoder's products with weights, in both directions (`TextTransformer`).
    /// - Precondition: the processor has the precision; `Precision.check` tells.
    /// - Throws: `unfitWeights`, naming every tensor that is missing or wrong; `weights` if the file cannot be read or
    ///   has changed; what `Checkpoint.tokenizer()` throws.
    public init(checkpoint: Checkpoint, precision: Precision = .float32) throws(CheckpointError) {
        try self.init(checkpoint.read { Weights(from: &$0) }, of: checkpoint, precision)
    }

    /// What a checkpoint holds of it.
    struct Weights: Sendable {
        let transformer: TextWeights
        let logitScale: Float

        init(from reader: inout WeightReader) {
            transformer = TextWeights(from: &reader)
            let scale = reader.number("logit_scale") ?? 0
            logitScale = Foundation.exp(scale)
            if !logitScale.isFinite {
                reader.refuse("logit_scale", because: "the exponential of \(scale) is not a finite number")
            }
            reader.checkFeatureExtents()
            if reader.problems.isEmpty { reader.refuseUnread(in: "transformer.") }
        }
    }

    init(
        _ weights: Weights, of checkpoint: Checkpoint, _ precision: Precision = .float32
    ) throws(CheckpointError) {
        tokenizer = try checkpoint.tokenizer()
        (transformer, logitScale) = (TextTransformer(weights.transformer, precision: precision), weights.logitScale)
    }
}

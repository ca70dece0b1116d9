import Foundation
import Tensors

/// A CLIP model: an image encoder and a text encoder that share one space of features, and the texts' tokenizer.
public struct CLIPModel: Sendable {
    public let image: any ImageEncoder
    public let text: TextTransformer
    public let tokenizer: Tokenizer
    /// What cosine similarities are multiplied by before softmax: the exponential of the checkpoint's `logit_scale`.
    public let logitScale: Float

    /// Reads a whole model; its architecture follows from the checkpoint's names and shapes.
    /// - Throws: `CheckpointError`, naming every tensor that is missing or wrong.
    public init(checkpoint: Checkpoint) throws(CheckpointError) {
        let weights = try CLIPWeights(checkpoint)
        tokenizer = try checkpoint.tokenizer()
        (image, text, logitScale) = (weights.vision.encoder, TextTransformer(weights.text), weights.logitScale)
    }
}

/// The weights of both encoders.
struct CLIPWeights: Sendable {
    let vision: VisionWeights
    let text: TextWeights
    let logitScale: Float
    /// What was read of the file, by its names there.
    let entries: [String: TensorEntry]

    init(_ checkpoint: Checkpoint) throws(CheckpointError) {
        let scale: Tensor
        (vision, text, scale, entries) = try checkpoint.read { reader in
            let vision = VisionWeights(from: &reader)
            let text = TextWeights(from: &reader)
            let scale = reader.tensor("logit_scale", [])
            if reader.problems.isEmpty, vision.dimension != text.dimension {
                reader.refuse(
                    "text_projection",
                    because: "texts have \(text.dimension) features and images \(vision.dimension)")
            }
            if reader.problems.isEmpty, !Foundation.exp(scale.scalar).isFinite {
                reader.refuse("logit_scale", because: "the exponential of \(scale.scalar) is no finite number")
            }
            // Where weights are missing, others are left over; what is missing says more.
            if reader.problems.isEmpty {
                reader.refuseUnread(in: "visual.")
                reader.refuseUnread(in: "transformer.")
            }
            return (vision, text, scale, reader.entriesRead)
        }
        logitScale = Foundation.exp(scale.scalar)
    }
}

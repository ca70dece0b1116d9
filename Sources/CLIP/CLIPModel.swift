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
        let (vision, text, scale) = try checkpoint.read { reader in
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
            return (vision, text, scale)
        }
        do {
            tokenizer = try Tokenizer(contentsOf: checkpoint.mergesURL)
        } catch {
            throw .tokenizer(error)
        }
        guard tokenizer.vocabularyCount == text.vocabularyCount else {
            throw .vocabularyMismatch(
                weights: checkpoint.weightsURL.path, embeddings: text.vocabularyCount,
                merges: checkpoint.mergesURL.path, tokens: tokenizer.vocabularyCount)
        }
        (image, self.text, logitScale) = (vision.encoder, TextTransformer(text), Foundation.exp(scale.scalar))
    }
}

import Tensors

/// A CLIP model: an image encoder, and a text encoder with its tokenizer, that share one space of features.
///
/// Who works with one side only loads that side alone: `Checkpoint.imageEncoder()` or `CLIPText(checkpoint:)`.
public struct CLIPModel: Sendable {
    public let image: any ImageEncoder
    public let text: CLIPText

    /// Reads a whole model; its architecture follows from the checkpoint's names and shapes.
    /// - Throws: `unfitWeights`, naming every tensor that is missing or wrong; `weights` if the file cannot be read or
    ///   has changed; what `Checkpoint.tokenizer()` throws.
    public init(checkpoint: Checkpoint) throws(CheckpointError) {
        let (vision, text) = try checkpoint.read { (VisionWeights(from: &$0), CLIPText.Weights(from: &$0)) }
        self.text = try CLIPText(text, of: checkpoint)
        image = vision.encoder(.float32)
    }
}

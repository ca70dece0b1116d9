import ArtifactStore
import CLIP
import Foundation
import Imaging

extension EncoderIdentity {
    /// The encoder that a checkpoint is. Its files are digested, which for unchanged ones is remembered by the store; its
    /// weights are not loaded.
    ///
    /// The tokenizer's merges count: what is learned from these features goes through the text encoder too.
    /// - Parameter path: a safetensors file with `merges.txt` beside it, or a folder that holds both.
    /// - Throws: `CheckpointError`, `DatasetError` for a file that cannot be read, `StoreError`.
    public init(checkpoint path: String, in store: ArtifactStore) throws {
        let url = URL(fileURLWithPath: path)
        let checkpoint = try Checkpoint(contentsOf: url)
        let digests = try store.digests(ofFiles: [checkpoint.weightsURL.path, checkpoint.mergesURL.path])
        let preprocessing = CLIPPreprocessing(resolution: 0)
        self.init(
            name: url.deletingPathExtension().lastPathComponent,
            dimension: try checkpoint.read { $0.tensor("text_projection", [0, 0]).shape.last ?? 0 },
            parameters: [
                "weights": .string(digests[0].description),
                "merges": .string(digests[1].description),
                "mean": try JSONValue(encoding: preprocessing.mean),
                "standardDeviation": try JSONValue(encoding: preprocessing.standardDeviation),
                "precision": "float32",
            ])
    }
}

import ArtifactStore
import CLIP
import Datasets
import Foundation
import Tensors

extension ArtifactStore {
    /// The identity of the encoder that a checkpoint makes: what its embeddings are filed under.
    ///
    /// Reads one small tensor of the checkpoint, and its files whole only if they have changed since they were last read.
    /// - Throws: `CheckpointError`, `StoreError`.
    public func identity(of checkpoint: Checkpoint, precision: Precision = .float32) throws -> EncoderIdentity {
        let dimension = try checkpoint.read { $0.tensor("text_projection", [0, 0]) }.columns
        let weights = checkpoint.weightsURL.absoluteURL.standardizedFileURL.path
        let merges = checkpoint.mergesURL.absoluteURL.standardizedFileURL.path
        let digests = try digests(ofFiles: [weights, merges])
        return EncoderIdentity(
            name: checkpoint.weightsURL.deletingPathExtension().lastPathComponent, dimension: dimension,
            parameters: [
                "weights": .string(digests[0].description),
                "merges": .string(digests[1].description),
                "preprocessing": "CLIP: bicubic, short side, center crop",
                "precision": .string(precision.rawValue),
                "algorithmVersion": 1,
            ])
    }
}

/// A checkpoint given to a stage that does not belong to the features it is to work on.
public struct EncoderMismatch: Error, CustomStringConvertible {
    let checkpoint: String
    let encoder: String

    public var description: String {
        "The embeddings were made with the encoder “\(encoder)”, not with \(checkpoint). "
            + "Give the checkpoint they were made with, or extract embeddings with this one."
    }
}

import ArtifactStore
import CLIP
import Datasets
import Foundation
import Tensors

extension ModelBundle {
    /// Writes a bundle, whole or not at all. Equal models give equal bytes.
    /// - Parameters:
    ///   - parts: the model's.
    ///   - checkpoint: the CLIP model that they stand on.
    ///   - carriesEncoder: whether the weights of that are written, too, in the type that they are stored in.
    ///   - program: what writes it.
    ///   - store: what knows the checkpoint's digests.
    ///   - url: where there is no file yet.
    /// - Throws: `EncoderMismatch` for another checkpoint; `ModelError` for a model of features that were imported, which has
    ///   no encoder; `StageInputError` and `PromptError` where what was learned does not fit the model or the classes;
    ///   `CheckpointError`; `StoreError.fileExists` or `.cannotWrite`.
    public static func write(
        _ parts: ModelParts, checkpoint: Checkpoint, carryingEncoder carriesEncoder: Bool, program: String,
        store: ArtifactStore, to url: URL
    ) throws {
        guard case .computed = parts.encoder.origin else {
            throw ModelError(
                "the model was learned on features that were imported as “\(parts.encoder.name)”: what encodes pictures so is not "
                    + "here, and cannot be put into a bundle")
        }
        guard try store.identity(of: checkpoint, origin: parts.encoder.origin).key == parts.encoder.key else {
            throw EncoderMismatch(checkpoint: checkpoint.weightsURL.path, encoder: parts.encoder.name)
        }
        // What cannot predict is not written: it is put on the model once, without the image encoder.
        _ = try Model(parts, of: checkpoint) { _ in nil }
        var contents = parts.learned.tensors.map { name, tensor in
            Content(
                name: Part.learned + name, entry: TensorEntry(elementType: .float32, shape: tensor.shape),
                bytes: { ElementType.float32.bytes(of: tensor) })
        }
        let vocabulary = try Data(contentsOf: checkpoint.tokenizerURL())
        contents.append(
            Content(
                name: Part.vocabulary, entry: TensorEntry(elementType: .uint8, shape: [vocabulary.count]), bytes: { vocabulary }
            ))
        if carriesEncoder {
            contents += try checkpoint.modelTensors().map { name, entry in
                Content(name: Part.clip + name, entry: entry) {
                    entry.elementType.bytes(of: try checkpoint.modelTensor(named: name))
                }
            }
        }
        // Larger numbers first: each tensor begins at a multiple of what its numbers take.
        contents.sort { ($1.entry.elementType.byteCount, $0.name) < ($0.entry.elementType.byteCount, $1.name) }
        let entries = Safetensors.layout(contents.map { ($0.name, $0.entry) })
        let model = try BundleFacts(parts, program: program).text
        // The weights that are written are those of the identity, from first to last.
        try store.loading(parts.encoder, of: checkpoint) { _ in
            var hash = DigestStream(ofBundle: model, entries)
            for content in contents { hash.update(try content.bytes()) }
            let metadata = [
                "format": format, "version": "\(try version(of: parts))", "model": model, "sha256": hash.digest.description,
            ]
            try NewFiles.write(to: url) { write in
                try write(Safetensors.header(entries, metadata: metadata))
                for content in contents { try write(content.bytes()) }
            }
        }
    }

    /// A tensor that is to be written.
    private struct Content {
        let name: String
        let entry: TensorEntry
        let bytes: () throws -> Data
    }
}

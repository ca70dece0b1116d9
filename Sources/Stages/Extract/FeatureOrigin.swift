import ArtifactStore
import CLIP
import Imaging
import Tensors

/// Where a domain's features come from. Part of the encoder's identity: features of another precision, or of another
/// program, are other features.
public enum FeatureOrigin: Hashable, Sendable {
    /// The checkpoint's image encoder, run here, on pictures that become RGB in an order.
    case computed(Precision, ColorOrder = .dassl)
    /// An encoder that ran elsewhere; the name its features were imported under.
    case imported(String)
}

extension ArtifactStore {
    /// The identity of the encoder that features of an origin are filed under.
    /// - Throws: `CheckpointError`, `StoreError`.
    public func identity(of checkpoint: Checkpoint, origin: FeatureOrigin) throws -> EncoderIdentity {
        switch origin {
        case .computed(let precision, let order): try identity(of: checkpoint, precision: precision, order: order)
        case .imported(let name): try identity(of: checkpoint, imported: name)
        }
    }
}

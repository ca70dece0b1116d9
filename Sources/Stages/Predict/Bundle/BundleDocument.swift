import ArtifactStore
import Datasets

/// What `spg bundle inspect` says of a bundle, for programs.
public struct BundleDocument: Encodable, Sendable {
    struct LearnedTensor: Encodable {
        let name: String
        let shape: [Int]
    }

    struct Encoder: Encodable {
        let name: String
        /// The extent of features.
        let dimension: Int
        /// Of the tensors that the bundle carries; 0 where it refers to them.
        let carriedBytes: Int
        /// Weights, preprocessing, precision, vocabulary.
        let identity: JSONValue
    }

    public let bundle: String
    public let sha256: Digest
    /// The program that wrote it.
    public let program: String
    /// How it classifies, as pipeline files call it, with all parameters.
    public let uses: String
    public let parameters: JSONValue
    /// What learned it.
    public let method: String
    @OrNull public private(set) var seed: Int?
    let learned: [LearnedTensor]
    public let classes: [Name]
    /// Those that it has vectors of its own for; nil where it takes any.
    @OrNull public private(set) var ownClasses: [Name]?
    let encoder: Encoder
    public let provenance: JSONValue

    public init(_ bundle: ModelBundle) {
        let parts = bundle.parts
        (self.bundle, sha256, program) = (bundle.url.relativePath, bundle.digest, bundle.program)
        (uses, parameters) = (parts.kind, parts.parameters)
        (method, seed) = (parts.learned.method, parts.learned.seed)
        learned = parts.learned.tensors.sorted { $0.key < $1.key }.map { LearnedTensor(name: $0.key, shape: $0.value.shape) }
        (classes, ownClasses, provenance) = (parts.classes, parts.learned.classes, parts.provenance)
        encoder = Encoder(
            name: parts.encoder.name, dimension: parts.encoder.dimension, carriedBytes: bundle.encoderBytes,
            identity: parts.encoder.parameters)
    }
}

import Datasets
import Foundation

/// The identity of an artifact: the digest of its recipe.
public typealias ArtifactKey = Digest

/// What an artifact holds.
public enum ArtifactKind: String, Codable, Sendable, CaseIterable {
    /// The images of one domain: digests and labels.
    case images
    /// CLIP features of one domain's images, one row per image and view.
    case embeddings
    /// The context vectors of one prompt.
    case prompt
    /// A conditional generator of prompts.
    case generator
    /// Predictions on one domain's images, and their accuracy.
    case evaluation
    /// What a user's own command has written.
    case files
}

/// Everything that decides what an artifact contains. Two equal recipes make the same artifact, so its key is their
/// digest.
///
/// Never part of a recipe: paths, times, thread counts, the machine, batch sizes that cannot change a result.
public struct Recipe: Hashable, Sendable {
    /// An artifact that this one is made from, and the part it plays.
    public struct Input: Hashable, Sendable {
        public var role: String
        public var key: ArtifactKey

        public init(_ role: String, _ key: ArtifactKey) {
            self.role = role
            self.key = key
        }
    }

    public var kind: ArtifactKind
    /// Bumped by whoever changes what the algorithm computes.
    public var algorithmVersion: Int
    /// Every parameter that can change the result, defaults included.
    public var parameters: JSONValue
    /// In an order that is part of the recipe.
    public var inputs: [Input]

    public init(kind: ArtifactKind, algorithmVersion: Int, parameters: JSONValue, inputs: [Input]) {
        self.kind = kind
        self.algorithmVersion = algorithmVersion
        self.parameters = parameters
        self.inputs = inputs
    }

    /// The canonical JSON that is hashed.
    public var canonicalText: String {
        JSONValue.object([
            "kind": .string(kind.rawValue),
            "version": .number(Double(algorithmVersion)),
            "parameters": parameters,
            "inputs": .array(inputs.map { .array([.string($0.role), .string($0.key.description)]) }),
        ]).canonicalText
    }

    /// SHA-256 of `canonicalText`.
    public var key: ArtifactKey { Digest(of: Data(canonicalText.utf8)) }
}

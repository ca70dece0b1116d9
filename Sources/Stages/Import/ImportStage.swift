import ArtifactStore
import CLIP
import Datasets
import Foundation
import PromptLearning
import Tensors

/// Takes a prompt or a generator that was learned elsewhere into the store, as an artifact that other stages take like one
/// made here. Its key has the SHA-256 of the file, and not its path.
public struct ImportStage: Sendable {
    /// What the file holds.
    public enum Subject: Sendable {
        case prompt, generator

        /// The kind of stage that imports it.
        public var kind: StageKind {
            switch self {
            case .prompt: PromptImport.kind
            case .generator: GeneratorImport.kind
            }
        }
    }

    /// What the store calls the method of whatever is imported.
    static let method = "imported"

    let subject: Subject
    let parameters: JSONValue
    let file: URL
    /// Of the file's bytes; a part of the key.
    let digest: Digest
    let embeddings: [ArtifactKey]
    public let recipe: Recipe

    /// - Parameters:
    ///   - parameters: all parameters of the subject's kind of stage.
    ///   - embeddings: of the domains that it was learned on, whose features and text encoder it goes with.
    /// - Throws: `UnfitParameter`; `DatasetError.unreadable` where the file cannot be read.
    public init(_ subject: Subject, _ parameters: JSONValue, embeddings: [ArtifactKey]) throws {
        _ = try subject.kind.check(parameters)
        guard case .object(var members) = parameters, case .string(let path)? = members["file"] else {
            throw UnfitParameter("file", mustBe: "given", not: "left out")
        }
        file = URL(filePath: path)
        digest = try Digest.ofFile(at: path).digest
        members["file"] = .string(digest.description)
        recipe = subject.kind.recipe(.object(members), inputs: embeddings.map { Recipe.Input("embeddings", $0) })
        (self.subject, self.parameters, self.embeddings) = (subject, parameters, embeddings)
    }

    /// Reads the file, unless the store has what it holds.
    /// - Parameter replacing: whether it reads anyway, and what it holds takes the place of what is there.
    /// - Throws: `TensorFileError`; `StageInputError` where it does not go with the checkpoint and the embeddings;
    ///   `EncoderMismatch`.
    public func run(checkpoint: Checkpoint, store: ArtifactStore, replacing: Bool = false) throws -> ArtifactKey {
        try store.artifact(of: recipe, replacing: replacing) {
            let domains = try domains(checkpoint: checkpoint, store: store)
            // [text width, features]
            let projection = try checkpoint.read { $0.tensor("text_projection", [0, 0]) }
            switch subject {
            case .prompt:
                let isClassSpecific = try parameters.parameters(PromptImport.Parameters.self).classSpecificContexts
                let opened = try PromptFile(contentsOf: file)
                let vectors = try opened.vectors(
                    width: projection.rows, classCount: isClassSpecific ? classCount(in: store) : nil)
                try confirm(opened.file)
                let prompt = StoredPrompt(
                    method: Self.method, domain: domains, seed: nil, vectors: vectors, validationAccuracy: nil)
                return (.prompt(prompt), [])
            case .generator:
                let opened = try GeneratorFile(contentsOf: file)
                let tensors = try opened.tensors(
                    featureDimension: projection.columns, width: projection.rows,
                    imageWidth: checkpoint.tokenWidth)
                try confirm(opened.file)
                let generator = LearnedWeights(
                    method: Self.method, domain: domains, seed: nil, tensors: tensors, validationAccuracy: nil)
                return (.weights(generator), [])
            }
        }
    }

    /// Makes sure that what was read are the bytes that the key has the digest of.
    private func confirm(_ file: any TensorFile) throws {
        guard file.files.allSatisfy({ $0.isUnchanged && (try? Digest(of: $0)) == digest }) else {
            throw StageInputError("\(self.file.path) has changed since its digest was taken; run the same command again")
        }
    }

    /// How many classes the domains have.
    private func classCount(in store: ArtifactStore) throws -> Int {
        try store.manifest(store.embeddingSet(embeddings[0]).manifest).classes.count
    }

    /// The domains' names, joined, once it is clear that the checkpoint goes with their features.
    private func domains(checkpoint: Checkpoint, store: ArtifactStore) throws -> String {
        guard !embeddings.isEmpty else { throw StageInputError("no embeddings were given") }
        try requireDifferent(embeddings, "embeddings")
        return try embeddings.map { key in
            let set = try store.embeddingSet(key)
            guard try store.encoder(set.encoder, goesWith: checkpoint) else {
                throw EncoderMismatch(
                    checkpoint: checkpoint.weightsURL.path, encoder: try store.encoder(set.encoder).name)
            }
            return try store.manifest(set.manifest).domain.text
        }.joined(separator: "+")
    }
}

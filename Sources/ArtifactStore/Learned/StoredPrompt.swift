import Datasets
import GRDB
import Tensors

/// The context vectors of a prompt: what stands before the class name.
public struct StoredPrompt: Equatable, Sendable {
    /// Such as "coop".
    public var method: String
    /// What it was fitted on; several domains joined by "+".
    public var domain: String
    public var seed: Int?
    /// Shape `[context length, width]`; where every class has vectors of its own, those of all classes one after another.
    public var vectors: Tensor
    /// Of the epoch that was kept, in 0...1.
    public var validationAccuracy: Double?

    public init(method: String, domain: String, seed: Int?, vectors: Tensor, validationAccuracy: Double?) {
        self.method = method
        self.domain = domain
        self.seed = seed
        self.vectors = vectors
        self.validationAccuracy = validationAccuracy
    }
}

extension ArtifactStore {
    /// The prompt with a key.
    /// - Throws: `StoreError.noArtifact`.
    public func prompt(_ key: ArtifactKey) throws -> StoredPrompt {
        try reading { database in
            let row = try Row.fetchOne(
                database, sql: "SELECT * FROM prompt WHERE artifact_id = ?",
                arguments: [try database.artifactID(key, .prompt)])
            guard let row,
                let vectors = try Tensor(
                    blob: row.wholeBlob("vectors", "the prompt \(key.short) of the store"),
                    shape: [row.value("context_length"), row.value("width")])
            else { throw StoreError.badValue("the prompt \(key.short) of the store has no readable vectors") }
            return try StoredPrompt(
                method: row.value("method"), domain: row.value("domain"), seed: row.value("seed"), vectors: vectors,
                validationAccuracy: row.value("validation_accuracy"))
        }
    }
}

extension Database {
    func insert(_ prompt: StoredPrompt, id: Int64) throws {
        let shape = prompt.vectors.shape
        guard shape.count == 2, prompt.vectors.count > 0 else {
            throw StoreError.badValue("a prompt's vectors have the shape [context length, width], not \(shape)")
        }
        try checkFinite(prompt.vectors, "the prompt of \(prompt.method) for \(prompt.domain)")
        let (vectors, sha256) = prompt.vectors.blobWithDigest
        try execute(
            sql: """
                INSERT INTO prompt (
                    artifact_id, method, domain, seed, context_length, width, vectors, sha256, validation_accuracy)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                id, prompt.method, prompt.domain, prompt.seed, shape[0], shape[1], vectors, sha256,
                prompt.validationAccuracy,
            ])
    }

    /// - Throws: `StoreError.badValue` where a number that was learned is not finite.
    func checkFinite(_ tensor: Tensor, _ name: String) throws {
        guard tensor.isFinite else {
            throw StoreError.badValue("\(name) holds a number that is not finite; lower the learning rate")
        }
    }
}

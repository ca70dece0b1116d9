import Datasets
import GRDB
import Tensors

/// What a method has learned, as named weights: a network that writes prompts, or whatever else the method trains, such as the
/// prompt tokens of VPT. The artifact's kind is `generator`, as the first of them were.
public struct LearnedWeights: Sendable {
    /// Such as "spg".
    public var method: String
    /// What it was trained on; several domains joined by "+".
    public var domain: String
    public var seed: Int?
    public var tensors: [String: Tensor]
    /// Of the epoch that was kept, in 0...1.
    public var validationAccuracy: Double?

    public init(method: String, domain: String, seed: Int?, tensors: [String: Tensor], validationAccuracy: Double?) {
        self.method = method
        self.domain = domain
        self.seed = seed
        self.tensors = tensors
        self.validationAccuracy = validationAccuracy
    }
}

extension ArtifactStore {
    /// The weights with a key.
    /// - Throws: `StoreError.noArtifact`.
    public func weights(_ key: ArtifactKey) throws -> LearnedWeights {
        try reading { database in
            let id = try database.artifactID(key, .generator)
            guard
                let row = try Row.fetchOne(
                    database, sql: "SELECT * FROM generator WHERE artifact_id = ?", arguments: [id])
            else { throw StoreError.badValue("the generator \(key.short) of the store has no contents") }
            return try LearnedWeights(
                method: row.value("method"), domain: row.value("domain"), seed: row.value("seed"),
                tensors: database.tensors(id: id), validationAccuracy: row.value("validation_accuracy"))
        }
    }
}

extension Database {
    func insert(_ weights: LearnedWeights, id: Int64) throws {
        try execute(
            sql: """
                INSERT INTO generator (artifact_id, method, domain, seed, validation_accuracy) VALUES (?, ?, ?, ?, ?)
                """,
            arguments: [id, weights.method, weights.domain, weights.seed, weights.validationAccuracy])
        for (name, tensor) in weights.tensors.sorted(by: { $0.key < $1.key }) {
            try checkFinite(tensor, "the weight “\(name)” of the generator")
            guard tensor.count <= StoredFile.largestSize / 4 else {
                throw StoreError.badValue("the weight “\(name)” of the generator is larger than a store takes")
            }
            let shape = JSONValue.array(tensor.shape.map { .number(Double($0)) }).canonicalText
            let (vector, sha256) = tensor.blobWithDigest
            try execute(
                sql: "INSERT INTO tensor (artifact_id, name, shape, sha256, vector) VALUES (?, ?, ?, ?, ?)",
                arguments: [id, name, shape, sha256, vector])
        }
    }

    fileprivate func tensors(id: Int64) throws -> [String: Tensor] {
        let rows = try Row.fetchAll(
            self, sql: "SELECT name, shape, sha256, vector FROM tensor WHERE artifact_id = ?", arguments: [id])
        var tensors: [String: Tensor] = [:]
        for row in rows {
            let name: String = try row.value("name")
            let shape = try JSONValue(parsing: row.value("shape")).decoded(as: [Int].self)
            let vector = try row.wholeBlob("vector", "the weight “\(name)” in the store")
            guard let tensor = Tensor(blob: vector, shape: shape) else {
                throw StoreError.badValue("the weight “\(name)” in the store does not fit its shape \(shape)")
            }
            tensors[name] = tensor
        }
        return tensors
    }
}

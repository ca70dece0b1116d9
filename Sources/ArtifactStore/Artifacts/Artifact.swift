import Datasets
import GRDB

/// What the store knows about an artifact, its contents aside.
public struct Artifact: Hashable, Sendable {
    public let key: ArtifactKey
    public let recipe: Recipe
    /// When it was written: ISO 8601, UTC.
    public let created: String
    /// How long it took to make.
    public let seconds: Double
    /// The size of its contents.
    public let bytes: Int
}

extension ArtifactStore {
    /// Whether an artifact is there, whole.
    /// - Throws: `StoreError` where the store cannot be read, or a value in it is damaged.
    public func contains(_ key: ArtifactKey) throws -> Bool {
        try reading { try $0.artifactID(key) != nil }
    }

    /// An artifact's recipe and figures, or nil where there is none.
    /// - Throws: `StoreError` where the store cannot be read, or a value in it is damaged.
    public func artifact(_ key: ArtifactKey) throws -> Artifact? {
        try reading { try $0.artifact(key) }
    }
}

extension Database {
    /// An artifact's recipe and figures, or nil where there is none.
    func artifact(_ key: ArtifactKey) throws -> Artifact? {
        let row = try Row.fetchOne(
            cachedStatement(sql: "SELECT * FROM artifact WHERE key = ?"), arguments: [key.description])
        guard let row, let kind = try ArtifactKind(rawValue: row.value("kind")) else { return nil }
        let inputs = try Row.fetchAll(
            cachedStatement(
                sql: """
                    SELECT role, artifact.key FROM artifact_input JOIN artifact ON artifact.id = input_id
                    WHERE artifact_id = ? ORDER BY position
                    """),
            arguments: [row.value("id") as Int64])
        let recipe = try Recipe(
            kind: kind, algorithmVersion: row.value("algorithm_version"),
            parameters: JSONValue(parsing: row.value("parameters")),
            inputs: inputs.map { try Recipe.Input($0.value("role"), $0.digest("key")) })
        return try Artifact(
            key: key, recipe: recipe, created: row.value("created"),
            seconds: row.value("seconds", in: Limits.seconds), bytes: row.value("bytes", in: Limits.bytes))
    }

    /// The row of an artifact, or nil where there is none.
    func artifactID(_ key: ArtifactKey) throws -> Int64? {
        try Int64.fetchOne(cachedStatement(sql: "SELECT id FROM artifact WHERE key = ?"), arguments: [key.description])
    }

    /// The row of an artifact of a kind.
    /// - Throws: `StoreError.noArtifact`.
    func artifactID(_ key: ArtifactKey, _ kind: ArtifactKind) throws -> Int64 {
        let id = try Int64.fetchOne(
            self, sql: "SELECT id FROM artifact WHERE key = ? AND kind = ?",
            arguments: [key.description, kind.rawValue])
        guard let id else { throw StoreError.noArtifact(key, kind) }
        return id
    }
}

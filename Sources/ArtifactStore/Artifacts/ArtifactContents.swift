import Datasets
import Foundation
import GRDB

/// What is written with a recipe. An `images` artifact is written by `record(_:)` instead.
public enum ArtifactContents: Sendable {
    case embeddings(EmbeddingSet)
    case prompt(StoredPrompt)
    case weights(LearnedWeights)
    case evaluation(Evaluation)
    case files([StoredFile])

    var kind: ArtifactKind {
        switch self {
        case .embeddings: .embeddings
        case .prompt: .prompt
        case .weights: .generator
        case .evaluation: .evaluation
        case .files: .files
        }
    }
}

extension ArtifactStore {
    /// Writes an artifact, its inputs, its contents, the history of its training and the digest of all these, and forgets the
    /// checkpoint and the failure noted under its key: all in one transaction. Where the artifact is there already, nothing is
    /// done.
    /// - Parameters:
    ///   - recipe: what decides the artifact's key; of the kind of its contents.
    ///   - contents: what was made.
    ///   - metrics: the history of its training, epoch by epoch.
    ///   - seconds: how long it took to make.
    ///   - replacing: whether the contents of an artifact that is there are replaced. What was made from it stays.
    /// - Returns: `recipe.key`.
    /// - Throws: `StoreError`, and then nothing is written: an input that is not there, contents that are not finite or
    ///   do not fit together, a full disk.
    @discardableResult
    public func write(
        _ recipe: Recipe, _ contents: ArtifactContents, metrics: [Metric] = [], seconds: Double, replacing: Bool = false
    ) throws -> ArtifactKey {
        precondition(recipe.kind == contents.kind, "a recipe for \(recipe.kind) with contents for \(contents.kind)")
        let key = recipe.key
        try writing { database in
            try database.execute(sql: "DELETE FROM checkpoint WHERE key = ?", arguments: [key.description])
            try database.execute(sql: "DELETE FROM failure WHERE key = ?", arguments: [key.description])
            let known = try database.artifactID(key), bytes = try database.size(of: contents)
            if known != nil, !replacing { return }
            let id = try known ?? database.insertArtifact(recipe, seconds: seconds, bytes: bytes)
            if known != nil { try database.clearArtifact(id, seconds: seconds, bytes: bytes) }
            switch contents {
            case .embeddings(let set): try database.insert(set, id: id)
            case .prompt(let prompt): try database.insert(prompt, id: id)
            case .weights(let weights): try database.insert(weights, id: id)
            case .evaluation(let evaluation): try database.insert(evaluation, id: id)
            case .files(let files): try database.insert(files, id: id)
            }
            try database.insert(metrics, id: id)
            try database.seal(id)
        }
        return key
    }
}

extension Database {
    /// Inserts the row of an artifact that is not there, and its inputs.
    func insertArtifact(_ recipe: Recipe, seconds: Double, bytes: Int) throws -> Int64 {
        guard seconds.isFinite else { throw StoreError.badValue("an artifact cannot take \(seconds) seconds to make") }
        try execute(
            sql: """
                INSERT INTO artifact (key, kind, algorithm_version, parameters, seconds, bytes)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                recipe.key.description, recipe.kind.rawValue, recipe.algorithmVersion, recipe.parameters.canonicalText,
                seconds, bytes,
            ])
        let id = lastInsertedRowID
        for (position, input) in recipe.inputs.enumerated() {
            guard let inputID = try artifactID(input.key) else {
                throw StoreError.missingInput(role: input.role, key: input.key)
            }
            try execute(
                sql: "INSERT INTO artifact_input VALUES (?, ?, ?, ?)", arguments: [id, position, input.role, inputID])
        }
        return id
    }

    /// Takes out what an artifact holds, as if it had just been inserted. What was made from it stays.
    func clearContents(ofArtifact id: Int64) throws {
        for table in ["embedding_set", "prompt", "generator", "tensor", "metric", "evaluation", "file", "artifact_digest"] {
            try execute(sql: "DELETE FROM \(table) WHERE artifact_id = ?", arguments: [id])
        }
    }

    fileprivate func clearArtifact(_ id: Int64, seconds: Double, bytes: Int) throws {
        guard seconds.isFinite else { throw StoreError.badValue("an artifact cannot take \(seconds) seconds to make") }
        try clearContents(ofArtifact: id)
        let now = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
        try execute(
            sql: "UPDATE artifact SET created = \(now), seconds = ?, bytes = ? WHERE id = ?",
            arguments: [seconds, bytes, id])
    }

    /// The bytes of numbers in an artifact, whoever else shares them.
    fileprivate func size(of contents: ArtifactContents) throws -> Int {
        switch contents {
        case .embeddings(let set):
            let images =
                try Int.fetchOne(
                    self,
                    sql: """
                        SELECT count(*) FROM manifest_image WHERE manifest_id = (SELECT id FROM artifact WHERE key = ?)
                        """, arguments: [set.manifest.description]) ?? 0
            let features = try 4 * dimension(ofEncoder: set.encoder)
            let statistics =
                set.hasStatistics
                ? try 4 * blockWidths(encoderID: encoderID(set.encoder)).reduce(0, +) : 0
            return images * set.views.count * (features + statistics)
        case .prompt(let prompt): return prompt.vectors.count * 4
        case .weights(let weights): return weights.tensors.values.reduce(0) { $0 + $1.count * 4 }
        case .evaluation(let evaluation): return evaluation.predictions.count * 16
        case .files(let files): return files.reduce(0) { $0 + $1.content.count }
        }
    }
}

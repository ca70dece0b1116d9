import Datasets
import GRDB

extension ArtifactStore {
    /// The artifact that a text stands for: a key, its first digits (six or more), a name of the view `names`, such as
    /// "tango" for embeddings or "coop/tango/1" for a prompt, or what runs call it, such as "spg(target tango, seed 1)".
    /// - Parameters:
    ///   - text: what stands for it.
    ///   - kind: only artifacts of this kind are meant; of any, where it is nil.
    /// - Throws: `StoreError.unknownName`, `.ambiguousName` with the candidates, `.noArtifact` for a whole key, `.notMade` for
    ///   what is planned.
    public func resolve(_ text: String, kind: ArtifactKind? = nil) throws -> ArtifactKey {
        try reading { database in
            if let key = Digest(text) {
                guard try database.candidates(key.description, kind: kind).isEmpty == false else {
                    throw StoreError.noArtifact(key, kind)
                }
                return key
            }
            var candidates = try database.candidates(text, kind: kind)
            if candidates.isEmpty { candidates = try database.candidates(InstanceSelector(text), kind: kind) }
            guard let first = candidates.first else {
                let names = try String.fetchAll(
                    database, sql: "SELECT DISTINCT name FROM names WHERE ?1 IS NULL OR kind = ?1 ORDER BY name",
                    arguments: [kind?.rawValue])
                throw StoreError.unknownName(text, kind: kind, nearest: nearest(to: text, among: names))
            }
            guard candidates.count == 1 else {
                throw StoreError.ambiguousName(text, candidates: candidates.map(\.description))
            }
            return first.key
        }
    }

    /// The names of an artifact in the view `names`, the longest first: those say most.
    /// - Throws: `StoreError` where the store cannot be read, or a value in it is damaged.
    public func names(of key: ArtifactKey) throws -> [String] {
        try reading { database in
            try String.fetchAll(
                database, sql: "SELECT name FROM names WHERE key = ? ORDER BY length(name) DESC, name",
                arguments: [key.description])
        }
    }

    /// What an artifact is called in a sentence: its most telling name, or its kind and the first digits of its key.
    /// - Throws: `StoreError` where the store cannot be read, or a value in it is damaged.
    public func title(of key: ArtifactKey) throws -> String {
        if let name = try names(of: key).first { return name }
        guard let artifact = try artifact(key) else { return key.short }
        guard artifact.recipe.kind == .images else { return "\(artifact.recipe.kind.rawValue) \(key.short)" }
        return "images of \(try manifest(key).domain)"
    }
}

/// An artifact that a text may mean.
private struct Candidate: CustomStringConvertible {
    let key: ArtifactKey
    let kind: String
    let created: String
    let name: String?

    var description: String { "\(key.short)  \(kind)  \(created)  \(name ?? "")" }
}

extension Database {
    /// Artifacts by the first digits of their key or by name, oldest first, each with the longest of its names.
    fileprivate func candidates(_ text: String, kind: ArtifactKind?) throws -> [Candidate] {
        let digits = text.lowercased()
        let isPrefix = digits.utf8.count >= 6 && digits.allSatisfy { "0123456789abcdef".contains($0) }
        return try Row.fetchAll(
            self,
            sql: """
                SELECT key, kind, created, (
                    SELECT name FROM names WHERE names.key = artifact.key ORDER BY length(name) DESC, name LIMIT 1) AS name
                FROM artifact
                WHERE (?1 IS NULL OR kind = ?1)
                    AND (substr(key, 1, length(?2)) = ?2 OR key IN (SELECT key FROM names WHERE name = ?3))
                ORDER BY created, key
                """, arguments: [kind?.rawValue, isPrefix ? digits : nil, text]
        ).map {
            try Candidate(
                key: $0.digest("key"), kind: $0.value("kind"), created: $0.value("created"), name: $0.value("name"))
        }
    }

    /// What pipelines have made that is called so, by their latest plans, oldest first.
    /// - Throws: `StoreError.notMade` where all that is called so is still to be made.
    fileprivate func candidates(_ selector: InstanceSelector, kind: ArtifactKind?) throws -> [Candidate] {
        let meant = try instances(selector)
        var candidates: [Candidate] = []
        for instance in meant where !candidates.contains(where: { $0.key == instance.key }) {
            guard let made = try artifact(instance.key) else { continue }
            candidates.append(
                Candidate(
                    key: instance.key, kind: made.recipe.kind.rawValue, created: made.created,
                    name: "\(instance.pipeline)/\(instance.name.text)"))
        }
        if candidates.isEmpty, let first = meant.first { throw StoreError.notMade(selector.text, first) }
        return candidates.filter { kind == nil || $0.kind == kind?.rawValue }
            .sorted { ($0.created, $0.key.description) < ($1.created, $1.key.description) }
    }
}

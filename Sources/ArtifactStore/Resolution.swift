import Datasets
import GRDB

extension ArtifactStore {
    /// The artifact that a text stands for: a key, its first digits (six or more), or a name of the view `names`, such
    /// as "tango" for embeddings, "coop/tango/1" for a prompt, "demo/spg/seed=1/target=tango" for an artifact of a
    /// pipeline.
    /// - Parameter kind: only artifacts of this kind are meant.
    /// - Throws: `StoreError.unknownName`, `.ambiguousName` with the candidates, `.noArtifact` for a whole key.
    public func resolve(_ text: String, kind: ArtifactKind? = nil) throws -> ArtifactKey {
        try reading { database in
            if let key = Digest(text) {
                guard try database.candidates(key.description, kind: kind).isEmpty == false else {
                    throw StoreError.noArtifact(key, kind)
                }
                return key
            }
            var candidates = try database.candidates(text, kind: kind)
            if candidates.isEmpty { candidates = try database.instances(text, kind: kind) }
            guard let first = candidates.first else {
                let names = try String.fetchAll(
                    database, sql: "SELECT DISTINCT name FROM names WHERE ?1 IS NULL OR kind = ?1 ORDER BY name",
                    arguments: [kind?.rawValue])
                throw StoreError.unknownName(text, kind: kind, nearest: nearest(to: text, among: names))
            }
            guard candidates.count == 1 else {
                throw StoreError.ambiguousName(text, candidates: try candidates.map { row in
                    let kind: String = try row.value("kind"), created: String = try row.value("created")
                    let name: String? = try row.value("name")
                    return "\(try row.digest("key").short)  \(kind)  \(created)  \(name ?? "")"
                })
            }
            return try first.digest("key")
        }
    }
}

extension Database {
    /// What pipelines have made that is called as `spg run` and `spg status` call it: `spg(target ink, seed 1)` or
    /// `spg/target=ink/seed=1`, of the pipelines' latest plans.
    fileprivate func instances(_ text: String, kind: ArtifactKind?) throws -> [Row] {
        var stage = text[...], parts: [(axis: Substring, value: Substring)] = []
        if let open = text.firstIndex(of: "("), text.hasSuffix(")") {
            stage = text[..<open]
            for part in text[text.index(after: open)...].dropLast().split(separator: ",") {
                let words = part.drop { $0 == " " }.split(separator: " ", maxSplits: 1)
                guard words.count == 2 else { return [] }
                parts.append((words[0], words[1]))
            }
        } else {
            let words = text.split(separator: "/", omittingEmptySubsequences: false)
            stage = words[0]
            for word in words.dropFirst() {
                let halves = word.split(separator: "=", maxSplits: 1)
                guard halves.count == 2 else { return [] }
                parts.append((halves[0], halves[1]))
            }
        }
        let rows = try Row.fetchAll(self, sql: """
            SELECT artifact.key, artifact.kind, artifact.created, pipeline || '/' || stage AS name, cell
            FROM pipeline_instance JOIN artifact ON artifact.key = pipeline_instance.key
            WHERE stage = ? AND (?2 IS NULL OR kind = ?2) ORDER BY artifact.created, artifact.key
            """, arguments: [String(stage), kind?.rawValue])
        var seen: Set<String> = []
        return try rows.filter { row in
            let cell = try JSONValue(parsing: row["cell"])
            let isMeant = parts.allSatisfy { axis, value in
                guard let own = cell[String(axis)] else { return false }
                return Name(own.plainText) == Name(value) || (own.number != nil && own == JSONValue(number: String(value)))
            }
            return isMeant && seen.insert(row["key"]).inserted
        }
    }

    /// Artifacts by the first digits of their key or by name, oldest first, each with the longest of its names.
    fileprivate func candidates(_ text: String, kind: ArtifactKind?) throws -> [Row] {
        let digits = text.lowercased()
        let isPrefix = digits.utf8.count >= 6 && digits.allSatisfy { "0123456789abcdef".contains($0) }
        return try Row.fetchAll(self, sql: """
            SELECT key, kind, created, (
                SELECT name FROM names WHERE names.key = artifact.key ORDER BY length(name) DESC, name LIMIT 1) AS name
            FROM artifact
            WHERE (?1 IS NULL OR kind = ?1)
                AND (substr(key, 1, length(?2)) = ?2 OR key IN (SELECT key FROM names WHERE name = ?3))
            ORDER BY created, key
            """, arguments: [kind?.rawValue, isPrefix ? digits : nil, text])
    }
}

import ArtifactStore
import Datasets
import Foundation
import Reporting

/// What an artifact holds, in a line, and the query that shows it.
struct ArtifactSummary {
    var text: String
    var query: String

    init(of key: ArtifactKey, kind: ArtifactKind, in store: ArtifactStore) throws {
        func row(_ sql: String) throws -> [QueryResult.Value] { try store.query(sql).rows.first ?? [] }
        switch kind {
        case .images:
            let manifest = try store.manifest(key)
            text = "\(manifest.images.count) images of \(manifest.domain) in \(manifest.classes.count) classes"
            query = "SELECT label, image_path FROM images WHERE manifest_key = '\(key)'"
        case .embeddings:
            let set = try store.embeddingSet(key)
            let images = try store.manifest(set.manifest).images.count
            let encoder = try store.encoder(set.encoder)
            text = "\(images) images × \(set.views.count) views × \(encoder.dimension) numbers, by \(encoder.name)"
            let domain = try store.manifest(set.manifest).domain.text.replacing("'", with: "''")
            query = "SELECT image_path, label, view FROM embeddings WHERE domain = '\(domain)'"
        case .prompt:
            let values = try row(
                "SELECT context_length, width, validation_accuracy FROM prompts WHERE key = '\(key)'")
            text = "\(values.number(0)) × \(values.number(1)) numbers" + values.validation(2)
            query = "SELECT * FROM prompts WHERE key = '\(key)'"
        case .generator:
            let values = try row(
                """
                SELECT count(*), sum(length(vector)) / 4, validation_accuracy
                FROM generators JOIN tensors USING (key) WHERE key = '\(key)'
                """)
            text = "\(values.number(0)) tensors, \(values.number(1)) numbers" + values.validation(2)
            query = "SELECT name, shape FROM tensors WHERE key = '\(key)'"
        case .files:
            let rows = try store.query("SELECT file_name, bytes FROM files WHERE key = '\(key)' ORDER BY name").rows
            let names = rows.map { $0.text(0) + " (\(byteSize(Int($0.number(1)))))" }
            let metrics = try store.metrics(of: key).map { "\($0.name) " + String(format: "%.4g", $0.value) }
            text = (names + metrics.prefix(6)).joined(separator: ", ")
            query = "SELECT file_name, bytes, sha256 FROM files WHERE key = '\(key)'"
        case .evaluation:
            let values = try row("SELECT accuracy, images FROM results WHERE evaluation_key = '\(key)' LIMIT 1")
            text = "accuracy \(values.share(0)) of \(values.number(1)) images"
            query = "SELECT label, predicted, count(*) FROM predictions WHERE evaluation_key = '\(key)' GROUP BY 1, 2"
        }
    }
}

extension ArtifactSummary {
    /// The command line that shows it, as it can be pasted: it names the store.
    func command(for store: ArtifactStore) -> String {
        let path = store.path
        let isPlain = path.utf8.allSatisfy { $0 > 0x2C && $0 < 0x7F && !"<>?\\[]^`{|}~;".utf8.contains($0) }
        return "spg query --store \(isPlain ? path : "'" + path.replacing("'", with: "'\\''") + "'") \"\(query)\""
    }
}

extension [QueryResult.Value] {
    fileprivate func number(_ index: Int) -> Int64 {
        if indices.contains(index), case .integer(let number) = self[index] { number } else { 0 }
    }

    fileprivate func text(_ index: Int) -> String {
        if indices.contains(index), case .text(let text) = self[index] { text } else { "" }
    }

    fileprivate func share(_ index: Int) -> String {
        if indices.contains(index), case .real(let share) = self[index] { percent(share) } else { "?" }
    }

    fileprivate func validation(_ index: Int) -> String {
        if indices.contains(index), case .real(let share) = self[index] {
            ", \(percent(share)) on validation images"
        } else {
            ""
        }
    }
}

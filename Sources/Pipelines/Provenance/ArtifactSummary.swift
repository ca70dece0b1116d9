import ArtifactStore
import Datasets
import Foundation
import Reporting

/// What an artifact holds, and the query that shows it.
struct ArtifactSummary: Sendable {
    /// Figures of what is in it, of its kind.
    enum Contents: Sendable {
        case images(Images), embeddings(Embeddings), prompt(Prompt), generator(Generator), files(Files)
        case evaluation(Evaluation)
    }

    struct Images: Encodable {
        let domain: Name
        let images: Int
        let classes: Int
    }

    struct Embeddings: Encodable {
        let images: Int
        let views: Int
        let dimension: Int
        let encoder: String
    }

    struct Prompt: Encodable {
        let contextLength: Int
        let width: Int
        @OrNull var validationAccuracy: Double?
    }

    struct Generator: Encodable {
        let tensors: Int
        let numbers: Int
        @OrNull var validationAccuracy: Double?
    }

    struct Files: Encodable {
        struct File: Encodable {
            let name: String
            let bytes: Int
        }

        struct Measurement: Encodable {
            let name: String
            let value: Double
        }

        let files: [File]
        let metrics: [Measurement]
    }

    struct Evaluation: Encodable {
        @OrNull var accuracy: Double?
        let images: Int
    }

    let contents: Contents
    let query: String

    init(of key: ArtifactKey, kind: ArtifactKind, in store: ArtifactStore) throws {
        func row(_ sql: String) throws -> [QueryResult.Value] { try store.query(sql).rows.first ?? [] }
        switch kind {
        case .images:
            let manifest = try store.manifest(key)
            contents = .images(
                Images(domain: manifest.domain, images: manifest.images.count, classes: manifest.classes.count))
            query = "SELECT label, image_path FROM images WHERE manifest_key = '\(key)'"
        case .embeddings:
            let set = try store.embeddingSet(key), manifest = try store.manifest(set.manifest)
            let encoder = try store.encoder(set.encoder)
            contents = .embeddings(
                Embeddings(
                    images: manifest.images.count, views: set.views.count, dimension: encoder.dimension,
                    encoder: encoder.name))
            let domain = manifest.domain.text.replacing("'", with: "''")
            query = "SELECT image_path, label, view FROM embeddings WHERE domain = '\(domain)'"
        case .prompt:
            let values = try row(
                "SELECT context_length, width, validation_accuracy FROM prompts WHERE key = '\(key)'")
            contents = .prompt(
                Prompt(contextLength: values.number(0), width: values.number(1), validationAccuracy: values.share(2)))
            query = "SELECT * FROM prompts WHERE key = '\(key)'"
        case .generator:
            let values = try row(
                """
                SELECT count(*), sum(length(vector)) / 4, validation_accuracy
                FROM generators JOIN tensors USING (key) WHERE key = '\(key)'
                """)
            contents = .generator(
                Generator(tensors: values.number(0), numbers: values.number(1), validationAccuracy: values.share(2)))
            query = "SELECT name, shape FROM tensors WHERE key = '\(key)'"
        case .files:
            let rows = try store.query("SELECT file_name, bytes FROM files WHERE key = '\(key)' ORDER BY name").rows
            contents = .files(
                Files(
                    files: rows.map { .init(name: $0.text(0), bytes: $0.number(1)) },
                    metrics: try store.metrics(of: key).map { .init(name: $0.name, value: $0.value) }))
            query = "SELECT file_name, bytes, sha256 FROM files WHERE key = '\(key)'"
        case .evaluation:
            let values = try row("SELECT accuracy, images FROM results WHERE evaluation_key = '\(key)' LIMIT 1")
            contents = .evaluation(Evaluation(accuracy: values.share(0), images: values.number(1)))
            query = "SELECT label, predicted, count(*) FROM predictions WHERE evaluation_key = '\(key)' GROUP BY 1, 2"
        }
    }
}

extension ArtifactSummary.Contents: Encodable {
    /// The members of its kind.
    func encode(to encoder: any Encoder) throws {
        switch self {
        case .images(let value): try value.encode(to: encoder)
        case .embeddings(let value): try value.encode(to: encoder)
        case .prompt(let value): try value.encode(to: encoder)
        case .generator(let value): try value.encode(to: encoder)
        case .files(let value): try value.encode(to: encoder)
        case .evaluation(let value): try value.encode(to: encoder)
        }
    }

    /// In a line.
    var text: String {
        func validation(_ share: Double?) -> String { share.map { ", \(percent($0)) on validation images" } ?? "" }
        switch self {
        case .images(let all): return "\(all.images) images of \(all.domain) in \(all.classes) classes"
        case .embeddings(let all):
            return "\(all.images) images × \(all.views) views × \(all.dimension) numbers, by \(all.encoder)"
        case .prompt(let prompt):
            return "\(prompt.contextLength) × \(prompt.width) numbers" + validation(prompt.validationAccuracy)
        case .generator(let all):
            return "\(all.tensors) tensors, \(all.numbers) numbers" + validation(all.validationAccuracy)
        case .files(let all):
            let names = all.files.map { "\($0.name) (\(byteSize($0.bytes)))" }
            let metrics = all.metrics.prefix(6).map { "\($0.name) " + String(format: "%.4g", $0.value) }
            return (names + metrics).joined(separator: ", ")
        case .evaluation(let all): return "accuracy \(all.accuracy.map(percent) ?? "?") of \(all.images) images"
        }
    }
}

extension [QueryResult.Value] {
    fileprivate func number(_ index: Int) -> Int {
        if indices.contains(index), case .integer(let number) = self[index] { Int(number) } else { 0 }
    }

    fileprivate func text(_ index: Int) -> String {
        if indices.contains(index), case .text(let text) = self[index] { text } else { "" }
    }

    fileprivate func share(_ index: Int) -> Double? {
        if indices.contains(index), case .real(let share) = self[index] { share } else { nil }
    }
}

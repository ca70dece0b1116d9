import ArtifactStore
import Datasets
import Foundation
import TestSupport
import Testing

/// A folder with a small data set, a tiny CLIP and a pipeline file, in which programs run.
struct Workplace: Sendable {
    let folder: TemporaryFolder
    var url: URL { folder.url }
    var storePath: String { folder.path("store.sqlite") }

    init(_ tree: PictureTree = PictureTree()) throws {
        folder = try TemporaryFolder()
        try tree.write(to: folder.url.appending(path: "data"))
        try TinyCLIP.write(to: folder.url.appending(path: "clip"))
        // What it is, so that no program has to assume it and say so.
        let configuration = #"""
            {"model_cfg": {"quick_gelu": true, "vision_cfg": {"width": 128}, "text_cfg": {"width": 64, "heads": 1}}}
            """#
        try Data(configuration.utf8).write(to: folder.url.appending(path: Self.configuration))
        try write(Self.pipeline)
    }

    /// One that has a checkpoint with Hugging Face's names besides, in `hf`.
    static func withHuggingFaceCLIP() throws -> Workplace {
        let workplace = try Workplace()
        try TinyHuggingFaceCLIP.write(to: workplace.url.appending(path: "hf"))
        return workplace
    }

    /// The file that says what activation the checkpoint's model has.
    static let configuration = "clip/open_clip_config.json"

    /// Parameters that make a fit of a fraction of a second of the tiny data set.
    static let fitting = ["--context", "", "--context-length", "2", "--batch-size", "8", "--epochs", "3"]

    static let pipeline = """
        pipeline: small
        dataset: {root: data, name: Small}
        encoder: {checkpoint: clip}
        matrix: {target: [chalk, oil], seed: [1]}
        stages:
          features: {uses: extract, with: {views: 1}}
          prompts:
            uses: fit
            from: {embeddings: features}
            with: {seed: "${seed}", context: "", contextLength: 2, batchSize: 8, epochs: 3}
          generator:
            uses: cgan
            from: {embeddings: features, prompts: prompts}
            with: {seed: "${seed}", batchSize: 8, epochs: 3, warmUpEpochs: 1, latentDimension: 8}
          zero-shot: {uses: evaluate-zero-shot, from: {embeddings: features}}
          spg:
            uses: evaluate-generator
            from: {embeddings: features, generator: generator}
            with: {seed: "${seed}"}
        results: {zero-shot: Zero-shot CLIP, spg: SPG}
        """

    func write(_ pipeline: String) throws {
        try Data(pipeline.utf8).write(to: url.appending(path: "small.yaml"))
    }

    /// Runs a program to its end; `--store` and, for a stage, `--checkpoint` are added.
    @discardableResult
    func run(_ name: String, _ arguments: String..., shell: String = "") async throws -> Program.Outcome {
        try await start(name, arguments, shell: shell).outcome()
    }

    func start(_ name: String, _ arguments: [String], shell: String = "") throws -> Program {
        var arguments = arguments
        if !arguments.contains("--help") {
            if !arguments.contains("--store") { arguments += ["--store", "store.sqlite"] }
            if name != "spg", !arguments.contains("--checkpoint") { arguments += ["--checkpoint", "clip"] }
        }
        return try Program(name, arguments, in: url, shell: shell)
    }

    var store: ArtifactStore {
        get throws { try ArtifactStore(path: storePath, readOnly: true) }
    }

    func query(_ sql: String) throws -> QueryResult { try store.query(sql) }

    /// The one number of a query.
    func count(_ sql: String) throws -> Int {
        guard case .integer(let number)? = try query(sql).rows.first?.first else { return -1 }
        return Int(number)
    }

    /// The one text of a query.
    func text(_ sql: String) throws -> String {
        guard case .text(let text)? = try query(sql).rows.first?.first else { return "" }
        return text
    }

    /// Everything that was made, with its bits; nothing of when.
    func contents(of name: String = "store.sqlite") throws -> [QueryResult] {
        let store = try ArtifactStore(path: folder.path(name), readOnly: true)
        return try [
            "SELECT key, kind, bytes, parameters FROM artifacts ORDER BY key",
            "SELECT * FROM prompts ORDER BY key", "SELECT * FROM tensors ORDER BY key, name",
            "SELECT * FROM metrics ORDER BY key, epoch, name",
            "SELECT evaluation_key, image_path, predicted, probability FROM predictions ORDER BY 1, 2",
        ].map { try store.query($0) }
    }

    /// What was learned and measured, with its bits; nothing of where and when.
    func learned() throws -> [QueryResult] {
        try [
            "SELECT key, vectors, validation_accuracy FROM prompts ORDER BY key",
            "SELECT key, name, vector FROM tensors ORDER BY key, name",
            "SELECT * FROM metrics ORDER BY key, epoch, name",
            "SELECT method, target, seed, accuracy, evaluation_key FROM results ORDER BY evaluation_key",
        ].map { try query($0) }
    }

    /// Requires the store to be whole and, where an input was bad, to hold no artifact of a kind.
    func expectSound(without kind: ArtifactKind? = nil, _ place: SourceLocation = #_sourceLocation) throws {
        #expect(try query("PRAGMA integrity_check").rows == [[.text("ok")]], sourceLocation: place)
        if let kind { #expect(try artifactCount(kind) == 0, sourceLocation: place) }
    }

    func artifactCount(_ kind: ArtifactKind) throws -> Int {
        try count("SELECT count(*) FROM artifacts WHERE kind = '\(kind.rawValue)'")
    }
}

import ArtifactStore
import Datasets
import Foundation
import Pipelines
import Tensors

/// A data set of three domains and two classes, and a real store, in a folder of their own.
final class Laboratory: Sendable {
    let folder: URL
    let store: ArtifactStore
    static let encoder = EncoderIdentity(name: "sample", dimension: 2, parameters: ["weights": "none"])

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("laboratory-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        store = try ArtifactStore(path: folder.appendingPathComponent("store.sqlite").path)
        try store.record(Self.encoder)
        for domain in ["oil", "ink", "chalk"] {
            for label in ["cat", "dog"] { try addImage("\(domain)/\(label)/0.jpg") }
        }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Planning looks at names and bytes only, so a file with a text in it will do.
    func addImage(_ path: String) throws {
        let file = folder.appendingPathComponent("data/\(path)")
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(path.utf8).write(to: file)
    }

    func plan(_ text: String = sampleText) throws -> Plan {
        let root = folder.appendingPathComponent("data").path
        let specification = try specification(text.replacing("Data/sample", with: root))
        let inputs = try PlanInputs(
            for: specification, in: store, encoder: { _ in Self.encoder.key }, recording: true)
        return try Plan(specification, inputs: inputs)
    }

    /// Writes the artifact of an instance whose inputs are there.
    /// - Parameters:
    ///   - correct: how many of an evaluation's images are classified correctly; the rest is not.
    ///   - validation: the accuracy on validation images of what is learned.
    ///   - norm: of features; if left out, they have none.
    func make(_ instance: Instance, correct: Int = 1, validation: Double? = nil, norm: Float? = nil) throws {
        let contents: ArtifactContents
        switch instance.kind.makes {
        case .embeddings:
            let images = instance.recipe.inputs[0].key
            let rows = try store.manifest(images).images.map { ImageView(image: $0.digest, view: "center") }
            let vectors = Tensor([rows.count, 2], rows.flatMap { _ in [Float(1), 0] })
            try store.insert(
                vectors, norms: norm.map { Array(repeating: $0, count: rows.count) }, for: rows, encoder: Self.encoder.key)
            contents = .embeddings(EmbeddingSet(manifest: images, encoder: Self.encoder.key, views: ["center"]))
        case .prompt:
            contents = .prompt(
                StoredPrompt(method: "fit", domain: "oil", seed: 1, vectors: Tensor([1, 2]), validationAccuracy: validation))
        case .generator:
            contents = .weights(
                LearnedWeights(
                    method: "cgan", domain: "oil", seed: 1, tensors: ["w": Tensor([1])], validationAccuracy: validation))
        case .evaluation:
            let role = instance.recipe.parameters["evaluates"]?["images"]?.plainText ?? "embeddings"
            let target = instance.recipe.inputs.first { $0.role == role }?.key ?? instance.key
            let images = try store.embeddingSet(target).manifest
            let predictions = try store.manifest(images).images.enumerated().map { position, image in
                Evaluation.Prediction(
                    position: position, label: image.label,
                    predicted: position < correct ? image.label : 1 - image.label, probability: 0.75)
            }
            contents = .evaluation(Evaluation(method: "any", seed: nil, manifest: images, predictions: predictions))
        case .files: contents = .files([StoredFile(name: "points", fileName: "points.csv", content: Data("x".utf8))])
        case .images: return
        }
        try store.write(instance.recipe, contents, seconds: 2)
    }
}

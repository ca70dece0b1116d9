import ArtifactStore
import CLIP
import Datasets
import Foundation
import Imaging
import PromptLearning
import Stages
import Tensors
import TestSupport

/// A store in a folder of its own, a small CLIP and a small data set, and each stage with parameters for a fraction of a
/// second.
struct Bench {
    let folder: TemporaryFolder
    let store: ArtifactStore
    let checkpoint: Checkpoint
    let data: URL

    static let epochs = 5

    init(_ tree: PictureTree = PictureTree()) throws {
        folder = try TemporaryFolder()
        data = folder.url.appending(path: "data")
        try tree.write(to: data)
        try TinyCLIP.write(to: folder.url.appending(path: "clip"))
        checkpoint = try Checkpoint(contentsOf: folder.url.appending(path: "clip"))
        store = try ArtifactStore(path: folder.path("artifacts.sqlite"))
    }

    /// Some of DesktopIcons (Tests/Reference/desktop_icons_images.py), with a model that knows icons.
    /// - Parameter model: a folder of Models.
    init(desktopIcons model: String) throws {
        let root = URL(filePath: #filePath).appending(path: "../../..").standardizedFileURL
        folder = try TemporaryFolder()
        data = root.appending(path: "Tests/Fixtures/desktop-icons")
        checkpoint = try Checkpoint(contentsOf: root.appending(path: "Models/\(model)"))
        store = try ArtifactStore(path: folder.path("artifacts.sqlite"))
    }

    private init(_ other: Bench, store name: String) throws {
        (folder, data, checkpoint) = (other.folder, other.data, other.checkpoint)
        store = try ArtifactStore(path: other.folder.path(name))
    }

    /// The same data and checkpoint with an empty store.
    func withFreshStore() throws -> Bench { try Bench(self, store: "\(UUID().uuidString).sqlite") }

    func manifest(_ domain: Name) throws -> DomainManifest {
        try ImageFolder(root: data).manifest(of: domain) { try store.digests(ofFiles: $0) }
    }

    @discardableResult
    func extract(
        _ domain: String, views: Int = 2, counting count: ViewCount? = nil,
        onBadImage: ExtractStage.BadImagePolicy = .fail, precision: Precision = .float32, order: ColorOrder = .dassl,
        statistics: Bool = false, norms: Bool = false
    ) throws -> ExtractStage.Outcome {
        var parameters = ExtractStage.Parameters()
        parameters.views = count ?? .count(views)
        parameters.statistics = statistics
        let stage = try ExtractStage(parameters, onBadImage: onBadImage, origin: .computed(precision, order), withNorms: norms)
        return try stage.run(manifest: manifest(Name(domain)), checkpoint: checkpoint, store: store)
    }

    // MARK: Stages, with small parameters unless told otherwise

    func fit(_ embeddings: ArtifactKey..., with changes: [String: JSONValue] = [:]) throws -> LearningStage<CoOp> {
        try LearningStage(
            CoOp.kind.defaults.changed([
                "context": "", "contextLength": 2, "batchSize": 8, "epochs": .number(Double(Self.epochs)),
                "learningRate": 0.05,
            ]).changed(changes), inputs: ["embeddings": embeddings])
    }

    func generator(
        _ embeddings: [ArtifactKey], _ prompts: [ArtifactKey], with changes: [String: JSONValue] = [:]
    ) throws -> LearningStage<ConditionalGAN> {
        try LearningStage(
            ConditionalGAN.kind.defaults.changed([
                "batchSize": 8, "epochs": .number(Double(Self.epochs)), "warmUpEpochs": 1, "latentDimension": 8,
            ]).changed(changes), inputs: ["embeddings": embeddings, "prompts": prompts])
    }

    /// - Parameter inputs: of the roles besides `embeddings`.
    func evaluation<Method: EvaluationMethod>(
        _: Method.Type, _ inputs: [String: [ArtifactKey]] = [:], on embeddings: ArtifactKey,
        with changes: [String: JSONValue] = [:]
    ) throws -> EvaluateStage<Method> {
        try EvaluateStage(
            Method.kind.defaults.changed(changes), inputs: inputs.merging(["embeddings": [embeddings]]) { own, _ in own })
    }

    /// The key of an evaluation that is made now.
    func evaluated<Method: EvaluationMethod>(
        _ method: Method.Type, _ inputs: [String: [ArtifactKey]] = [:], on embeddings: ArtifactKey,
        with changes: [String: JSONValue] = [:]
    ) throws -> ArtifactKey {
        try evaluation(method, inputs, on: embeddings, with: changes).run(checkpoint: checkpoint, store: store)
    }

    /// Everything from images to evaluations, with chalk as the target.
    struct Flow: Equatable {
        var embeddings: [ArtifactKey], prompts: [ArtifactKey]
        var generator: ArtifactKey
        /// Zero-shot, averaged prompts, generator.
        var evaluations: [ArtifactKey]
    }

    func run(seed: Int = 1) throws -> Flow {
        let seed: [String: JSONValue] = ["seed": .number(Double(seed))]
        let target = try extract("chalk").key
        let sources = try ["ink", "oil"].map { try extract($0).key }
        let prompts = try sources.map { try fit($0, with: seed).run(checkpoint: checkpoint, store: store) }
        let generator = try generator(sources, prompts, with: seed).run(checkpoint: checkpoint, store: store)
        let evaluations = try [
            evaluated(ZeroShot.self, on: target), evaluated(PromptEvaluation.self, ["prompts": prompts], on: target),
            evaluated(GeneratorEvaluation.self, ["generator": [generator]], on: target, with: seed),
        ]
        return Flow(
            embeddings: [target] + sources, prompts: prompts, generator: generator, evaluations: evaluations)
    }

    /// Whether SQLite finds its file sound.
    var isSound: Bool {
        get throws { try store.query("PRAGMA integrity_check").rows == [[.text("ok")]] }
    }

    /// All artifacts, or those of a kind: keys, kinds, and when each was made.
    func artifacts(_ kind: ArtifactKind? = nil) throws -> [[QueryResult.Value]] {
        let filter = kind.map { "WHERE kind = '\($0.rawValue)'" } ?? ""
        return try store.query("SELECT key, kind, created, seconds FROM artifacts \(filter) ORDER BY key").rows
    }
}

extension JSONValue {
    /// An object with some members replaced.
    func changed(_ members: [String: JSONValue]) -> JSONValue {
        guard case .object(let own) = self else { return self }
        return .object(own.merging(members) { _, new in new })
    }
}

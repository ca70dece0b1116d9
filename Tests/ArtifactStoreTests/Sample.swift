import ArtifactStore
import Datasets
import Foundation
import GRDB
import Tensors

/// Runs `body` with the path of a new folder, which is removed afterwards.
func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("store-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
}

/// Runs `body` with a new store in a new folder.
func withStore<Result>(_ body: (ArtifactStore) throws -> Result) throws -> Result {
    try withFolder { try body(ArtifactStore(path: $0 + "/artifacts.sqlite")) }
}

extension ArtifactStore {
    /// How many rows the tables hold in all, the views' tables' contents included, SQLite's own left out.
    func rowCounts() throws -> [String: Int] {
        try database.read { database in
            let tables = try String.fetchAll(
                database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
            return try Dictionary(
                uniqueKeysWithValues: tables.map {
                    ($0, try Int.fetchOne(database, sql: "SELECT count(*) FROM \"\($0)\"") ?? 0)
                })
        }
    }

    /// One column of a query as texts.
    func texts(_ sql: String) throws -> [String] {
        try query(sql).rows.map { if case .text(let text) = $0[0] { text } else { "\($0[0])" } }
    }
}

/// A small data set with everything that is made of it.
enum Sample {
    static let encoder = EncoderIdentity(name: "icon-clip", dimension: 8, parameters: ["checkpoint": "abc"])
    static let views = ["center", "crop-flip:1"]

    /// Six images of three classes; `path` of image i is `/data/<domain>/<class>/<i>.jpg`.
    static func manifest(_ domain: String, root: String = "/data", extra: Int = 0) -> DomainManifest {
        let classes: [Name] = ["folder", "printer", "trash"]
        return DomainManifest(
            dataset: "DesktopIcons", domain: Name(domain), classes: classes,
            images: (0..<6 + extra).map { i in
                LabelledImage(
                    path: "\(root)/\(domain)/\(classes[i % 3])/\(i).jpg",
                    digest: Digest(of: Data("\(domain) \(i)".utf8)), label: i % 3)
            })
    }

    /// The unit vector that stands for the features of an image and view.
    static func vector(_ image: Digest, _ view: String, dimension: Int = 8) -> [Float] {
        var stream = RandomStream(seed: UInt64(image.bytes[0]) << 8 + UInt64(image.bytes[1]), purpose: view)
        let values = (0..<dimension).map { _ in stream.normal() }
        let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return values.map { $0 / length }
    }

    /// How long those features were as the encoder put them out.
    static func norm(_ image: Digest, _ view: String) -> Float { 8 + Float(image.bytes[2]) / 64 + Float(view.utf8.count) }

    static func extractionRecipe(_ manifest: DomainManifest, views: [String] = views) -> Recipe {
        Recipe(
            kind: .embeddings, algorithmVersion: 1,
            parameters: ["encoder": .string(encoder.key.description), "views": .array(views.map { .string($0) })],
            inputs: [.init("images", manifest.key)])
    }

    /// Records a manifest and the features of all of its images.
    /// - Parameter withNorms: whether their norms, too.
    @discardableResult
    static func extract(
        _ manifest: DomainManifest, into store: ArtifactStore, withNorms: Bool = false
    ) throws -> ArtifactKey {
        try store.record(manifest)
        try store.record(encoder)
        let missing = try store.missing(views: views, of: manifest.key, encoder: encoder.key, withNorms: withNorms)
        for (image, views) in missing {
            let rows = views.map { ImageView(image: image.digest, view: $0) }
            let values = rows.flatMap { vector($0.image, $0.view) }
            try store.insert(
                Tensor([rows.count, 8], values), norms: withNorms ? rows.map { norm($0.image, $0.view) } : nil, for: rows,
                encoder: encoder.key)
        }
        return try store.write(
            extractionRecipe(manifest),
            .embeddings(EmbeddingSet(manifest: manifest.key, encoder: encoder.key, views: views)), seconds: 2)
    }

    /// The widths of the encoder's blocks.
    static let widths = [2, 3]

    /// Numbers that stand for the block statistics of some images and views; half-precision holds them exactly.
    static func statistics(_ rows: [ImageView]) -> StoredBlockStatistics {
        let numbers = rows.flatMap { row in
            (0..<10).map { Float(row.image.bytes[$0]) / 4 + Float(row.view.utf8.count) }
        }
        return StoredBlockStatistics(widths: widths, numbers: HalfMatrix(rounding: Tensor([rows.count, 10], numbers)))
    }

    static func statisticsRecipe(_ manifest: DomainManifest) -> Recipe {
        Recipe(
            kind: .embeddings, algorithmVersion: 1,
            parameters: ["encoder": .string(encoder.key.description), "statistics": true, "views": .number(1)],
            inputs: [.init("images", manifest.key)])
    }

    /// Records a manifest and, beside the features, the block statistics of all of its images.
    @discardableResult
    static func extractStatistics(_ manifest: DomainManifest, into store: ArtifactStore) throws -> ArtifactKey {
        try store.record(manifest)
        try store.record(encoder)
        let missing = try store.missing(views: views, of: manifest.key, encoder: encoder.key, withStatistics: true)
        for (image, views) in missing {
            let rows = views.map { ImageView(image: image.digest, view: $0) }
            let values = rows.flatMap { vector($0.image, $0.view) }
            try store.insert(Tensor([rows.count, 8], values), statistics(rows), for: rows, encoder: encoder.key)
        }
        let set = EmbeddingSet(manifest: manifest.key, encoder: encoder.key, views: views, hasStatistics: true)
        return try store.write(statisticsRecipe(manifest), .embeddings(set), seconds: 2)
    }

    static func promptRecipe(_ embeddings: ArtifactKey, seed: Int) -> Recipe {
        Recipe(
            kind: .prompt, algorithmVersion: 1, parameters: ["seed": .number(Double(seed)), "learningRate": 0.002],
            inputs: [.init("embeddings", embeddings)])
    }

    static func prompt(_ domain: String, seed: Int) -> StoredPrompt {
        StoredPrompt(
            method: "coop", domain: domain, seed: seed, vectors: Tensor([2, 3], [1, 2, 3, 4, 5, Float(seed)]),
            validationAccuracy: 0.75)
    }

    static func generatorRecipe(_ prompts: [ArtifactKey], seed: Int) -> Recipe {
        Recipe(
            kind: .generator, algorithmVersion: 1, parameters: ["seed": .number(Double(seed))],
            inputs: prompts.map { .init("prompts", $0) })
    }

    static func generator(seed: Int) -> LearnedWeights {
        LearnedWeights(
            method: "spg", domain: "oxygen+papirus", seed: seed,
            tensors: ["g.weight": Tensor([2, 2], [1, 2, 3, 4]), "g.bias": Tensor([2], [5, 6]), "empty": Tensor([0, 3])],
            validationAccuracy: 0.5)
    }

    static func evaluationRecipe(_ inputs: [Recipe.Input], seed: Int?) -> Recipe {
        Recipe(
            kind: .evaluation, algorithmVersion: 1,
            parameters: ["seed": seed.map { .number(Double($0)) } ?? .null], inputs: inputs)
    }

    /// Right about every image but the last.
    static func evaluation(of manifest: DomainManifest, method: String, seed: Int?) -> Evaluation {
        Evaluation(
            method: method, seed: seed, manifest: manifest.key,
            predictions: manifest.labels.enumerated().map { position, label in
                .init(
                    position: position, label: label,
                    predicted: position == manifest.images.count - 1 ? (label + 1) % 3 : label,
                    probability: Double(position + 1) / 8, spread: seed == nil ? nil : Double(position) / 64)
            })
    }

    /// A pipeline "desktop-icons" of three domains, run for the target tango: every kind of artifact, and one that
    /// failed.
    /// A command that has read two of the pipeline's prompts, as a stage of another pipeline.
    @discardableResult
    static func runCommand(in store: ArtifactStore) throws -> ArtifactKey {
        let prompts = try ["oxygen", "papirus"].map { try store.resolve("coop/\($0)/1", kind: .prompt) }
        let recipe = Recipe(
            kind: .files, algorithmVersion: 1, parameters: ["command": "map ${inputs.prompts} > ${outputs.map}"],
            inputs: prompts.map { .init("prompts", $0) })
        let file = StoredFile(name: "map", fileName: "map.svg", content: Data("<svg/>".utf8))
        try store.write(recipe, .files([file]), metrics: [Metric(epoch: 0, name: "share", value: 0.5)], seconds: 1)
        try store.setPipeline("desktop-icons-map", to: [PipelineInstance(stage: "map", cell: [:], key: recipe.key)])
        return recipe.key
    }

    static func runPipeline(in store: ArtifactStore) throws {
        let manifests = ["tango", "oxygen", "papirus"].map { manifest($0) }
        let embeddings = try manifests.map { try extract($0, into: store) }
        var instances: [PipelineInstance] = zip(manifests, embeddings).map { manifest, key in
            PipelineInstance(stage: "features", cell: ["domain": .string(manifest.domain.text)], key: key)
        }
        let zeroShot = evaluationRecipe([.init("embeddings", embeddings[0])], seed: nil)
        try store.write(
            zeroShot, .evaluation(evaluation(of: manifests[0], method: "zero-shot", seed: nil)), seconds: 0.5)
        instances.append(
            .init(stage: "zero-shot", cell: ["target": "tango"], key: zeroShot.key, title: "Zero-shot CLIP"))
        for seed in [1, 2] {
            var prompts: [ArtifactKey] = []
            for index in [1, 2] {
                let domain = manifests[index].domain.text
                let recipe = promptRecipe(embeddings[index], seed: seed)
                let history = [Metric(epoch: 1, name: "loss", value: 2), Metric(epoch: 2, name: "loss", value: 1.5)]
                prompts.append(
                    try store.write(recipe, .prompt(prompt(domain, seed: seed)), metrics: history, seconds: 3))
                let cell: JSONValue = ["domain": .string(domain), "seed": .number(Double(seed))]
                instances.append(.init(stage: "prompts", cell: cell, key: recipe.key))
            }
            let cell: JSONValue = ["target": "tango", "seed": .number(Double(seed))]
            let generator = generatorRecipe(prompts, seed: seed)
            try store.write(generator, .weights(Self.generator(seed: seed)), seconds: 8)
            instances.append(.init(stage: "generator", cell: cell, key: generator.key))
            let spg = evaluationRecipe(
                [.init("embeddings", embeddings[0]), .init("generator", generator.key)], seed: seed)
            instances.append(.init(stage: "spg", cell: cell, key: spg.key, title: "SPG"))
            if seed == 1 {
                try store.write(
                    spg, .evaluation(evaluation(of: manifests[0], method: "spg", seed: seed)), seconds: 1)
            } else {
                try store.beginAttempt(at: spg.key, threads: 2)
                let cost = Attempt.Cost(seconds: 1, processorSeconds: 1.5, peakBytes: 12_000_000)
                try store.endAttempt(at: spg.key, cost: cost, log: "Error: the disk is full")
                try store.recordFailure("the disk is full", of: spg.key)
            }
        }
        try store.setPipeline("desktop-icons", to: instances)
    }

    /// Notes a job that was to make what the pipeline lacks, and ran out of time.
    static func submit(in store: ArtifactStore) throws {
        let keys = try store.texts("SELECT key FROM pipelines WHERE state = 'failed'").compactMap { ArtifactKey($0) }
        let resources: JSONValue = ["minutes": 5]
        try store.add([
            Job.Request(
                executor: "slurm", folder: "/shared/tasks", task: "sample-0", pipeline: "desktop-icons", resources: resources,
                keys: keys)
        ])
        try store.name([("sample-0", "4711_0")])
        try store.note([("sample-0", Job.Standing(state: "TIMEOUT", reason: "TimeLimit", node: "n17"))])
        try store.endJob("sample-0", cause: "timeout")
    }
}

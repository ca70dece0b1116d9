import ArtifactStore
import CLIP
import Datasets
import Foundation
import Tensors

/// Artifacts as arrays and a table, to be written in a format that other programs read.
public struct Export: Sendable {
    /// By name. One of them is what its kind is called after.
    public var tensors: [String: Tensor]
    /// What each row of the arrays is about; nil where it is about nothing else.
    public var rowTable: (columns: [String], rows: [[String]])?
    /// What each column of the arrays is about, where their files do not say it.
    fileprivate var columnTable: (columns: [String], rows: [[String]])?
    /// Of what was learned: a training checkpoint says it.
    fileprivate var training: TrainingSummary?
    /// What is written as .csv: a column for each number, after those of `rowTable`.
    fileprivate var table: (columns: [String], numbers: Tensor)?

    /// Features of embeddings artifacts, one after the other: `features`, `[images, dimension]`, or
    /// `[images, 1 + views, dimension]` with the center view first. What `FeatureImport` reads, bit by bit.
    /// - Parameter withNorms: whether their norms go with them, where all are known: in the table of the images. What reads
    ///   features for an artifact of its own leaves them out, since no key tells whether they are known.
    /// - Throws: `StageInputError` where they are of different encoders or numbers of views.
    public init(features keys: [ArtifactKey], withNorms: Bool = true, in store: ArtifactStore) throws {
        let sets = try keys.map { try store.embeddingSet($0) }
        guard let first = sets.first else { throw StageInputError("no embeddings were given") }
        guard sets.allSatisfy({ $0.encoder == first.encoder && $0.views.count == first.views.count }) else {
            throw StageInputError(
                "embeddings of different encoders or numbers of views make no one array; export each by itself")
        }
        var parts: [Tensor] = [], rows: [[String]] = []
        for (key, set) in zip(keys, sets) {
            let views = try set.views.map { try store.embeddings(key, view: $0) }
            let manifest = views[0].manifest
            parts.append(Tensor.interleaving(views.map(\.vectors)))
            rows += manifest.images.map {
                [$0.path.text, $0.digest.description, manifest.domain.text, manifest.classes[$0.label].text]
            }
        }
        let dimension = parts[0].columns, views = first.views.count
        let all = Tensor.stacking(parts)
        tensors = ["features": all.reshaped(views == 1 ? [rows.count, dimension] : [rows.count, views, dimension])]
        rowTable = (["image_path", "image_sha256", "domain", "label"], rows)
        if withNorms, try keys.allSatisfy(store.hasNorms) {
            let norms = try zip(keys, sets).flatMap { key, set in
                let columns = try set.views.map { try store.norms(key, view: $0) }
                return columns[0].indices.map { row in columns.map { "\($0[row])" } }
            }
            rowTable?.columns += FeatureImport.normColumns(views: views)
            rowTable?.rows = zip(rows, norms).map { $0 + $1 }
        }
        table = (Self.numbers("f", dimension * views), all.reshaped([rows.count, dimension * views]))
    }

    /// The context vectors of a prompt: `ctx`, `[context length, width]`, or `[classes, context length, width]` where every
    /// class has vectors of its own, as CoOp's code has them.
    /// - Throws: `StoreError` if the artifact is not there, or no prompt.
    public init(prompt key: ArtifactKey, in store: ArtifactStore) throws {
        let prompt = try store.prompt(key), vectors = prompt.vectors
        let contexts = try PromptForm(of: key, in: store).classes?.count ?? 1
        let isSpecific = contexts > 1 && vectors.rows.isMultiple(of: contexts)
        tensors = ["ctx": isSpecific ? vectors.reshaped([contexts, vectors.rows / contexts, vectors.columns]) : vectors]
        training = TrainingSummary(epochs: try store.epochs(of: key), accuracy: prompt.validationAccuracy)
        table = (Self.numbers("v", vectors.columns), vectors)
    }

    /// The weights of a generator by their names in the state dict of an `nn.Sequential` called `model`.
    /// - Throws: `StoreError` if the artifact is not there, or no generator.
    public init(generator key: ArtifactKey, in store: ArtifactStore) throws {
        let generator = try store.weights(key)
        tensors = generator.tensors
        training = TrainingSummary(epochs: try store.epochs(of: key), accuracy: generator.validationAccuracy)
    }

    /// The predictions of an evaluation: `predictions`, `[images, 3]`: true class, predicted class, and its probability.
    /// - Parameters:
    ///   - key: the evaluation's.
    ///   - probabilities: of all its classes, to go with them: `probabilities`, `[images, classes]`.
    ///   - store: where it is.
    /// - Throws: `StoreError` if the artifact is not there, or no evaluation.
    public init(
        predictions key: ArtifactKey, probabilities: ClassProbabilities? = nil, in store: ArtifactStore
    ) throws {
        let evaluation = try store.evaluation(key), manifest = try store.manifest(evaluation.manifest)
        let rows = evaluation.predictions
        // Labels are far below 2²⁴, and probabilities were float32 before they came into the store.
        tensors = [
            "predictions": Tensor(
                [rows.count, 3], rows.flatMap { [Float($0.label), Float($0.predicted), Float($0.probability)] })
        ]
        rowTable = (
            Evaluation.Prediction.columns,
            rows.map {
                let image = manifest.images[$0.position]
                return [
                    image.path.text, image.digest.description, manifest.classes[$0.label].text,
                    manifest.classes[$0.predicted].text,
                    "\(Float($0.probability))",
                ]
            }
        )
        table = ([], Tensor([rows.count, 0]))
        guard let probabilities else { return }
        tensors["probabilities"] = probabilities.values
        table = (probabilities.classes.map { "probability of \($0)" }, probabilities.values)
        columnTable = (
            ["column", "label"], probabilities.classes.enumerated().map { ["\($0)", $1.text] }
        )
    }

    /// What is known of the training of what is exported.
    fileprivate struct TrainingSummary {
        var epochs: Int
        /// On validation images, in 0...1.
        var accuracy: Double?
    }

    private static func numbers(_ letter: String, _ count: Int) -> [String] { (0..<count).map { "\(letter)\($0)" } }
}

extension Export {
    /// Writes a file in the format of its extension: .npy (one array), .npz, .safetensors, .pt (a lone tensor, or a state
    /// dict of several), .tar (a training checkpoint of Dassl's, also as .tar-N with N epochs), .csv. Beside arrays whose rows
    /// are about images, their table is written as .csv.
    /// - Returns: the files written.
    /// - Throws: `StageInputError` for an extension that this cannot be written in; `StoreError.fileExists` or
    ///   `.cannotWrite`, and nothing is written.
    public func write(to url: URL) throws -> [URL] {
        var files: [(url: URL, data: Data)] = [(url, try data(as: url.pathExtension.lowercased(), of: url.path))]
        let name = url.deletingPathExtension()
        for (table, suffix) in [(rowTable, "csv"), (columnTable, "classes.csv")] where url.pathExtension.lowercased() != "csv" {
            guard let table else { continue }
            let lines = ([table.columns] + table.rows).map(CommaSeparated.line)
            files.append((name.appendingPathExtension(suffix), Data(lines.joined().utf8)))
        }
        try NewFiles.write(files)
        return files.map(\.url)
    }

    private func data(as format: String, of path: String) throws -> Data {
        let tooLarge = StageInputError("\(path) would be larger than the 4 GB of a .\(format) file; write .safetensors")
        switch format {
        case "safetensors": return Safetensors.encode(tensors)
        case "npz":
            guard let data = NumPyArchive.encode(tensors) else { throw tooLarge }
            return data
        case "npy":
            guard let tensor = tensors.values.first, tensors.count == 1 else {
                throw StageInputError("\(path): \(tensors.count) arrays are written as .npz, .safetensors or .pt")
            }
            return NumPyArray.encode(tensor)
        case "pt":
            let data = tensors.count == 1 ? tensors.values.first.flatMap(TorchFile.encode) : TorchFile.encode(tensors)
            guard let data else { throw tooLarge }
            return data
        case let suffix where suffix == "tar" || suffix.hasPrefix("tar-"):
            guard let training else { throw StageInputError("\(path): only prompts and generators are written as checkpoints") }
            let data = TorchFile.encodeCheckpoint(
                tensors, epoch: Int(format.dropFirst(4)) ?? training.epochs, accuracy: training.accuracy.map { 100 * $0 })
            guard let data else { throw tooLarge }
            return data
        case "csv":
            guard let table else { throw StageInputError("\(path): weights are written as .safetensors, .npz or .pt") }
            return csv(table.columns, table.numbers)
        default:
            throw StageInputError("\(path): expected an extension .npy, .npz, .safetensors, .pt, .tar or .csv")
        }
    }

    /// Numbers in the fewest digits that stand for them and no others.
    private func csv(_ columns: [String], _ numbers: Tensor) -> Data {
        var text = CommaSeparated.line((rowTable?.columns ?? []) + columns)
        numbers.withUnsafePointer { values in
            for row in 0..<numbers.shape[0] {
                let own = (0..<columns.count).map { "\(values[row * columns.count + $0])" }
                text += CommaSeparated.line((rowTable?.rows[row] ?? []) + own)
            }
        }
        return Data(text.utf8)
    }
}

extension Tensor {
    /// Rows of several matrices of one shape, taken in turns.
    fileprivate static func interleaving(_ parts: [Tensor]) -> Tensor {
        guard parts.count > 1 else { return parts[0] }
        let rows = parts[0].rows, columns = parts[0].columns
        var result = Tensor(uninitialized: [rows * parts.count, columns])
        result.withUnsafeMutablePointer { to in
            for (index, part) in parts.enumerated() {
                part.withUnsafePointer { from in
                    for row in 0..<rows {
                        (to + (row * parts.count + index) * columns).update(from: from + row * columns, count: columns)
                    }
                }
            }
        }
        return result
    }

    /// Matrices of as many columns, one below the other.
    fileprivate static func stacking(_ parts: [Tensor]) -> Tensor {
        guard parts.count > 1 else { return parts[0] }
        var result = Tensor(uninitialized: [parts.reduce(0) { $0 + $1.rows }, parts[0].columns])
        result.withUnsafeMutablePointer { to in
            var end = to
            for part in parts {
                part.withUnsafePointer { end.update(from: $0, count: part.count) }
                end += part.count
            }
        }
        return result
    }
}

extension ArtifactStore {
    /// How many epochs an artifact was trained for; 0 where its recipe does not say.
    fileprivate func epochs(of key: ArtifactKey) throws -> Int {
        guard case .number(let epochs)? = try artifact(key)?.recipe.parameters["epochs"] else { return 0 }
        return Int(exactly: epochs) ?? 0
    }
}

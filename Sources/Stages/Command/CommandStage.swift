import ArtifactStore
import Datasets
import Foundation

/// Runs a command of the user's own: hands its inputs over as files, and keeps the files that it writes, or the predictions in
/// one of them.
public struct CommandStage: Sendable {
    public let recipe: Recipe
    let parameters: CommandParameters
    /// Where the files are that the command reads besides its inputs, by name.
    let files: [String: String]

    /// - Parameters:
    ///   - inputs: in the order of the recipe.
    ///   - files: paths, one for each of the parameters' files.
    /// - Throws: `EncodingError` if a parameter is a number that JSON has not.
    public init(_ parameters: CommandParameters, inputs: [Recipe.Input], files: [String: String]) throws {
        self.parameters = parameters
        self.files = files
        recipe = StageKind.command(roles: [], makes: parameters.makes)
            .recipe(try JSONValue(encoding: parameters), inputs: inputs)
    }

    /// Runs the command, unless the store has what it makes.
    ///
    /// It runs in the current folder, with nothing on its standard input; what it writes on either output goes to standard
    /// error. Its inputs and outputs lie in a folder that is gone afterwards, whatever comes of it, and nothing that the
    /// command has started runs on. All children of this process count as the command's.
    /// - Parameter replacing: whether it runs anyway, and what it makes takes the place of what is there.
    /// - Throws: `StageInputError` for a file that is not the one that was planned with, a command that fails, an output that
    ///   is missing, figures that are none, predictions that are not of the images; `StoreError`. Nothing is kept then.
    public func run(store: ArtifactStore, replacing: Bool = false) throws -> ArtifactKey {
        try store.artifact(of: recipe, replacing: replacing) {
            try checkFiles(in: store, rereading: replacing)
            let predicted = try parameters.evaluates.map { try manifest(predictedBy: $0, in: store) }
            let folder = try WorkFolder()
            defer { folder.remove() }
            let shell = Shell(folder)
            return try Interruption.handled(by: { shell.interrupt($0) }) {
                let status = try shell.run(substituting(try handOver(from: store, to: folder)))
                guard status == .exited(0) else { throw StageInputError("the command \(status): \(parameters.command)") }
                try checkFiles(in: store, rereading: replacing)
                return try collect(from: folder, predicting: predicted, in: store)
            }
        }
    }

    /// A file that was changed after the plan was made would end up under a key that is not its own.
    private func checkFiles(in store: ArtifactStore, rereading: Bool) throws {
        for (name, digest) in parameters.files.sorted(by: { $0.key < $1.key }) {
            guard let path = files[name] else { throw StageInputError("the path of the file “\(name)” is missing") }
            let place = URL(fileURLWithPath: path).standardizedFileURL.path
            guard try store.digest(ofFile: place, rereading: rereading) == digest else {
                throw StageInputError("\(path) is another file than when the run was planned; run it again")
            }
        }
    }

    // MARK: Paths

    /// Writes the inputs, and says where everything is: by `inputs.NAME`, `outputs.NAME`, `files.NAME`.
    private func handOver(from store: ArtifactStore, to folder: WorkFolder) throws -> [String: String] {
        var paths: [String: String] = [:]
        for (role, format) in parameters.inputs {
            let keys = recipe.inputs.filter { $0.role == role }.map(\.key)
            if let cells = parameters.cells[role] {
                paths["inputs.\(role)"] = try folder.write(keys, cells: cells, as: format, of: role, from: store)
            } else if let key = keys.first, keys.count == 1 {
                paths["inputs.\(role)"] = try folder.write(key, as: format, called: role, from: store)
            } else {
                throw StageInputError("\(keys.count) artifacts play the role “\(role)” of one")
            }
        }
        for (name, file) in parameters.outputs { paths["outputs.\(name)"] = folder.outputs.appendingPathComponent(file).path }
        for (name, path) in files { paths["files.\(name)"] = URL(fileURLWithPath: path).path }
        return paths
    }

    private func substituting(_ paths: [String: String]) throws -> String {
        do {
            return try ShellText(parameters.command).filled { paths[$0] }
        } catch {
            throw StageInputError("\(error)")
        }
    }

    // MARK: Outputs

    private func collect(
        from folder: WorkFolder, predicting manifest: ArtifactKey?, in store: ArtifactStore
    ) throws -> (contents: ArtifactContents, metrics: [Metric]) {
        let expected = parameters.outputs.sorted { $0.key < $1.key }
        let missing = expected.filter { !folder.hasOutput($0.value) }
        guard missing.isEmpty else {
            let names = missing.map { "${outputs.\($0.key)} (\($0.value))" }.joined(separator: ", ")
            throw StageInputError("the command ended well, but has not written \(names)")
        }
        var metrics: [Metric] = [], files: [StoredFile] = []
        for (name, file) in expected {
            let content = try folder.output(file)
            if name == CommandParameters.metricsName {
                metrics = try Metric.list(of: content, file: file)
            } else {
                files.append(StoredFile(name: name, fileName: file, content: content))
            }
        }
        guard let evaluates = parameters.evaluates, let manifest else { return (.files(files), metrics) }
        guard let table = files.first(where: { $0.name == CommandParameters.predictionsName }), files.count == 1 else {
            throw StageInputError("a command that evaluates writes ${outputs.predictions}, and no other file")
        }
        let predictions = try Evaluation.Prediction.list(
            of: table.content, file: table.fileName, about: store.manifest(manifest))
        let evaluation = Evaluation(
            method: evaluates.method, seed: evaluates.seed, manifest: manifest, predictions: predictions)
        return (.evaluation(evaluation), metrics)
    }

    /// The images that are predicted.
    /// - Throws: `StageInputError` where they are not those of one artifact, or are handed over in another role, too, as if
    ///   they were learned from.
    private func manifest(
        predictedBy evaluates: CommandParameters.Evaluated, in store: ArtifactStore
    ) throws -> ArtifactKey {
        let keys = recipe.inputs.filter { $0.role == evaluates.images }.map(\.key)
        guard let key = keys.first, keys.count == 1 else {
            throw StageInputError("\(keys.count) artifacts play the role “\(evaluates.images)”, whose images are predicted")
        }
        let manifest = try store.embeddingSet(key).manifest
        for input in recipe.inputs where input.role != evaluates.images {
            guard try store.artifact(input.key)?.recipe.kind == .embeddings,
                try store.embeddingSet(input.key).manifest == manifest
            else { continue }
            throw StageInputError(
                "the role “\(input.role)” has the features of the very images that are predicted (“\(evaluates.images)”); "
                    + "hand over those of the sources")
        }
        return manifest
    }
}

extension Metric {
    /// Figures out of a JSON object: a number each, or a list of numbers, one for each epoch from 1 on.
    static func list(of data: Data, file: String) throws -> [Metric] {
        func error(_ problem: String) -> StageInputError {
            StageInputError("\(file): \(problem); expected an object such as {\"silhouette\": 0.4, \"loss\": [2.1, 1.7]}")
        }
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: data) else { throw error("it is not JSON") }
        guard case .object(let members) = value else { throw error("it is not a JSON object") }
        return try members.sorted { $0.key < $1.key }.flatMap { name, value in
            if let number = value.number { return [Metric(epoch: 0, name: name, value: number)] }
            switch value {
            case .array(let values):
                return try values.enumerated().map { index, value in
                    guard let number = value.number else {
                        throw error("“\(name)” has an element that is not a number")
                    }
                    return Metric(epoch: index + 1, name: name, value: number)
                }
            default: throw error("“\(name)” is neither a number nor a list of numbers")
            }
        }
    }
}

import Foundation
import Tensors

/// Weights that are spread over several files, with an index that says which tensor lies in which:
/// `model.safetensors.index.json` and its like.
struct ShardedWeights: TensorFile {
    let source: String
    let format: String
    /// Where the shards lie, by name.
    let shardURLs: [URL]
    let files: [FileBytes]
    private let shards: [String: any TensorFile]
    private let fileOfTensor: [String: String]

    private static let mostShards = 4096

    private struct Index: Decodable {
        let weight_map: [String: String]
    }

    /// Opens every file that an index names; they lie beside it.
    init(index url: URL) throws(TensorFileError) {
        source = url.path
        func error(_ problem: TensorFileError.Problem) -> TensorFileError {
            TensorFileError(source: url.path, format: "shard index", problem: problem)
        }
        let index = try mappedJSON(url)
        do {
            fileOfTensor = try JSONDecoder().decode(Index.self, from: index.data).weight_map
        } catch {
            let reason = (error as? DecodingError)?.explanation ?? "\(error)"
            throw TensorFileError(source: url.path, format: "shard index", problem: .malformed(reason))
        }
        let names = Set(fileOfTensor.values).sorted()
        guard names.count <= Self.mostShards else { throw error(.refused("it names \(names.count) files")) }
        if let name = names.first(where: { $0.isEmpty || $0.contains("/") || $0.hasPrefix(".") }) {
            throw error(.refused("it names \"\(name.prefix(200))\", which is not a file in its folder"))
        }
        let folder = url.deletingLastPathComponent()
        let missing = names.filter { !FileManager.default.fileExists(atPath: folder.appending(path: $0).path) }
        guard missing.isEmpty else {
            throw error(.unreadable("these files are missing from its folder: \(missing.joined(separator: ", "))"))
        }
        var shards: [String: any TensorFile] = [:]
        for name in names {
            // A shard is a file of tensors, not an index of more.
            let shard = folder.appending(path: name), data = try FileBytes(mapping: shard, format: "weights").data
            guard WeightsFormat(of: data) != .json else { throw error(.refused("\(name) is not a file of tensors")) }
            shards[name] = try openWeights(shard)
        }
        self.shards = shards
        shardURLs = names.map { folder.appending(path: $0) }
        files = [index] + names.flatMap { shards[$0]?.files ?? [] }
        format = "\(shards.values.first?.format ?? "safetensors"), \(shards.count) shards"
    }

    var names: [String] { Array(fileOfTensor.keys) }

    func entry(named name: String) -> TensorEntry? {
        fileOfTensor[name].flatMap { shards[$0] }?.entry(named: name)
    }

    func tensor(named name: String) throws(TensorFileError) -> Tensor {
        guard let shard = fileOfTensor[name].flatMap({ shards[$0] }) else {
            throw TensorFileError(source: source, format: "shard index", problem: .missing(name))
        }
        return try shard.tensor(named: name)
    }
}

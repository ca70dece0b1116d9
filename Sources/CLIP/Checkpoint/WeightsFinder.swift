import Foundation
import Tensors

/// Finds the weights in what a user gives as a checkpoint.
enum WeightsFinder {
    /// What a folder's weights are called by those who write several versions of the same: the first of these counts.
    private static let preferred = [
        "model.safetensors", "model.safetensors.index.json", "open_clip_model.safetensors", "pytorch_model.bin",
        "pytorch_model.bin.index.json", "open_clip_pytorch_model.bin",
    ]

    /// The file of weights, or the index of several: the URL itself, or what a folder holds.
    static func weights(at url: URL) throws(CheckpointError) -> URL {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
            throw .notFound(path: url.path)
        }
        guard isFolder.boolValue else { return url }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
        } catch {
            throw .unreadableFolder(path: url.path, reason: error.localizedDescription)
        }
        let kinds = names.compactMap { name in kind(of: url.appending(path: name)).map { (name: name, kind: $0) } }
        let weights = kinds.filter { $0.kind == .weights }.map(\.name)
        if let name = preferred.first(where: weights.contains) { return url.appending(path: name) }
        if weights.count > 1 { throw .severalWeights(folder: url.path, names: weights) }
        // Where there are only files of a kind that is not read, opening one says so.
        guard let name = weights.first ?? kinds.first?.name else { throw .noWeights(folder: url.path) }
        return url.appending(path: name)
    }

    /// What files that are meant to hold weights are called.
    private static let usualExtensions: Set = ["safetensors", "pt", "pth", "bin", "ckpt", "h5", "gguf"]

    private enum Kind { case weights, foreign }

    /// Whether a file holds weights, as its content tells; nil where it is something else.
    private static func kind(of url: URL) -> Kind? {
        guard let data = try? FileBytes(mapping: url, format: "weights").data else { return nil }
        switch WeightsFormat(of: data) {
        case .safetensors:
            return .weights
        case .torch:
            // Pictures are zipped, too. Of a damaged archive there is only the name to go by; opening it will say more.
            guard let archive = try? ZipArchive(data) else {
                return usualExtensions.contains(url.pathExtension) ? .weights : nil
            }
            return archive.members.keys.contains { $0.hasSuffix("/data.pkl") } ? .weights : nil
        case .json:
            return url.lastPathComponent.hasSuffix(".index.json") ? .weights : nil
        case .foreign:
            return usualExtensions.contains(url.pathExtension) ? .foreign : nil
        case .unknown:
            return url.pathExtension == "safetensors" ? .weights : nil
        }
    }
}

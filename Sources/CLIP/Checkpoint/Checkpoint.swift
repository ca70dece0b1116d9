import Foundation
import Tensors

/// The files of one CLIP model: its weights under OpenAI's state-dict names, and the merges of its tokenizer.
///
/// Opening a checkpoint reads the header of its weights only. What architecture it holds follows from the names and
/// shapes there; the weights are read when a model is made of them.
public struct Checkpoint: Sendable {
    /// The safetensors file.
    public let weightsURL: URL
    /// The tokenizer's merges, `merges.txt` beside the weights. An image encoder has no use for it.
    public let mergesURL: URL
    /// What names and shapes do not tell: nonlinearities and head widths.
    public package(set) var conventions = ModelConventions()
    let file: Safetensors

    /// Opens a checkpoint.
    /// - Parameter url: a safetensors file, or a folder that holds exactly one. Links are followed.
    public init(contentsOf url: URL) throws(CheckpointError) {
        weightsURL = try Self.weights(at: url)
        mergesURL = weightsURL.deletingLastPathComponent().appending(path: "merges.txt")
        do {
            file = try Safetensors(contentsOf: weightsURL)
        } catch {
            throw .weights(error)
        }
    }

    private static func weights(at url: URL) throws(CheckpointError) -> URL {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
            throw .notFound(path: url.path)
        }
        guard isFolder.boolValue else { return url }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: url.path)
        } catch {
            throw .unreadableFolder(path: url.path, reason: error.localizedDescription)
        }
        let candidates = names.filter { $0.hasSuffix(".safetensors") }.sorted()
        guard let name = candidates.first else { throw .noWeights(folder: url.path) }
        guard candidates.count == 1 else { throw .severalWeights(folder: url.path, names: candidates) }
        return url.appending(path: name)
    }

    /// Reads a group of weights; every name that is missing or wrong in it is reported by one error.
    ///
    ///     let (text, scale) = try checkpoint.read { (TextWeights(from: &$0), $0.tensor("logit_scale", [])) }
    ///
    /// - Parameter body: asks the reader for tensors. What it returns is thrown away if any of them is not there.
    public func read<Weights>(_ body: (inout WeightReader) -> Weights) throws(CheckpointError) -> Weights {
        var reader = WeightReader(file, conventions: conventions)
        let weights = body(&reader)
        guard reader.problems.isEmpty else {
            throw .unfitWeights(path: weightsURL.path, problems: reader.problems)
        }
        return weights
    }
}

import CLIP
import FormulaModels
import Foundation
import Tensors

/// A folder for one run's models and inputs, which both sides read; removed at the end.
package final class Workshop: Sendable {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "spg-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    func remove() {
        try? FileManager.default.removeItem(at: folder)
    }

    /// A checkpoint folder with weights of these shapes and the formula vocabulary's merges, written once.
    func checkpoint(_ name: String, _ model: ModelShapes) throws -> URL {
        let checkpoint = folder.appending(path: name)
        if FileManager.default.fileExists(atPath: checkpoint.path) { return checkpoint }
        try FileManager.default.createDirectory(at: checkpoint, withIntermediateDirectories: true)
        var weights = Formula.weights(model.shapes)
        if weights["logit_scale"] != nil { weights["logit_scale"] = Tensor(3) }
        try Safetensors.encode(weights).write(to: checkpoint.appending(path: "model.safetensors"))
        try Data(FormulaVocabulary.merges.utf8).write(to: checkpoint.appending(path: "merges.txt"))
        return checkpoint
    }

    /// A safetensors file with a benchmark's inputs; its path.
    func inputs(_ tensors: [String: Tensor]) throws -> String {
        let file = folder.appending(path: "inputs.safetensors")
        try Safetensors.encode(tensors).write(to: file)
        return file.path
    }
}

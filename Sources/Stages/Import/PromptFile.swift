import CLIP
import Foundation
import Tensors

/// A file with the context vectors of one prompt: a lone tensor, as the authors of SPG publish their prompt labels, or one
/// called `ctx` among others, as CoOp's code and our export call it.
struct PromptFile {
    private let file: any TensorFile
    private let name: String

    /// Opens a file of torch.save's or a safetensors file, whatever its name.
    /// - Throws: `TensorFileError`; `StageInputError` where no tensor, or more than one, may be the prompt.
    init(contentsOf url: URL) throws {
        file = try openWeights(url, joiningShards: false)
        let names = file.names.sorted()
        let candidates = names.count == 1 ? names : names.filter { $0 == "ctx" || $0.hasSuffix(".ctx") }
        guard candidates.count == 1 else {
            let found = candidates.isEmpty ? names : candidates
            let list = found.prefix(6).joined(separator: ", ") + (found.count > 6 ? ", …" : "")
            throw StageInputError(
                "\(url.path) has \(found.isEmpty ? "no tensors" : "several tensors: \(list)"); expected the vectors of one prompt "
                    + "alone, or as “ctx”")
        }
        name = candidates[0]
    }

    /// The vectors, `[context length, width]`; float16 numbers become those they stand for.
    /// - Parameter width: the text encoder's.
    func vectors(width: Int) throws -> Tensor {
        let shape = file.entry(named: name)?.shape ?? []
        guard shape.count == 2, shape[0] > 0, shape[1] == width else {
            let hint =
                shape.count == 3 ? "; prompts with vectors of their own for each class are not imported" : ""
            throw StageInputError(
                "\(file.source) has a prompt of the shape \(shape); expected [context length, \(width)], as wide as the "
                    + "checkpoint's text encoder\(hint)")
        }
        let vectors = try file.tensor(named: name)
        guard vectors.isFinite else { throw StageInputError("\(file.source) has a prompt with a number that is not finite") }
        return vectors
    }
}

import CLIP
import Foundation
import Tensors

/// A file with the context vectors of one prompt: a lone tensor, as the authors of SPG publish their prompt labels, or one
/// called `ctx` among others, as CoOp's code and our export call it.
struct PromptFile {
    let file: any TensorFile
    private var source: String { file.source }
    private let shape: [Int]
    private let read: () throws -> Tensor

    /// Opens a file of torch.save's or a safetensors file, whatever its name.
    /// - Throws: `TensorFileError`; `StageInputError` where no tensor, or more than one, may be the prompt.
    init(contentsOf url: URL) throws {
        let file = try openWeights(url, joiningShards: false), names = file.names
        self.file = file
        if names.count == 1, let name = names.first, name != "ctx", !name.hasSuffix(".ctx") {
            shape = file.entry(named: name)?.shape ?? []
            read = { try file.tensor(named: name) }
        } else {
            let learner = try PromptLearnerFile(file)
            guard !learner.names.contains("meta_net.linear1.weight") else {
                throw StageInputError(
                    "\(file.source) has CoCoOp's network beside the context vectors; import it as a generator")
            }
            shape = learner.shape("ctx") ?? []
            read = { try learner.tensor("ctx") }
        }
    }

    /// The vectors, `[context length, width]`, or `[classes · context length, width]` where every class has vectors of its own;
    /// float16 numbers become those they stand for.
    /// - Parameters:
    ///   - width: the text encoder's.
    ///   - classCount: how many classes have vectors of their own; nil for none.
    func vectors(width: Int, classCount: Int?) throws -> Tensor {
        let rank = classCount == nil ? 2 : 3
        guard shape.count == rank, !shape.contains(0), shape[rank - 1] == width,
            classCount == nil || shape[0] == classCount
        else {
            let expected = classCount.map { "[\($0) classes, context length, \(width)]" } ?? "[context length, \(width)]"
            let hint =
                switch (shape.count, classCount) {
                case (3, nil): ". Vectors of its own for each class are imported with classSpecificContexts"
                case (2, _?): ". One context for all classes is imported without classSpecificContexts"
                default: ""
                }
            throw StageInputError(
                "\(source) has a prompt of the shape \(shape); expected \(expected), as wide as the checkpoint's text "
                    + "encoder\(hint)")
        }
        let vectors = try read()
        guard vectors.isFinite else { throw StageInputError("\(source) has a prompt with a number that is not finite") }
        return vectors.reshaped([vectors.rows, width])
    }
}

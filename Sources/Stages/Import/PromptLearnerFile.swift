import CLIP
import Foundation
import Tensors

/// A file with the state dict of a `prompt_learner`, as CoOp's, CoCoOp's and MaPLe's code saves it: a training checkpoint of
/// Dassl's, where it is the `state_dict`, or the state dict alone.
///
/// The buffers `token_prefix` and `token_suffix` are not seen: they are the words of the classes that it was trained with, and
/// the authors' code, too, makes them anew for the classes at hand.
struct PromptLearnerFile {
    private let file: any TensorFile
    /// What stands before the names of the state dict's tensors.
    private let prefix: String

    /// The names of the state dict's tensors.
    let names: Set<String>

    private static let buffers: Set = ["token_prefix", "token_suffix"]

    /// Opens a file of torch.save's or a safetensors file, whatever its name.
    /// - Parameter name: a tensor that tells the state dict from what stands beside it.
    /// - Throws: `TensorFileError`; `StageInputError` where none or several may be the state dict.
    init(contentsOf url: URL, with name: String = "ctx") throws {
        try self.init(openWeights(url, joiningShards: false), with: name)
    }

    /// - Throws: `StageInputError` where none or several may be the state dict.
    init(_ file: any TensorFile, with name: String = "ctx") throws {
        let found = file.names.filter { $0 == name || $0.hasSuffix("." + name) }.sorted()
        guard let only = found.first, found.count == 1 else {
            let all = (found.isEmpty ? file.names.sorted() : found).prefix(6).joined(separator: ", ")
            throw StageInputError(
                "\(file.source) has \(found.count) tensors called “\(name)”, among \(all.isEmpty ? "none" : all); expected "
                    + "the state dict of one prompt learner")
        }
        let prefix = String(only.dropLast(name.count))
        (self.file, self.prefix) = (file, prefix)
        names = Set(file.names.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) })
            .filter { own in !Self.buffers.contains { own == $0 || own.hasSuffix("." + $0) } }
    }

    /// What errors call the file.
    var source: String { file.source }

    /// The shape of a tensor; nil where there is none of that name.
    func shape(_ name: String) -> [Int]? { file.entry(named: prefix + name)?.shape }

    /// A tensor of the state dict; float16 numbers become those they stand for.
    /// - Throws: `TensorFileError`; `StageInputError` where a number is not finite.
    func tensor(_ name: String) throws -> Tensor {
        let tensor = try file.tensor(named: prefix + name)
        guard tensor.isFinite else {
            throw StageInputError("\(source): the tensor “\(prefix + name)” has a number that is not finite")
        }
        return tensor
    }

    /// All tensors that a state dict has to have.
    /// - Parameters:
    ///   - expected: the shape of each.
    ///   - description: what they are, for an error.
    /// - Throws: `StageInputError`, naming each that is missing or has another shape.
    func tensors(_ expected: [String: [Int]], of description: String) throws -> [String: Tensor] {
        let wrong = expected.sorted { $0.key < $1.key }.filter { shape($0.key) != $0.value }
        guard wrong.isEmpty else {
            let list = wrong.map { name, shape in
                let found = self.shape(name).map { "the shape \($0)" } ?? "nothing"
                return "  \(prefix + name): expected \(shape), found \(found)"
            }
            throw StageInputError("\(source) has no \(description):\n" + list.joined(separator: "\n"))
        }
        var tensors: [String: Tensor] = [:]
        for name in expected.keys { tensors[name] = try tensor(name) }
        return tensors
    }
}

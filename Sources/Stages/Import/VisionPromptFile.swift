import CLIP
import PromptLearning
import Tensors

/// A file with prompts of the image encoder, as VPT's and MaPLe's code saves them: a training checkpoint of Dassl's, whose
/// `state_dict` has the whole model, or a state dict of what is learned alone, such as our export.
struct VisionPromptFile {
    private let file: PromptLearnerFile
    private let method: Method

    private enum Method {
        case vpt, maple
        /// What the state dict of the whole model calls the part with what is learned.
        var part: String { self == .vpt ? "image_encoder." : "prompt_learner." }
        /// A tensor that tells it.
        var mark: String { self == .vpt ? "VPT" : "proj.weight" }
    }

    /// - Returns: nil where the file has no such prompts.
    /// - Throws: `StageInputError` where it has those of several models.
    init?(_ file: any TensorFile) throws {
        func has(_ method: Method) -> Bool {
            file.names.contains { $0 == method.part + method.mark || $0.hasSuffix("." + method.part + method.mark) }
        }
        guard let method = [Method.maple, .vpt].first(where: has) else { return nil }
        self.method = method
        self.file = try PromptLearnerFile(file, with: method.part + method.mark)
    }

    /// What was learned, by the names of the state dict.
    /// - Parameters:
    ///   - width: the text encoder's.
    ///   - imageWidth: the image encoder's.
    /// - Throws: `StageInputError`, naming each tensor that is missing or has another shape.
    func tensors(width: Int, imageWidth: Int) throws -> [String: Tensor] {
        let names = file.names.filter { $0.hasPrefix(method.part) }
        switch method {
        case .vpt:
            let prompts = names.filter { $0 == "image_encoder.VPT" || $0.hasSuffix(".VPT_shallow") }
            let length = file.shape("image_encoder.VPT")?.first ?? 0
            return try file.tensors(
                Dictionary(uniqueKeysWithValues: prompts.map { ($0, [length, imageWidth]) }),
                of: "prompts of VPT's for tokens of \(imageWidth) numbers")
        case .maple:
            let deeper = names.count { $0.hasPrefix("prompt_learner.compound_prompts_text.") }
            let context = [file.shape("prompt_learner.ctx")?.first ?? 0, width]
            var shapes = ["ctx": context, "proj.weight": [imageWidth, width], "proj.bias": [imageWidth]]
            for layer in 0..<deeper {
                shapes["compound_prompts_text.\(layer)"] = context
                shapes["compound_prompt_projections.\(layer).weight"] = [imageWidth, width]
                shapes["compound_prompt_projections.\(layer).bias"] = [imageWidth]
            }
            return try file.tensors(
                Dictionary(uniqueKeysWithValues: shapes.map { ("prompt_learner." + $0, $1) }),
                of: "prompt learner of MaPLe's for texts of \(width) and images of \(imageWidth) numbers")
        }
    }
}

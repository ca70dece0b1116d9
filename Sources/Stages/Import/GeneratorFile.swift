import CLIP
import Foundation
import PromptLearning
import Tensors

/// A file with a generator's state dict: SPG's, under the names of the authors' `nn.Sequential`, `model.0.weight`, …, that of
/// CoCoOp's `prompt_learner`, with `ctx` and `meta_net.linear1.weight`, …, or prompts of MaPLe's or VPT's. It may lie within a
/// training checkpoint, as `state_dict.model.0.weight`.
struct GeneratorFile {
    let file: any TensorFile
    /// Where it has prompts of the image encoder.
    private let visionPrompts: VisionPromptFile?
    /// Where it is CoCoOp's.
    private let promptLearner: PromptLearnerFile?
    /// What stands before the names of the generator's tensors, where it is SPG's.
    private let prefix: String

    /// Opens a file of torch.save's or a safetensors file, whatever its name.
    /// - Throws: `TensorFileError`; `StageInputError` for whole modules, with what to do, and for files without a generator.
    init(contentsOf url: URL) throws {
        file = try Self.opened(url)
        visionPrompts = try VisionPromptFile(file)
        guard visionPrompts == nil else {
            (promptLearner, prefix) = (nil, "")
            return
        }
        let metaNet = ConditionalContext.parameterNames[1]
        guard !file.names.contains(where: { $0 == metaNet || $0.hasSuffix("." + metaNet) }) else {
            (promptLearner, prefix) = (try PromptLearnerFile(file, with: metaNet), "")
            return
        }
        promptLearner = nil
        let last = Generator.parameterNames[Generator.parameterNames.count - 1]
        let prefixes = file.names.filter { $0 == last || $0.hasSuffix("." + last) }.map { String($0.dropLast(last.count)) }
        guard prefixes.count == 1 else {
            throw StageInputError(
                "\(url.path) has \(prefixes.count) tensors called “\(last)”; expected the state dict of one generator, which "
                    + "ends with that (a discriminator ends with model.8.bias), or prompts of CoCoOp's, MaPLe's or VPT's")
        }
        prefix = prefixes[0]
    }

    /// What writes prompts out of the tensors of an imported generator.
    static func writer(of tensors: [String: Tensor]) -> any PromptGenerator.Type {
        tensors["ctx"] == nil ? Generator.self : ConditionalContext.self
    }

    private static func opened(_ url: URL) throws -> any TensorFile {
        do {
            return try openWeights(url, joiningShards: false)
        } catch {
            guard case .refused = error.problem else { throw error }
            throw StageInputError(
                """
                \(error)
                Where it was trained, two lines of Python write a generator's weights alone:
                  model = torch.load("\(url.lastPathComponent)", map_location="cpu", weights_only=False)
                  torch.save(model.state_dict(), "generator.pt")
                Of a training checkpoint, save model["state_dict"].
                """)
        }
    }

    /// The generator's tensors under our names, which are the authors'.
    /// - Parameters:
    ///   - featureDimension: the numbers of an image's feature.
    ///   - width: the text encoder's.
    ///   - imageWidth: of the image encoder's tokens.
    /// - Throws: `StageInputError`, naming each tensor that is missing or has another shape; what `imageWidth` throws.
    func tensors(
        featureDimension: Int, width: Int, imageWidth: () throws(CheckpointError) -> Int
    ) throws -> [String: Tensor] {
        if let visionPrompts { return try visionPrompts.tensors(width: width, imageWidth: imageWidth()) }
        if let promptLearner {
            let shapes = ConditionalContext.shapes(
                featureDimension: featureDimension, contextLength: promptLearner.shape("ctx")?.first ?? 0, width: width)
            return try promptLearner.tensors(
                shapes, of: "prompt learner of CoCoOp's for features of \(featureDimension) numbers")
        }
        func shape(_ name: String) -> [Int] { file.entry(named: prefix + name)?.shape ?? [] }
        let inputs = shape("model.0.weight").last ?? 0, outputs = shape("model.11.bias").first ?? 0
        let latentDimension = inputs - featureDimension
        guard latentDimension >= 0, outputs > 0, outputs % width == 0, outputs <= 1 << 24, latentDimension <= 1 << 20 else {
            throw StageInputError(
                "\(file.source) has a generator from \(inputs) numbers, noise and feature, to \(outputs); images have features of "
                    + "\(featureDimension) numbers here, and context vectors \(width). Give the checkpoint that it was trained with"
            )
        }
        let expected = Generator.shapes(inputs: inputs, outputs: outputs)
        let wrong = expected.sorted { $0.key < $1.key }.filter { shape($0.key) != $0.value }
        guard wrong.isEmpty else {
            let list = wrong.map { name, shape in
                let found = file.entry(named: prefix + name).map { "the shape \($0.shape)" } ?? "nothing"
                return "  \(name): expected \(shape), found \(found)"
            }
            throw StageInputError("\(file.source) has no generator of SPG's:\n" + list.joined(separator: "\n"))
        }
        var tensors: [String: Tensor] = [:]
        for name in expected.keys {
            let tensor = try file.tensor(named: prefix + name)
            guard tensor.isFinite else {
                throw StageInputError("\(file.source): the tensor “\(prefix + name)” has a number that is not finite")
            }
            tensors[name] = tensor
        }
        if let name = tensors.first(where: { $0.key.hasSuffix("running_var") && $0.value.values.contains { $0 < 0 } })?.key {
            throw StageInputError("\(file.source): the variances “\(prefix + name)” are not all positive")
        }
        return tensors
    }
}

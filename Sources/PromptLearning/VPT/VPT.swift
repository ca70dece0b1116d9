import CLIP
import Tensors

/// Visual Prompt Tuning (Jia et al., ECCV 2022) of CLIP's image encoder: prompt tokens among the patches, and fixed words for
/// the classes. As Khattak et al. (CVPR 2023) compare it with MaPLe: "vision prompting".
public struct VPT: VisionPromptMethod {
    /// The prompt tokens of each layer, first layer first: `[m, width]` each.
    public var learned: [(name: String, value: Tensor)]
    /// `[classes, dimension]`
    private let text: Tensor

    /// Prompts to learn from: random vectors of deviation 0.02.
    /// - Throws: `tooDeep` if the image encoder has fewer layers than prompts are asked for in; `templateWithoutPlace`
    ///   or `tooLong` if no prompt can be made of the template.
    public init(
        _ parameters: Parameters, classNames: [String], model: CLIPText, encoder: PromptedVisionTransformer
    ) throws(PromptError) {
        try require(depth: parameters.depth, of: encoder.layerCount, in: "image encoder")
        text = try ClassPrompts(classNames: classNames, template: parameters.template, model: model)
            .textFeatures(model: model)
        learned = (0..<parameters.depth).map { layer in
            (
                layer == 0 ? "image_encoder.VPT" : "image_encoder.transformer.resblocks.\(layer).VPT_shallow",
                randomPrompts(
                    [parameters.promptLength, encoder.width], seed: parameters.seed, purpose: "vision prompts", layer)
            )
        }
    }

    /// Prompts that were learned before, by the names of the state dict.
    /// - Parameters:
    ///   - tensors: what was learned.
    ///   - template: the words that they were learned with.
    ///   - classNames: as the data set writes them.
    ///   - model: the text side that the prompts were learned with.
    ///   - encoder: the image side.
    /// - Throws: `prompts` if a tensor is missing or has another shape, and what `init(_:classNames:model:encoder:)`
    ///   throws.
    public init(
        tensors: [String: Tensor], template: String, classNames: [String], model: CLIPText,
        encoder: PromptedVisionTransformer
    ) throws(PromptError) {
        var parameters = Parameters()
        parameters.template = template
        parameters.promptLength = tensors["image_encoder.VPT"]?.rows ?? 0
        parameters.depth = 1 + tensors.keys.count { $0.hasSuffix(".VPT_shallow") }
        try self.init(parameters, classNames: classNames, model: model, encoder: encoder)
        try take(tensors)
    }

    public func inputs(_ learned: [Variable]) -> VisionPromptInputs {
        VisionPromptInputs(prompts: learned[0], deeper: Array(learned.dropFirst()), text: Variable(text))
    }
}

import CLIP
import Tensors

/// Multi-modal Prompt Learning (Khattak et al., CVPR 2023): context vectors in the first layers of the text encoder, and
/// prompt tokens in those of the image encoder that are linear projections of them, learned together.
public struct MaPLe: VisionPromptMethod {
    /// The first context, `[M, text width]`; its projection's weight, `[image width, text width]`, and bias,
    /// `[image width]`; the deeper contexts, then their projections, of the same shapes.
    public var learned: [(name: String, value: Tensor)]
    private let prompts: ClassPrompts
    private let model: CLIPText
    private let depth: Int

    /// Prompts to learn from. The first layer's context starts from words, deeper ones and projections from random numbers:
    /// normal ones of deviation 0.02, and PyTorch's of a linear layer. All deeper projections start alike.
    /// - Throws: `tooDeep` if an encoder has fewer layers than prompts are asked for in; `contextTooLong` or `tooLong`
    ///   if prompts have more tokens than the model reads; `tooFewWords` if the words have fewer tokens than there are
    ///   vectors.
    public init(
        _ parameters: Parameters, classNames: [String], model: CLIPText, encoder: PromptedVisionTransformer
    ) throws(PromptError) {
        depth = parameters.depth
        self.model = model
        let layers = model.transformer.layerCount
        try require(depth: depth, of: layers, in: "text encoder")
        try require(depth: depth, of: encoder.layerCount, in: "image encoder")
        let length = parameters.contextLength
        try require(contextLength: length, model: model)
        let words = try firstContextTokens(parameters.context, length: length, model: model)
        prompts = try ClassPrompts(
            classNames: classNames, contextLength: length, wordsBehind: Array(words.dropFirst(length)), model: model)

        let (seed, width) = (parameters.seed, model.transformer.width)
        func projection(_ name: String, _ purpose: String) -> [(name: String, value: Tensor)] {
            let limit = 1 / Float(width).squareRoot()
            var stream = RandomStream(seed: UInt64(seed), purpose: purpose)
            return [
                (name + ".weight", stream.uniform([encoder.width, width], within: limit)),
                (name + ".bias", stream.uniform([encoder.width], within: limit)),
            ]
        }
        func random(_ layer: Int) -> Tensor { randomPrompts([length, width], seed: seed, purpose: "context", layer) }
        let start = words.isEmpty ? random(0) : model.transformer.embeddings(of: Array(words.prefix(length)))
        let name = "prompt_learner."
        learned = [(name + "ctx", start)] + projection(name + "proj", "projection")
        for layer in 1..<depth {
            learned.append((name + "compound_prompts_text.\(layer - 1)", random(layer)))
        }
        for layer in 1..<depth {
            learned += projection(name + "compound_prompt_projections.\(layer - 1)", "deeper projections")
        }
    }

    /// Prompts that were learned before, by the names of the state dict.
    /// - Parameters:
    ///   - tensors: what was learned.
    ///   - context: the words that the context started from; those behind the vectors are still there.
    ///   - classNames: as the data set writes them.
    ///   - model: the text side that the prompts were learned with.
    ///   - encoder: the image side.
    /// - Throws: `prompts` if a tensor is missing or has another shape, and what `init(_:classNames:model:encoder:)`
    ///   throws.
    public init(
        tensors: [String: Tensor], context: String, classNames: [String], model: CLIPText,
        encoder: PromptedVisionTransformer
    ) throws(PromptError) {
        var parameters = Parameters()
        parameters.context = context
        parameters.contextLength = tensors["prompt_learner.ctx"]?.rows ?? 0
        parameters.depth = 1 + tensors.keys.count { $0.hasPrefix("prompt_learner.compound_prompts_text.") }
        try self.init(parameters, classNames: classNames, model: model, encoder: encoder)
        try take(tensors)
    }

    public func inputs(_ learned: [Variable]) -> VisionPromptInputs {
        // In the order of `learned`: context, its projection, deeper contexts, their projections.
        let deeper = Array(learned[3..<2 + depth])
        let projected = deeper.enumerated().map { index, context in
            linear(context, weight: learned[2 + depth + 2 * index], bias: learned[3 + depth + 2 * index])
        }
        return VisionPromptInputs(
            prompts: linear(learned[0], weight: learned[1], bias: learned[2]), deeper: projected,
            text: prompts.textFeatures(
                learned[0], deeper: deeper, activationBytes: ActivationBudget.bytes / 4, model: model))
    }
}

import Tensors

/// AD-CLIP's networks: from the statistics of an image encoder's blocks, the tokens of a prompt (Singha et al. 2023).
///
///     domain token ℓ:  (μ + σ) / 2 of block ℓ ─▶ Linear(width, hidden) ─▶ Linear(hidden, text width)
///     image tokens:    μ of every block ─▶ Linear(width, text width) ─▶ their mixture over blocks
///     style mapping ℓ: (μ, σ) pooled by pairs ─▶ Linear(width, hidden) ReLU ─▶ Linear(hidden, text width)
///
/// Parameters are named as in the authors' `prompt_learner`, so their state dicts and ours have the same names.
public struct StyleProjectors: Sendable {
    /// The extents of all layers.
    public struct Shape: Hashable, Sendable {
        /// Of the blocks that are looked at, first block first.
        public var widths: [Int]
        public var textWidth: Int
        public var hiddenWidth: Int, styleHiddenWidth: Int
        /// K.
        public var imageTokens: Int
        /// Whether every image token is a mixture of its own.
        public var ownMixtures: Bool

        /// M: a token of the source domain and one of the target domain for each block, and the image tokens.
        public var contextLength: Int { 2 * widths.count + imageTokens }

        /// Inputs and outputs of all linear layers, in the order of the parameters.
        var layers: [(name: String, inputs: Int, outputs: Int)] {
            widths.enumerated().flatMap { block, width in
                [
                    ("domain_tokens.linear1.\(block)", width, hiddenWidth),
                    ("domain_tokens.linear2.\(block)", hiddenWidth, textWidth),
                    ("image_tokens.linear.\(block)", width, textWidth),
                    ("style_mapping_tokens.linear1.\(block)", width, styleHiddenWidth),
                    ("style_mapping_tokens.linear2.\(block)", styleHiddenWidth, textWidth),
                ]
            } + [("image_tokens.lin", widths.count, ownMixtures ? imageTokens : 1)]
        }

        /// Each layer's weight and bias, in the order of the parameters.
        public var parameterNames: [String] { layers.flatMap { ["\($0.name).weight", "\($0.name).bias"] } }

        var parameterShapes: [[Int]] { layers.flatMap { [[$0.outputs, $0.inputs], [$0.outputs]] } }

        /// Whether each parameter belongs to a layer that reads statistics.
        var isOfFirstLayer: [Bool] {
            parameterNames.map { $0.contains(".linear1.") || $0.contains(".linear.") }
        }
    }

    public let shape: Shape
    /// In the order of `shape.parameterNames`.
    public var parameters: [Tensor]

    /// Weights and biases uniform in ±1/√fan-in, as PyTorch starts a `Linear`.
    public init(_ shape: Shape, seed: Int) {
        self.shape = shape
        parameters = shape.layers.enumerated().flatMap { number, layer in
            uniformLinear(layer.inputs, layer.outputs, seed: seed, purpose: "projectors", layer: number)
        }
    }

    /// - Precondition: parameters of the shape.
    package init(_ shape: Shape, parameters: [Tensor]) {
        precondition(parameters.map(\.shape) == shape.parameterShapes, "\(parameters.map(\.shape)) for \(shape)")
        (self.shape, self.parameters) = (shape, parameters)
    }

    // MARK: Tokens, one after another in a row

    private func layer(_ x: Variable, _ number: Int, of block: Int, _ p: [Variable]) -> Variable {
        linear(x, weight: p[10 * block + 2 * number], bias: p[10 * block + 2 * number + 1])
    }

    /// The tokens of the images' domain, `[n, L · textWidth]`.
    /// - Parameter p: these parameters, as variables of a tape.
    func domainTokens(_ x: StyleInputs, _ p: [Variable]) -> Variable {
        concatenated(
            shape.widths.indices.map { block in
                layer(layer(Variable(x.averages[block]), 0, of: block, p), 1, of: block, p)
            })
    }

    /// The tokens of what the images show, `[n, K · textWidth]`.
    func imageTokens(_ x: StyleInputs, _ p: [Variable]) -> Variable {
        let mixed = mixtures(
            of: shape.widths.indices.map { layer(Variable(x.means[$0]), 2, of: $0, p) },
            weights: p[10 * shape.widths.count], bias: p[10 * shape.widths.count + 1])
        return shape.ownMixtures ? mixed : concatenated(Array(repeating: mixed, count: shape.imageTokens))
    }

    /// What stands for the tokens of the source domain where no image of it is at hand, `[n, L · textWidth]`.
    func mappedTokens(_ x: StyleInputs, _ p: [Variable]) -> Variable {
        concatenated(
            shape.widths.indices.map { block in
                let hidden = leakyReLU(layer(Variable(x.neighbours[block]), 3, of: block, p), slope: 0)
                return layer(hidden, 4, of: block, p)
            })
    }
}

extension StyleProjectors {
    /// Where the source domain's tokens come from when an image is alone.
    public enum SourceTokens: String, ParameterChoice {
        /// The style mapping: the paper.
        case mapped
        /// The image itself, as if it were of the source domain, too: the released code, whose test gives one image twice.
        case own
    }

    /// A prompt for each image by itself, `[n, M · textWidth]`: the source domain's tokens, the image's own domain's, and
    /// what it shows.
    /// - Parameters:
    ///   - styles: of the encoder whose last blocks have the shape's widths.
    ///   - sourceTokens: what stands for the source domain.
    public func prompts(_ styles: BlockStyles, sourceTokens: SourceTokens) -> Tensor {
        let p = parameters.map { Variable($0) }, n = styles.center.rows
        // Some at a time: their statistics take many times what their tokens take.
        let parts = stride(from: 0, to: n, by: 256).map { first in
            let x = StyleInputs(
                styles.center.gatheringRows(first..<min(first + 256, n)), widths: styles.widths,
                scales: shape.widths.count)
            let domain = domainTokens(x, p)
            let source = sourceTokens == .mapped ? mappedTokens(x, p) : domain
            return concatenated(source, domain, imageTokens(x, p)).value
        }
        return .stacked(parts)
    }

    /// The state dict, and how many image tokens there are, which a shared mixture does not tell.
    public var tensors: [String: Tensor] {
        var result = Dictionary(uniqueKeysWithValues: zip(shape.parameterNames, parameters))
        result["n_imgctx"] = Tensor(Float(shape.imageTokens))
        return result
    }

    /// Projectors from their state dict, or nil where tensors are missing or do not fit together.
    public init?(tensors: [String: Tensor]) {
        var widths: [Int] = []
        while let weight = tensors["domain_tokens.linear1.\(widths.count).weight"] { widths.append(weight.columns) }
        guard let hidden = tensors["domain_tokens.linear1.0.bias"], let out = tensors["domain_tokens.linear2.0.bias"],
            let styleHidden = tensors["style_mapping_tokens.linear1.0.bias"], let mixture = tensors["image_tokens.lin.bias"],
            let count = tensors["n_imgctx"], count.count == 1, let tokens = Int(exactly: count.scalar), tokens > 0
        else { return nil }
        let shape = Shape(
            widths: widths, textWidth: out.count, hiddenWidth: hidden.count, styleHiddenWidth: styleHidden.count,
            imageTokens: tokens, ownMixtures: mixture.count > 1)
        let parameters = shape.parameterNames.compactMap { tensors[$0] }
        guard parameters.map(\.shape) == shape.parameterShapes else { return nil }
        (self.shape, self.parameters) = (shape, parameters)
    }
}

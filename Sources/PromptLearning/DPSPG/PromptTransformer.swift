import Tensors

/// DPSPG's generator: a transformer over an image's feature as a sequence of one token, then a linear layer.
///
///     f ─▶ 4 × ( x ← LN(x + Dropout(Attention(x))) ; x ← LN(x + Dropout(W₂ Dropout(ReLU(W₁ x)))) ) ─▶ Linear(F, P)
///
/// PyTorch's `TransformerEncoderLayer` as it is by default: 8 heads, 2048 hidden numbers, dropout 0.1. Attention over
/// one token gives it the weight 1, so that queries and keys change nothing, and there are none here; the weight is
/// dropped with the same probability, for each head. The authors' module copies its first layer: all four begin with
/// the same weights.
package struct PromptTransformer: Sendable {
    package static let layerCount = 4, headCount = 8
    static let hidden = 2048
    static let dropoutProbability: Float = 0.1
    private static let layerNames = [
        "self_attn.value.weight", "self_attn.value.bias", "self_attn.out_proj.weight", "self_attn.out_proj.bias",
        "norm1.weight", "norm1.bias", "linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias",
        "norm2.weight", "norm2.bias",
    ]
    /// As PyTorch has them, but for the values' part of `in_proj_weight` and `in_proj_bias`.
    static let parameterNames =
        (0..<layerCount).flatMap { layer in layerNames.map { "transformer_encoder.layers.\(layer)." + $0 } }
        + ["fc.weight", "fc.bias"]

    /// In the order of `parameterNames`: weights `[outputs, inputs]`, biases and what norms have `[outputs]`.
    package var parameters: [Tensor]

    /// P, the numbers it writes.
    var outputs: Int { parameters[parameters.count - 1].count }

    /// - Precondition: `featureDimension` is a multiple of `headCount`.
    /// - Parameter purpose: what its weights are drawn for, so that two transformers differ.
    package init(featureDimension f: Int, outputs: Int, seed: Int, purpose: String) {
        func uniform(_ shape: [Int], _ bound: Float, _ number: Int) -> Tensor {
            var stream = RandomStream(seed: UInt64(seed), purpose: purpose + " weights", number)
            return stream.uniform(shape, within: bound)
        }
        // PyTorch's: queries, keys and values Xavier-uniform as one matrix of 3 F rows, other weights uniform within
        // 1/√fan-in.
        let ofFeature = 1 / Float(f).squareRoot(), ofHidden = 1 / Float(Self.hidden).squareRoot()
        let layer = [
            uniform([f, f], (6 / Float(4 * f)).squareRoot(), 0), Tensor([f]), uniform([f, f], ofFeature, 1), Tensor([f]),
            Tensor([f], repeating: 1), Tensor([f]),
            uniform([Self.hidden, f], ofFeature, 2), uniform([Self.hidden], ofFeature, 3),
            uniform([f, Self.hidden], ofHidden, 4), uniform([f], ofHidden, 5),
            Tensor([f], repeating: 1), Tensor([f]),
        ]
        parameters =
            (0..<Self.layerCount).flatMap { _ in layer } + [
                uniform([outputs, f], ofFeature, 6), uniform([outputs], ofFeature, 7),
            ]
    }

    /// A transformer from tensors under a prefix, or nil where some are missing or do not fit together.
    init?(tensors: [String: Tensor], prefix: String, featureDimension f: Int) {
        let parameters = Self.parameterNames.compactMap { tensors[prefix + $0] }
        guard f > 0, f % Self.headCount == 0, parameters.count == Self.parameterNames.count,
            let outputs = parameters.last?.count
        else { return nil }
        let h = Self.hidden
        let layer = [[f, f], [f], [f, f], [f], [f], [f], [h, f], [h], [f, h], [f], [f], [f]]
        let shapes = (0..<Self.layerCount).flatMap { _ in layer } + [[outputs, f], [outputs]]
        guard parameters.map(\.shape) == shapes else { return nil }
        self.parameters = parameters
    }

    func tensors(prefix: String) -> [String: Tensor] {
        Dictionary(uniqueKeysWithValues: zip(Self.parameterNames.map { prefix + $0 }, parameters))
    }

    /// The outputs of the four layers, `[n, F]`, and the prompts, `[n, P]`.
    ///
    /// - Parameters:
    ///   - features: `[n, F]`.
    ///   - p: a transformer's parameters.
    ///   - masks: dropout's numbers in training, four streams a layer: of the attention's weights, of what it adds, of the
    ///     hidden numbers, of what they add; nil in evaluation.
    package static func layers(
        features: Tensor, parameters p: [Variable], masks: ((_ layer: Int, _ site: Int) -> RandomStream)?
    ) -> [Variable] {
        let f = features.columns
        var x = Variable(features), layers: [Variable] = []
        for layer in 0..<layerCount {
            let w = Array(p[layer * layerNames.count..<(layer + 1) * layerNames.count])
            func dropped(_ x: Variable, _ site: Int, group: Int = 1) -> Variable {
                masks.map { dropout(x, probability: dropoutProbability, group: group, using: $0(layer, site)) } ?? x
            }
            let values = dropped(linear(x, weight: w[0], bias: w[1]), 0, group: f / headCount)
            let attended = dropped(linear(values, weight: w[2], bias: w[3]), 1)
            x = layerNorm(sum(x, attended), weight: w[4], bias: w[5])
            // A leaky ReLU that leaks nothing.
            let h = dropped(leakyReLU(linear(x, weight: w[6], bias: w[7]), slope: 0), 2)
            x = layerNorm(sum(x, dropped(linear(h, weight: w[8], bias: w[9]), 3)), weight: w[10], bias: w[11])
            layers.append(x)
        }
        return layers + [linear(x, weight: p[p.count - 2], bias: p[p.count - 1])]
    }

    /// Prompts in evaluation: `[n, F]` → `[n, P]`.
    func prompts(_ features: Tensor) -> Tensor {
        Self.layers(features: features, parameters: parameters.map { Variable($0) }, masks: nil)[Self.layerCount].value
    }
}

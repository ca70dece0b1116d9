import Tensors

/// CoCoOp's prompt: context vectors, and a small network that moves all of them for each image by one vector.
///
///     f ─▶ Linear(F, F/16) ReLU ─▶ Linear(F/16, width) = π(f),    v_m(f) = v_m + π(f)
///
/// Parameters are named as in the authors' `prompt_learner`, so their state dicts and ours have the same names.
public struct ConditionalContext: PromptGenerator {
    /// In the order of `parameterNames`: `[M, width]`, `[F/16, F]`, `[F/16]`, `[width, F/16]`, `[width]`.
    public let parameters: [Tensor]

    /// The context vectors, `[M, width]`, and weights and biases of the two layers.
    public static let parameterNames = [
        "ctx", "meta_net.linear1.weight", "meta_net.linear1.bias", "meta_net.linear2.weight", "meta_net.linear2.bias",
    ]

    /// - Precondition: parameters of the shapes that belong together.
    init(parameters: [Tensor]) {
        self.parameters = parameters
    }

    public var contextLength: Int { parameters[0].rows }
    /// Nothing is left to chance.
    public var latentDimension: Int { 0 }

    /// The numbers between the two layers: a sixteenth of a feature's.
    public static func hiddenWidth(featureDimension: Int) -> Int { max(1, featureDimension / 16) }

    /// A network with weights and biases uniform in ±1/√fan-in, as PyTorch starts a `Linear`.
    /// - Parameter context: `[M, width]`.
    static func initial(context: Tensor, featureDimension: Int, seed: Int) -> [Tensor] {
        let hidden = hiddenWidth(featureDimension: featureDimension)
        return [context]
            + uniformLinear(featureDimension, hidden, seed: seed, purpose: "meta-net", layer: 0)
            + uniformLinear(hidden, context.columns, seed: seed, purpose: "meta-net", layer: 1)
    }

    /// The context vectors of every image, one image's after another's: `[n · M, width]`.
    ///
    /// - Parameters:
    ///   - features: `[n, F]`, unit length.
    ///   - p: in the order of `parameterNames`.
    static func contexts(of features: Tensor, parameters p: [Variable]) -> Variable {
        let (n, length) = (features.rows, p[0].value.rows)
        let hidden = leakyReLU(linear(Variable(features), weight: p[1], bias: p[2]), slope: 0)
        let shift = linear(hidden, weight: p[3], bias: p[4])  // [n, width]
        let vectors = (0..<n * length).map { $0 % length }, images = (0..<n * length).map { $0 / length }
        return sum(rows(vectors, of: p[0]), rows(images, of: shift))
    }

    /// Every image's context vectors, one after another: `[n, M · width]` of features `[n, F]`. The noise is not looked
    /// at.
    public func prompts(noise: Tensor, features: Tensor) -> Tensor {
        Self.contexts(of: features, parameters: parameters.map { Variable($0) }).value
            .reshaped([features.rows, parameters[0].count])
    }

    /// The state dict, with the shapes of `shapes(featureDimension:contextLength:width:)`.
    public var tensors: [String: Tensor] { Dictionary(uniqueKeysWithValues: zip(Self.parameterNames, parameters)) }

    /// The shape of every tensor of a state dict, by name.
    public static func shapes(featureDimension: Int, contextLength: Int, width: Int) -> [String: [Int]] {
        let hidden = hiddenWidth(featureDimension: featureDimension)
        return [
            "ctx": [contextLength, width], "meta_net.linear1.weight": [hidden, featureDimension],
            "meta_net.linear1.bias": [hidden], "meta_net.linear2.weight": [width, hidden],
            "meta_net.linear2.bias": [width],
        ]
    }

    /// A prompt from its state dict, or nil where tensors are missing or do not fit together.
    public init?(tensors: [String: Tensor], featureDimension: Int, width: Int) {
        let length = tensors["ctx"]?.shape.first ?? 0
        let shapes = Self.shapes(featureDimension: featureDimension, contextLength: length, width: width)
        guard length > 0, shapes.allSatisfy({ tensors[$0.key]?.shape == $0.value }) else { return nil }
        parameters = Self.parameterNames.compactMap { tensors[$0] }
    }
}

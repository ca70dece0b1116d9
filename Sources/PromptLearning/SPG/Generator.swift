import Tensors

/// SPG's conditional generator: from noise and an image's feature, the context vectors of a prompt for that image.
///
///     z ~ N(0, I), f ─▶ Linear(Z+F, 128) LReLU ─▶ Linear(128, 256) BN LReLU ─▶ Linear(256, 512) BN LReLU
///                    ─▶ Linear(512, 1024) BN LReLU ─▶ Linear(1024, P) tanh
///
/// Parameters are named as in the authors' `nn.Sequential`, so their state dicts and ours have the same names.
public struct Generator: PromptWriter {
    /// Outputs of the hidden layers.
    static let hidden = [128, 256, 512, 1024]
    /// The authors pass 0.8 in the place of BatchNorm's epsilon; prompts trained so need it so.
    static let epsilon: Float = 0.8
    static let slope: Float = 0.2

    /// In the order of `parameterNames`: weights `[outputs, inputs]`, biases and what norms have `[outputs]`.
    public var parameters: [Tensor]
    /// Of the three BatchNorms.
    public var moments: [RunningMoments]
    /// Z, the numbers of noise.
    public let latentDimension: Int
    /// M and the text encoder's width: the shape of a prompt.
    public let contextLength: Int, width: Int

    /// A linear layer's weight and bias, then its BatchNorm's, layer by layer.
    public static let parameterNames = [
        "model.0.weight", "model.0.bias",
        "model.2.weight", "model.2.bias", "model.3.weight", "model.3.bias",
        "model.5.weight", "model.5.bias", "model.6.weight", "model.6.bias",
        "model.8.weight", "model.8.bias", "model.9.weight", "model.9.bias",
        "model.11.weight", "model.11.bias",
    ]
    static let momentNames = ["model.3", "model.6", "model.9"]

    /// F, the numbers of an image's feature.
    public var featureDimension: Int { parameters[0].columns - latentDimension }

    /// A generator with He-uniform weights and biases uniform in ±1/√fan-in.
    public init(featureDimension: Int, latentDimension: Int, contextLength: Int, width: Int, seed: UInt64) {
        self.latentDimension = latentDimension
        self.contextLength = contextLength
        self.width = width
        let sizes = [latentDimension + featureDimension] + Self.hidden + [contextLength * width]
        parameters = []
        for layer in 0..<sizes.count - 1 {
            parameters += initialLinear(sizes[layer], sizes[layer + 1], seed: seed, purpose: "generator", layer: layer)
            if (1..<sizes.count - 2).contains(layer) {
                parameters += [Tensor([sizes[layer + 1]], repeating: 1), Tensor([sizes[layer + 1]])]
            }
        }
        moments = Self.hidden.dropFirst().map { RunningMoments(width: $0) }
    }

    /// The outputs of the five layers, the last of which are the prompts.
    ///
    /// - Parameters:
    ///   - noise: `[n, Z]`.
    ///   - features: `[n, F]`, unit length.
    ///   - p: this generator's parameters.
    ///   - normalize: what BatchNorm number 0, 1 or 2 makes of `[n, 256]`, `[n, 512]` or `[n, 1024]`.
    /// - Returns: `[n, 128]`, `[n, 256]`, `[n, 512]`, `[n, 1024]` and `[n, P]`, where P = M · width.
    package static func layers(
        noise: Tensor, features: Tensor, parameters p: [Variable], normalize: (Variable, Int) -> Variable
    ) -> [Variable] {
        // [n, Z + F]; a tensor without columns has no rows to stand beside others.
        let x = noise.columns == 0 ? Variable(features) : concatenated(Variable(noise), Variable(features))
        var layers = [leakyReLU(linear(x, weight: p[0], bias: p[1]), slope: slope)]
        for block in 0..<3 {
            let h = linear(layers[block], weight: p[2 + 4 * block], bias: p[3 + 4 * block])
            layers.append(leakyReLU(normalize(h, block), slope: slope))
        }
        return layers + [tanh(linear(layers[3], weight: p[14], bias: p[15]))]
    }

    /// Prompts for a batch in training: BatchNorm uses the batch's own moments and remembers them.
    ///
    /// - Parameters:
    ///   - noise: `[n, Z]`.
    ///   - features: `[n, F]`, unit length.
    ///   - p: this generator's parameters, as variables of a tape.
    /// - Returns: `[n, P]`, each row the M context vectors one after another.
    package mutating func prompts(noise: Tensor, features: Tensor, parameters p: [Variable]) -> Variable {
        Self.layers(noise: noise, features: features, parameters: p) { h, block in
            batchNorm(
                h, weight: p[4 + 4 * block], bias: p[5 + 4 * block], epsilon: Self.epsilon, updating: &moments[block])
        }[4]
    }

    /// Prompts in evaluation: every image's depends on it and its noise alone.
    ///
    /// - Parameters:
    ///   - noise: `[n, Z]`.
    ///   - features: `[n, F]`, unit length.
    /// - Returns: `[n, P]`.
    public func prompts(noise: Tensor, features: Tensor) -> Tensor {
        Self.layers(noise: noise, features: features, parameters: parameters.map { Variable($0) }) { h, block in
            Variable(
                batchNorm(
                    h.value, weight: parameters[4 + 4 * block], bias: parameters[5 + 4 * block], epsilon: Self.epsilon,
                    using: moments[block]))
        }[4].value
    }

    /// The state dict: parameters, and the running moments under PyTorch's names.
    public var tensors: [String: Tensor] {
        var result = Dictionary(uniqueKeysWithValues: zip(Self.parameterNames, parameters))
        for (name, moments) in zip(Self.momentNames, moments) {
            result[name + ".running_mean"] = moments.mean
            result[name + ".running_var"] = moments.variance
        }
        return result
    }

    /// The shape of every tensor of a state dict, by name.
    /// - Parameters:
    ///   - inputs: Z + F.
    ///   - outputs: M · width.
    public static func shapes(inputs: Int, outputs: Int) -> [String: [Int]] {
        let sizes = [inputs] + hidden + [outputs]
        var result: [String: [Int]] = [:]
        for (layer, number) in [0, 2, 5, 8, 11].enumerated() {
            result["model.\(number).weight"] = [sizes[layer + 1], sizes[layer]]
            result["model.\(number).bias"] = [sizes[layer + 1]]
        }
        for (layer, name) in momentNames.enumerated() {
            for part in ["weight", "bias", "running_mean", "running_var"] { result["\(name).\(part)"] = [sizes[layer + 2]] }
        }
        return result
    }

    /// A generator from its state dict, or nil where tensors are missing or do not fit together.
    public init?(tensors: [String: Tensor], featureDimension: Int, width: Int) {
        let outputs = tensors["model.11.bias"]?.count ?? 0
        guard outputs > 0, outputs % width == 0 else { return nil }
        let contextLength = outputs / width
        let parameters = Self.parameterNames.compactMap { tensors[$0] }
        let moments = Self.momentNames.compactMap { name -> RunningMoments? in
            guard let mean = tensors[name + ".running_mean"], let variance = tensors[name + ".running_var"] else {
                return nil
            }
            return RunningMoments(mean: mean, variance: variance)
        }
        guard parameters.count == Self.parameterNames.count, moments.count == Self.momentNames.count else { return nil }
        let latentDimension = parameters[0].columns - featureDimension
        guard latentDimension >= 0 else { return nil }
        let shapes = Self.shapes(inputs: latentDimension + featureDimension, outputs: contextLength * width)
        guard shapes.allSatisfy({ tensors[$0.key]?.shape == $0.value }) else { return nil }
        self.parameters = parameters
        self.moments = moments
        self.latentDimension = latentDimension
        self.contextLength = contextLength
        self.width = width
    }
}

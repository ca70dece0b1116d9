import Tensors

/// DPL's network: from the features of a batch of one domain's images, one prompt for that domain.
///
///     f ─▶ Linear(F, H) dropout ReLU ─▶ … Linear(H, H) dropout ReLU ─▶ Linear(H, M · width) ─▶ mean over the batch
///
/// Parameters are named as in the authors' `MLP`.
public struct DomainPromptNetwork: Sendable {
    /// Weight, `[outputs, inputs]`, and bias, `[outputs]`, of each layer in turn.
    public let parameters: [Tensor]
    /// The text encoder's.
    public let width: Int

    /// M, the context vectors of a prompt.
    public var contextLength: Int { parameters[parameters.count - 1].count / width }

    /// - Precondition: parameters of the shapes that belong together.
    init(parameters: [Tensor], width: Int) {
        (self.parameters, self.width) = (parameters, width)
    }

    /// Weights by Glorot and Bengio, biases 0.01, as the authors start it.
    /// - Parameters:
    ///   - inputs: F.
    ///   - hidden: H.
    ///   - depth: the number of layers, 2 or more.
    ///   - outputs: M · width.
    ///   - seed: of the weights.
    static func initial(inputs: Int, hidden: Int, depth: Int, outputs: Int, seed: Int) -> [Tensor] {
        sizes(inputs: inputs, hidden: hidden, depth: depth, outputs: outputs).enumerated().flatMap { layer, size in
            glorotLinear(size.inputs, size.outputs, bias: 0.01, seed: seed, purpose: "domain prompt", layer: layer)
        }
    }

    /// Inputs and outputs of all layers, first layer first.
    static func sizes(inputs: Int, hidden: Int, depth: Int, outputs: Int) -> [(inputs: Int, outputs: Int)] {
        let ends = [inputs] + Array(repeating: hidden, count: depth - 1) + [outputs]
        return zip(ends, ends.dropFirst()).map { (inputs: $0, outputs: $1) }
    }

    /// One prompt for each of some batches.
    ///
    /// The last layer is linear, so the mean of what it makes of a batch is what it makes of the mean: it is taken before.
    ///
    /// - Parameters:
    ///   - features: `[batches · size, F]`, as the image encoder puts them out, one batch after another.
    ///   - size: of each batch.
    ///   - p: as `parameters`.
    ///   - dropping: what dropout makes of the output of a hidden layer.
    /// - Returns: `[batches, M · width]`.
    static func prompts(
        of features: Tensor, batchesOf size: Int, parameters p: [Variable],
        dropping: (_ x: Variable, _ layer: Int) -> Variable = { x, _ in x }
    ) -> Variable {
        var x = Variable(features)
        for layer in 0..<p.count / 2 - 1 {
            x = leakyReLU(dropping(linear(x, weight: p[2 * layer], bias: p[2 * layer + 1]), layer), slope: 0)
        }
        return linear(groupMeans(x, of: size), weight: p[p.count - 2], bias: p[p.count - 1])
    }

    /// The prompt of a batch in evaluation: `[M, width]`.
    /// - Parameter features: `[n, F]`, as the image encoder puts them out.
    public func prompt(of features: Tensor) -> Tensor {
        Self.prompts(of: features, batchesOf: features.rows, parameters: parameters.map { Variable($0) }).value
            .reshaped([contextLength, width])
    }

    private static func layerNames(depth: Int) -> [String] {
        ["input"] + (0..<depth - 2).map { "hiddens.\($0)" } + ["output"]
    }

    /// The state dict.
    public var tensors: [String: Tensor] {
        let names = Self.layerNames(depth: parameters.count / 2).flatMap { [$0 + ".weight", $0 + ".bias"] }
        return Dictionary(uniqueKeysWithValues: zip(names, parameters))
    }

    /// A network from its state dict, or nil where tensors are missing or do not fit together.
    public init?(tensors: [String: Tensor], featureDimension: Int, width: Int) {
        guard tensors.count >= 4, tensors.count.isMultiple(of: 2) else { return nil }
        var inputs = featureDimension, parameters: [Tensor] = []
        for name in Self.layerNames(depth: tensors.count / 2) {
            guard let weight = tensors[name + ".weight"], let bias = tensors[name + ".bias"], weight.shape.count == 2,
                weight.columns == inputs, bias.shape == [weight.rows]
            else { return nil }
            parameters += [weight, bias]
            inputs = weight.rows
        }
        guard inputs > 0, inputs.isMultiple(of: width) else { return nil }
        self.init(parameters: parameters, width: width)
    }
}

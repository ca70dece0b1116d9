import Tensors

/// SPG's discriminator: how real a prompt looks for an image's feature. Training only.
///
///     [p, f] ─▶ Linear(P+F, 512) LReLU ─▶ Linear(512, 512) Dropout(0.4) LReLU ─▶ Linear(512, 512) Dropout(0.4) LReLU
///            ─▶ Linear(512, 1)
package struct Discriminator: Sendable {
    static let hidden = 512
    static let dropoutProbability: Float = 0.4
    package static let parameterNames = [
        "model.0.weight", "model.0.bias", "model.2.weight", "model.2.bias",
        "model.5.weight", "model.5.bias", "model.8.weight", "model.8.bias",
    ]

    /// In the order of `parameterNames`: weights `[outputs, inputs]`, biases `[outputs]`.
    package var parameters: [Tensor]

    package init(promptDimension: Int, featureDimension: Int, seed: UInt64) {
        let sizes = [promptDimension + featureDimension, Self.hidden, Self.hidden, Self.hidden, 1]
        parameters = (0..<4).flatMap {
            initialLinear(sizes[$0], sizes[$0 + 1], seed: seed, purpose: "discriminator", layer: $0)
        }
    }

    /// The outputs of the four layers, the last of which are the scores of each pair of a prompt and a feature, without a
    /// final activation (least-squares GAN).
    ///
    /// - Parameters:
    ///   - prompts: `[n, P]`.
    ///   - features: `[n, F]`.
    ///   - p: this discriminator's parameters.
    ///   - masks: the dropout's random numbers, one stream per dropout layer.
    /// - Returns: three times `[n, 512]`, then `[n, 1]`.
    package static func layers(
        prompts: Variable, features: Tensor, parameters p: [Variable], masks: [RandomStream]
    ) -> [Variable] {
        let slope = Generator.slope
        let x = concatenated(prompts, Variable(features))  // [n, P + F]
        var layers = [leakyReLU(linear(x, weight: p[0], bias: p[1]), slope: slope)]
        for (layer, mask) in masks.enumerated() {
            let h = linear(layers[layer], weight: p[2 + 2 * layer], bias: p[3 + 2 * layer])
            layers.append(leakyReLU(dropout(h, probability: dropoutProbability, using: mask), slope: slope))
        }
        return layers + [linear(layers[2], weight: p[6], bias: p[7])]
    }
}

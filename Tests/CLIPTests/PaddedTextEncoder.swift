import CLIP
import Foundation
import Tensors

/// CLIP's text encoder done in the usual way, in double precision: every prompt by itself, padded to the encoder's length,
/// causal attention among all its places. Slow and plain: what the encoder over prompt trees is compared with.
struct PaddedTextEncoder {
    /// Rows of numbers, one for each place of a prompt.
    typealias Rows = [[Double]]

    private let weights: TextWeights
    private let layers: [Layer]
    private let tokenEmbedding, positionalEmbedding, projection: Rows
    private let lnFinal: Norm

    init(_ weights: TextWeights) {
        self.weights = weights
        layers = weights.layers.map(Layer.init)
        tokenEmbedding = weights.tokenEmbedding.rowsInDouble
        positionalEmbedding = weights.positionalEmbedding.rowsInDouble
        projection = weights.projection.rowsInDouble
        lnFinal = Norm(weights.lnFinal)
    }

    /// The unnormalised text features of one prompt.
    ///
    /// - Parameters:
    ///   - prompt: ends with its end token.
    ///   - contexts: the vectors that stand in the prompt at first, then those that replace them before layers 1, 2, ….
    func features(of prompt: [PromptLayout.Item], contexts: [Rows]) -> [Double] {
        let padding = [PromptLayout.Item](repeating: .token(0), count: weights.contextLength - prompt.count)
        let prompt = (items: prompt + padding, end: prompt.count - 1)
        var x = prompt.items.enumerated().map { place, item in
            switch item {
            case .token(let token): sum(tokenEmbedding[token], positionalEmbedding[place])
            case .context(let vector): sum(contexts[0][vector], positionalEmbedding[place])
            }
        }
        for (index, layer) in layers.enumerated() {
            if index > 0, index < contexts.count {
                for (place, item) in prompt.items.enumerated() {
                    if case .context(let vector) = item { x[place] = contexts[index][vector] }
                }
            }
            let attended = attention(x.map { layer.attentionIn(layer.lnOne($0)) })
            x = zip(x, attended).map { sum($0, layer.attentionOut($1)) }
            x = x.map { row in
                sum(row, layer.mlpDown(layer.mlpUp(layer.lnTwo(row)).map { $0 / (1 + exp(-1.702 * $0)) }))
            }
        }
        let end = lnFinal(x[prompt.end])
        return projection[0].indices.map { column in end.indices.reduce(0) { $0 + end[$1] * projection[$1][column] } }
    }

    /// Every place attends to itself and to those before it.
    /// - Parameter x: queries, keys and values side by side.
    private func attention(_ x: Rows) -> Rows {
        let (width, size) = (weights.width, weights.headWidth)
        var output = Rows(repeating: Array(repeating: 0, count: width), count: x.count)
        for first in stride(from: 0, to: width, by: size) {
            for place in x.indices {
                let scores = (0...place).map { other in
                    let product = (first..<first + size).reduce(0) { $0 + x[place][$1] * x[other][width + $1] }
                    return product / Double(size).squareRoot()
                }
                let largest = scores.max()!
                let powers = scores.map { exp($0 - largest) }
                let total = powers.reduce(0, +)
                for (other, power) in powers.enumerated() {
                    for column in first..<first + size {
                        output[place][column] += power / total * x[other][2 * width + column]
                    }
                }
            }
        }
        return output
    }

    private struct Layer {
        let lnOne, lnTwo: Norm
        let attentionIn, attentionOut, mlpUp, mlpDown: Linear

        init(_ layer: TransformerLayerWeights) {
            (lnOne, lnTwo) = (Norm(layer.lnOne), Norm(layer.lnTwo))
            (attentionIn, attentionOut) = (Linear(layer.attentionIn), Linear(layer.attentionOut))
            (mlpUp, mlpDown) = (Linear(layer.mlpUp), Linear(layer.mlpDown))
        }
    }

    private struct Norm {
        let weight, bias: [Double]

        init(_ weights: LayerNormWeights) {
            (weight, bias) = (weights.weight.values.map(Double.init), weights.bias.values.map(Double.init))
        }

        func callAsFunction(_ x: [Double]) -> [Double] {
            let mean = x.reduce(0, +) / Double(x.count)
            let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
            return x.indices.map { (x[$0] - mean) / (variance + 1e-5).squareRoot() * weight[$0] + bias[$0] }
        }
    }

    private struct Linear {
        /// The weights of each input.
        let columns: Rows
        let bias: [Double]

        init(_ weights: LinearWeights) {
            (columns, bias) = (weights.weight.transposed().rowsInDouble, weights.bias.values.map(Double.init))
        }

        func callAsFunction(_ x: [Double]) -> [Double] {
            var y = bias
            y.withUnsafeMutableBufferPointer { y in
                for (input, column) in zip(x, columns) {
                    column.withUnsafeBufferPointer { for i in y.indices { y[i] += input * $0[i] } }
                }
            }
            return y
        }
    }
}

private func sum(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map { $0 + $1 } }

extension Tensor {
    /// The rows of a matrix.
    var rowsInDouble: [[Double]] { (0..<rows).map { rows($0..<$0 + 1).values.map(Double.init) } }
}

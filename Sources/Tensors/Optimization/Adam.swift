/// Adam (Kingma, Ba 2015) with weight decay that is part of the gradient, as PyTorch's `Adam` computes it.
public struct Adam: Sendable {
    public var weightDecay: Float
    /// The moments; its own decay, which is not part of the gradient, is off.
    public var moments = AdamW(weightDecay: 0)

    public init(weightDecay: Float) {
        self.weightDecay = weightDecay
    }

    /// Moves parameters against their gradients, one of its parameter's shape for each.
    public mutating func update(_ parameters: inout [Tensor], gradients: [Tensor], learningRate: Float) {
        let decay = weightDecay
        let decayed = zip(gradients, parameters).map { $0.combined(with: $1) { $0 + decay * $1 } }
        moments.update(&parameters, gradients: decayed, learningRate: learningRate)
    }
}

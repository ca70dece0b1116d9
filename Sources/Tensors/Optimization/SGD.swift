/// Stochastic gradient descent with momentum and (coupled) weight decay, as PyTorch's `SGD` computes it.
public struct SGD: Sendable {
    public var momentum: Float
    public var weightDecay: Float
    /// One velocity per parameter, of its shape; empty before the first update.
    public var velocities: [Tensor] = []

    public init(momentum: Float, weightDecay: Float) {
        self.momentum = momentum
        self.weightDecay = weightDecay
    }

    /// Moves parameters against their gradients, one of its parameter's shape for each.
    public mutating func update(_ parameters: inout [Tensor], gradients: [Tensor], learningRate: Float) {
        Profile.measure(.optimizer) { move(&parameters, gradients: gradients, learningRate: learningRate) }
    }

    private mutating func move(_ parameters: inout [Tensor], gradients: [Tensor], learningRate: Float) {
        let isFirst = velocities.isEmpty
        if isFirst { velocities = gradients }
        let (momentum, weightDecay) = (momentum, weightDecay)
        for i in parameters.indices {
            let decayed = gradients[i].combined(with: parameters[i]) { $0 + weightDecay * $1 }
            if isFirst {
                velocities[i] = decayed
            } else {
                velocities[i].combine(with: decayed) { momentum * $0 + $1 }
            }
            parameters[i].combine(with: velocities[i]) { $0 - learningRate * $1 }
        }
    }
}

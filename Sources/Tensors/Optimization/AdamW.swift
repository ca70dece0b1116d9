import Foundation

/// Adam with decoupled weight decay (Loshchilov, Hutter 2019), as PyTorch's `AdamW` computes it.
public struct AdamW: Sendable {
    public var betas: (Float, Float) = (0.9, 0.999)
    public var epsilon: Float = 1e-8
    public var weightDecay: Float
    /// How many updates were made.
    public var steps = 0
    /// Running means of the gradients and of their squares, one per parameter, of its shape; empty before the first
    /// update.
    public var means: [Tensor] = [], squares: [Tensor] = []

    public init(weightDecay: Float) {
        self.weightDecay = weightDecay
    }

    /// Moves parameters against their gradients.
    ///
    /// One pass over all parameters at once: each gradient is read, clipped, and taken into both means and the parameter.
    /// - Parameters:
    ///   - parameters: tensors of any shapes; the same ones at each update.
    ///   - gradients: one for each parameter, of its shape.
    ///   - learningRate: the size of the step.
    ///   - limits: the Euclidean norm that each gradient is scaled down to if its own is larger (PyTorch's
    ///     `clip_grad_norm_`, one tensor at a time); nil to leave them as they are.
    public mutating func update(
        _ parameters: inout [Tensor], gradients: [Tensor], learningRate: Float, limits: [Float]? = nil
    ) {
        Profile.measure(.optimizer) {
            move(&parameters, gradients: gradients, learningRate: learningRate, limits: limits)
        }
    }

    private mutating func move(
        _ parameters: inout [Tensor], gradients: [Tensor], learningRate: Float, limits: [Float]?
    ) {
        if means.isEmpty {
            means = parameters.map { Tensor($0.shape) }
            squares = means
        }
        precondition(
            zip(parameters, gradients).allSatisfy { $0.count == $1.count } && parameters.count == gradients.count
                && limits.map { $0.count == gradients.count } ?? true,
            "\(gradients.map(\.shape)) are no gradients of \(parameters.map(\.shape))")
        steps += 1
        let (beta1, beta2, epsilon) = (betas.0, betas.1, epsilon)
        let decay = 1 - learningRate * weightDecay
        let stepSize = learningRate / Float(1 - pow(Double(beta1), Double(steps)))
        let correction = Float(1 / (1 - pow(Double(beta2), Double(steps))).squareRoot())
        let factors = limits.map { clippingFactors(gradients, limits: $0) }

        let (g, p) = (gradients.pointers, parameters.mutablePointers)
        let (m, v) = (means.mutablePointers, squares.mutablePointers)
        forEachChunk(of: gradients.map(\.count)) { index, range, _ in
            let (g, p, m, v) = (g[index].pointer, p[index].pointer, m[index].pointer, v[index].pointer)
            let factor = factors?[index] ?? 1
            for i in stride(from: range.lowerBound, to: range.upperBound, by: 16) {
                let gi = g.vector(at: i) * factor
                let mi = m.vector(at: i) * beta1 + gi * (1 - beta1)
                let vi = v.vector(at: i) * beta2 + gi * gi * (1 - beta2)
                m.store(mi, at: i)
                v.store(vi, at: i)
                let denominator = vi.squareRoot() * correction + epsilon
                p.store(p.vector(at: i) * decay - stepSize * mi / denominator, at: i)
            }
        }
        withExtendedLifetime((gradients, parameters, means, squares)) {}
    }
}

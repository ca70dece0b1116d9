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
        update(&parameters, gradients: gradients.map(Gradient.numbers), learningRate: learningRate, limits: limits)
    }

    /// The same. Gradients that are not multiplied yet are so piece by piece, and each piece is used up at once; where there
    /// are limits, all are multiplied before, since their norms come first.
    package mutating func update(
        _ parameters: inout [Tensor], gradients: [Gradient], learningRate: Float, limits: [Float]? = nil
    ) {
        Profile.measure(.optimizer) {
            guard let limits else { return move(&parameters, gradients, learningRate: learningRate, factors: nil) }
            let numbers = gradients.map(\.tensor)
            move(
                &parameters, numbers.map(Gradient.numbers), learningRate: learningRate,
                factors: clippingFactors(numbers, limits: limits))
        }
    }

    /// - Parameter factors: what each gradient is multiplied with.
    private mutating func move(
        _ parameters: inout [Tensor], _ gradients: [Gradient], learningRate: Float, factors: [Float]?
    ) {
        if means.isEmpty {
            means = parameters.map { Tensor($0.shape) }
            squares = means
        }
        precondition(
            zip(parameters, gradients).allSatisfy { $0.count == $1.count } && parameters.count == gradients.count
                && factors.map { $0.count == gradients.count } ?? true,
            "gradients of \(gradients.map(\.count)) numbers for parameters of \(parameters.map(\.shape))")
        steps += 1
        let (beta1, beta2, epsilon) = (betas.0, betas.1, epsilon)
        let decay = 1 - learningRate * weightDecay
        let stepSize = learningRate / Float(1 - pow(Double(beta1), Double(steps)))
        let correction = Float(1 / (1 - pow(Double(beta2), Double(steps))).squareRoot())

        let p = parameters.mutablePointers, m = means.mutablePointers, v = squares.mutablePointers
        forEachPiece(of: gradients, beside: [p, m, v]) { index, elements, g in
            let (p, m, v) = (p[index].pointer, m[index].pointer, v[index].pointer)
            let g = g - elements.lowerBound, factor = factors?[index] ?? 1
            for i in stride(from: elements.lowerBound, to: elements.upperBound, by: 16) {
                let gi = g.vector(at: i) * factor
                let mi = m.vector(at: i) * beta1 + gi * (1 - beta1)
                let vi = v.vector(at: i) * beta2 + gi * gi * (1 - beta2)
                m.store(mi, at: i)
                v.store(vi, at: i)
                let denominator = vi.squareRoot() * correction + epsilon
                p.store(p.vector(at: i) * decay - stepSize * mi / denominator, at: i)
            }
        }
        withExtendedLifetime((parameters, means, squares)) {}
    }
}

import Foundation

/// Adam with decoupled weight decay (Loshchilov, Hutter 2019), as PyTorch's `AdamW` computes it.
public struct AdamW: Sendable {
    public var betas: (Float, Float) = (0.9, 0.999)
    public var epsilon: Float = 1e-8
    public var weightDecay: Float
    /// How many updates were made.
    public var steps = 0
    /// Running means of the gradients and of their squares, one per parameter; empty before the first update.
    public var means: [Tensor] = [], squares: [Tensor] = []

    public init(weightDecay: Float) {
        self.weightDecay = weightDecay
    }

    /// Moves parameters against their gradients.
    public mutating func update(_ parameters: inout [Tensor], gradients: [Tensor], learningRate: Float) {
        Profile.measure(.optimizer) { move(&parameters, gradients: gradients, learningRate: learningRate) }
    }

    private mutating func move(_ parameters: inout [Tensor], gradients: [Tensor], learningRate: Float) {
        if means.isEmpty {
            means = parameters.map { Tensor($0.shape) }
            squares = means
        }
        steps += 1
        let step = Coefficients(
            decay: 1 - learningRate * weightDecay,
            beta1: betas.0, beta2: betas.1, epsilon: epsilon,
            stepSize: learningRate / Float(1 - pow(Double(betas.0), Double(steps))),
            rootOfCorrection: Float((1 - pow(Double(betas.1), Double(steps))).squareRoot()))
        for i in parameters.indices {
            Self.update(&parameters[i], &means[i], &squares[i], gradients[i], step)
        }
    }

    private struct Coefficients {
        var decay, beta1, beta2, epsilon, stepSize, rootOfCorrection: Float
    }

    /// One pass over a parameter: reads the gradient once, updates both moments and the parameter.
    private static func update(
        _ parameter: inout Tensor, _ mean: inout Tensor, _ square: inout Tensor, _ gradient: Tensor, _ c: Coefficients
    ) {
        precondition(gradient.count == parameter.count, "\(gradient.shape) is no gradient of \(parameter.shape)")
        let n = parameter.count
        gradient.withUnsafePointer { g in
            parameter.withUnsafeMutablePointer { p in
                mean.withUnsafeMutablePointer { m in
                    square.withUnsafeMutablePointer { v in
                        let (g, p, m, v) = (Shared(g), Shared(p), Shared(m), Shared(v))
                        forEachVector(of: n) { i in
                            let gi = g.pointer.vector(at: i)
                            let mi = m.pointer.vector(at: i) * c.beta1 + gi * (1 - c.beta1)
                            let vi = v.pointer.vector(at: i) * c.beta2 + gi * gi * (1 - c.beta2)
                            m.pointer.store(mi, at: i)
                            v.pointer.store(vi, at: i)
                            let denominator = vi.squareRoot() / c.rootOfCorrection + c.epsilon
                            p.pointer.store(p.pointer.vector(at: i) * c.decay - c.stepSize * mi / denominator, at: i)
                        }
                    }
                }
            }
        }
    }
}

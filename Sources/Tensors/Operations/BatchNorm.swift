/// What BatchNorm remembers of the batches it saw, for use when a single image is normalised.
public struct RunningMoments: Sendable, Equatable {
    /// `[d]` each; the variance is the unbiased one.
    public var mean: Tensor, variance: Tensor

    /// Moments that are known: `[d]` each.
    public init(mean: Tensor, variance: Tensor) {
        self.mean = mean
        self.variance = variance
    }

    /// Mean 0 and variance 1, as PyTorch starts.
    public init(width: Int) {
        self.init(mean: Tensor([width]), variance: Tensor([width], repeating: 1))
    }
}

/// Normalises every column by its mean and variance over the batch, then scales and shifts it (Ioffe, Szegedy 2015).
///
/// - Parameters:
///   - x: `[n, d]` with n ≥ 2.
///   - weight: `[d]`.
///   - bias: `[d]`.
///   - epsilon: added to the variance.
///   - momentum: the share of the way that `running` moves, in 0...1.
///   - running: moved towards this batch's moments.
/// - Returns: `[n, d]`.
public func batchNorm(
    _ x: Variable, weight: Variable, bias: Variable, epsilon: Float, momentum: Float = 0.1,
    updating running: inout RunningMoments
) -> Variable {
    let (n, d) = (x.value.rows, x.value.columns)
    precondition(n > 1, "the variance of a batch of one is not defined")
    let mean = x.value.summedOverRows() * (1 / Float(n))
    var unit = x.value
    unit.setRows(to: mean * -1, adding: true)
    let variance = unit.combined(with: unit) { $0 * $1 }.summedOverRows() * (1 / Float(n))
    let unbiased = variance * (Float(n) / Float(n - 1))
    running.mean.combine(with: mean) { $0 + momentum * ($1 - $0) }
    running.variance.combine(with: unbiased) { $0 + momentum * ($1 - $0) }

    let inverse = variance.mapped { 1 / ($0 + epsilon).squareRoot() }
    unit.scaleColumns(by: inverse)
    var y = unit
    y.scaleColumns(by: weight.value)
    y.setRows(to: bias.value, adding: true)
    return .output(y, of: [x, weight, bias]) { gradient in
        let sumG = gradient.summedOverRows()
        let sumGX = gradient.combined(with: unit) { $0 * $1 }.summedOverRows()
        guard x.needsGradient else { return [nil, sumGX, sumG] }
        // dx = weight / deviation · (g − mean(g) − x̂ · mean(g · x̂))
        var dx = unit
        dx.scaleColumns(by: sumGX * (-1 / Float(n)))
        dx += gradient
        dx.setRows(to: sumG * (-1 / Float(n)), adding: true)
        dx.scaleColumns(by: inverse.combined(with: weight.value) { $0 * $1 })
        return [dx.reshaped([n, d]), weight.needsGradient ? sumGX : nil, bias.needsGradient ? sumG : nil]
    }
}

/// BatchNorm with fixed moments, as in evaluation: no gradients, any number of rows.
///
/// - Parameters:
///   - x: `[n, d]`.
///   - weight: `[d]`.
///   - bias: `[d]`.
///   - epsilon: added to the variance.
///   - running: the moments, `[d]` each.
/// - Returns: `[n, d]`.
public func batchNorm(
    _ x: Tensor, weight: Tensor, bias: Tensor, epsilon: Float, using running: RunningMoments
) -> Tensor {
    let scale = running.variance.combined(with: weight) { variance, weight in weight / (variance + epsilon).squareRoot() }
    let shift = bias - running.mean.combined(with: scale) { $0 * $1 }
    var y = x
    y.scaleColumns(by: scale)
    y.setRows(to: shift, adding: true)
    return y
}

extension Tensor {
    /// Multiplies column j by element j of `factors`.
    mutating func scaleColumns(by factors: Tensor) {
        precondition(factors.count == columns, "\(factors.shape) factors for \(shape)")
        let width = columns, height = rows
        withUnsafeMutablePointer { y in
            factors.withUnsafePointer { f in
                for row in 0..<height {
                    for j in 0..<width { y[row * width + j] *= f[j] }
                }
            }
        }
    }
}

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
    precondition(
        weight.value.count == d && bias.value.count == d,
        "a weight of \(weight.value.shape) and a bias of \(bias.value.shape) for \(x.value.shape)")
    let batch = NormalizedColumns(x.value, weight: weight.value, bias: bias.value, epsilon: epsilon)
    let unbiased = batch.variance * (Float(n) / Float(n - 1))
    running.mean.combine(with: batch.mean) { $0 + momentum * ($1 - $0) }
    running.variance.combine(with: unbiased) { $0 + momentum * ($1 - $0) }
    return .output(batch.y, of: [x, weight, bias]) { gradient in
        let gradients = batch.gradients(gradient, weight: weight.value)
        return [
            x.needsGradient ? gradients.x : nil, weight.needsGradient ? gradients.weight : nil,
            bias.needsGradient ? gradients.bias : nil,
        ]
    }
}

/// The columns of a batch, normalised, sixteen of them at a time: they stay in the cache while one pass follows the other.
private struct NormalizedColumns {
    /// `[n, d]`: mean 0 and variance 1, and what scaling and shifting makes of it.
    let unit, y: Tensor
    /// `[d]`; of the variance and epsilon the root's inverse.
    let mean, variance, inverse: Tensor

    init(_ x: Tensor, weight: Tensor, bias: Tensor, epsilon: Float) {
        let (n, d) = (x.rows, x.columns), share = 1 / Float(n)
        let from = [x, weight, bias]
        var results = [Tensor(uninitialized: [n, d]), Tensor(uninitialized: x.shape)]
        results += (0..<3).map { _ in Tensor(uninitialized: [d]) }
        let (input, output) = (from.pointers, results.mutablePointers)
        forEachSixteen(of: d) { column, count in
            let (x, unit, y) = (input[0].pointer, output[0].pointer, output[1].pointer)
            var sum = SIMD16<Float>.zero, squares = SIMD16<Float>.zero
            for i in stride(from: column, to: n * d, by: d) { sum += x.vector(at: i, upTo: count) }
            let mean = sum * share
            for i in stride(from: column, to: n * d, by: d) {
                let centered = x.vector(at: i, upTo: count) - mean
                squares += centered * centered
            }
            let variance = squares * share
            let inverse = 1 / (variance + epsilon).squareRoot()
            let weight = input[1].pointer.vector(at: column, upTo: count)
            let bias = input[2].pointer.vector(at: column, upTo: count)
            for i in stride(from: column, to: n * d, by: d) {
                let numbers = (x.vector(at: i, upTo: count) - mean) * inverse
                unit.store(numbers, at: i, upTo: count)
                y.store(numbers * weight + bias, at: i, upTo: count)
            }
            for (moment, tensor) in zip([mean, variance, inverse], output[2...]) {
                tensor.pointer.store(moment, at: column, upTo: count)
            }
        }
        withExtendedLifetime(from) {}
        (self.unit, self.y, mean, variance, inverse) = (results[0], results[1], results[2], results[3], results[4])
    }

    /// The gradients of x, `[n, d]`, and of weight and bias, `[d]` each, from that of y.
    func gradients(_ gradient: Tensor, weight: Tensor) -> (x: Tensor, weight: Tensor, bias: Tensor) {
        let (n, d) = (unit.rows, unit.columns), share = -1 / Float(n)
        let from = [gradient, unit, inverse, weight]
        var results = [Tensor(uninitialized: [n, d]), Tensor(uninitialized: [d]), Tensor(uninitialized: [d])]
        let (input, output) = (from.pointers, results.mutablePointers)
        forEachSixteen(of: d) { column, count in
            let (g, unit, dx) = (input[0].pointer, input[1].pointer, output[0].pointer)
            var sumG = SIMD16<Float>.zero, sumGX = SIMD16<Float>.zero
            for i in stride(from: column, to: n * d, by: d) {
                let g = g.vector(at: i, upTo: count)
                sumG += g
                sumGX += g * unit.vector(at: i, upTo: count)
            }
            // dx = weight / deviation · (g − mean(g) − x̂ · mean(g · x̂))
            let scale = input[2].pointer.vector(at: column, upTo: count) * input[3].pointer.vector(at: column, upTo: count)
            let (meanG, meanGX) = (sumG * share, sumGX * share)
            for i in stride(from: column, to: n * d, by: d) {
                let centered = unit.vector(at: i, upTo: count) * meanGX + g.vector(at: i, upTo: count) + meanG
                dx.store(centered * scale, at: i, upTo: count)
            }
            output[1].pointer.store(sumGX, at: column, upTo: count)
            output[2].pointer.store(sumG, at: column, upTo: count)
        }
        withExtendedLifetime(from) {}
        return (results[0], results[1], results[2])
    }
}

/// Calls `body` for each sixteen of some columns, split over threads: with the first of them and how many there are, fewer
/// than sixteen at the end.
private func forEachSixteen(of columns: Int, _ body: @Sendable (_ first: Int, _ count: Int) -> Void) {
    parallel((columns + 15) / 16, grain: 32) { vectors in
        for first in stride(from: vectors.lowerBound * 16, to: min(columns, vectors.upperBound * 16), by: 16) {
            body(first, min(16, columns - first))
        }
    }
}

extension UnsafeMutablePointer<Float> {
    /// Up to sixteen numbers at an element offset, with zeros after them.
    @inline(__always)
    fileprivate func vector(at offset: Int, upTo count: Int) -> SIMD16<Float> {
        count == 16 ? vector(at: offset) : UnsafePointer(self).vector(at: offset, count: count, filler: 0)
    }

    /// Writes up to the first sixteen numbers.
    @inline(__always)
    fileprivate func store(_ vector: SIMD16<Float>, at offset: Int, upTo count: Int) {
        if count == 16 { store(vector, at: offset) } else { store(vector, at: offset, count: count) }
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

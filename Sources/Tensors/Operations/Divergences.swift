import Foundation

/// The softmax of every row of `[n, d]`: `[n, d]`.
public func softmaxOfRows(_ x: Variable) -> Variable {
    let p = x.value.softmaxOfRows()
    return .output(p, of: [x]) { gradient in
        // dx = p (g − g · p), row by row
        var dx = gradient
        let width = p.columns
        dx.withUnsafeMutablePointer { dx in
            p.withUnsafePointer { p in
                for row in 0..<gradient.rows {
                    let dx = dx + row * width, p = p + row * width
                    var dot: Float = 0
                    for j in 0..<width { dot += dx[j] * p[j] }
                    for j in 0..<width { dx[j] = p[j] * (dx[j] - dot) }
                }
            }
        }
        return [dx]
    }
}

/// Every column of `[n, d]` divided by its Euclidean length, or by `floor` where it is shorter: `[n, d]` (PyTorch's
/// `normalize` along the batch).
public func normalizedColumns(_ x: Variable, floor: Float = 1e-12) -> Variable {
    let lengths = x.value.combined(with: x.value) { $0 * $1 }.summedOverRows().mapped { $0.squareRoot() }
    let isShort = lengths.values.map { $0 < floor }
    let inverses = lengths.mapped { 1 / pointwiseMax($0, SIMD16(repeating: floor)) }
    var y = x.value
    y.scaleColumns(by: inverses)
    return .output(y, of: [x]) { gradient in
        // dx = (g − y (g · y)) / |x|, column by column; what divides by a constant keeps its direction.
        let dots = gradient.combined(with: y) { $0 * $1 }.summedOverRows()
        var along = y
        along.scaleColumns(by: Tensor(dots.shape, zip(dots.values, isShort).map { $1 ? 0 : $0 }))
        var dx = gradient - along
        dx.scaleColumns(by: inverses)
        return [dx]
    }
}

/// The mean over rows of Σ −p log(p + ε): the entropy of probabilities.
/// - Parameters:
///   - p: `[n, classes]`, each row a distribution.
///   - epsilon: ε, which keeps the logarithm finite.
/// - Returns: a scalar, in nats.
public func meanEntropy(_ p: Variable, epsilon: Float = 1e-8) -> Variable {
    let n = p.value.rows
    let sum = p.value.values.reduce(0.0) { $0 - Double($1) * log(Double($1) + Double(epsilon)) }
    return .output(Tensor(Float(sum / Double(n))), of: [p]) { gradient in
        let factor = -gradient.scalar / Float(n)
        return [Tensor(p.value.shape, p.value.values.map { factor * (logf($0 + epsilon) + $0 / ($0 + epsilon)) })]
    }
}

/// How far the rows of each group, a softmax over them taken in each column, are from those of another matrix: the
/// Kullback-Leibler divergence from `x` to `target`, summed over columns, its mean over groups.
///
/// PyTorch's `KLDivLoss(reduction: "batchmean")` of `log_softmax(x, dim: 1)` and `softmax(target, dim: 1)`, for
/// `[groups, count, d]`.
/// - Parameters:
///   - x: `[groups · count, d]`.
///   - target: `[groups · count, d]`.
///   - count: how many rows make a group.
/// - Returns: a scalar, in nats.
public func divergenceWithinGroups(_ x: Variable, from target: Variable, of count: Int) -> Variable {
    let (rows, d) = (x.value.rows, x.value.columns)
    precondition(target.value.rows == rows && target.value.columns == d, "\(x.value.shape) and \(target.value.shape)")
    precondition(count > 0 && rows.isMultiple(of: count), "groups of \(count) rows in \(x.value.shape)")
    let groups = rows / count
    let logS = x.value.logSoftmaxWithinGroups(of: count), logT = target.value.logSoftmaxWithinGroups(of: count)
    let t = logT.mapped { exponential($0) }
    let difference = logT - logS
    let sum = t.dot(difference)
    return .output(Tensor(Float(sum / Double(groups))), of: [x, target]) {
        [needs = (x.needsGradient, target.needsGradient)] gradient in
        let factor = gradient.scalar / Float(groups)
        let ofX = needs.0 ? logS.mapped { exponential($0) }.combined(with: t) { ($0 - $1) * factor } : nil
        guard needs.1 else { return [ofX, nil] }
        // Of the target: t (log t − log s − Σ t (log t − log s)), the sum over the group.
        let terms = t.combined(with: difference) { $0 * $1 }
        var means = Tensor([groups, d])
        let owners = (0..<rows).map { $0 / count }
        means.addRows(terms, at: owners)
        let ofTarget = terms - t.combined(with: means.gatheringRows(owners)) { $0 * $1 }
        return [ofX, ofTarget * factor]
    }
}

extension Tensor {
    /// The logarithm of the softmax over each group of consecutive rows, in each column.
    fileprivate func logSoftmaxWithinGroups(of count: Int) -> Tensor {
        var result = self
        let d = columns, groups = rows / count
        result.withUnsafeMutablePointer { y in
            for group in 0..<groups {
                let y = y + group * count * d
                for j in 0..<d {
                    var largest = -Float.infinity
                    for c in 0..<count { largest = max(largest, y[c * d + j]) }
                    var sum: Float = 0
                    for c in 0..<count { sum += expf(y[c * d + j] - largest) }
                    let shift = largest + logf(sum)
                    for c in 0..<count { y[c * d + j] -= shift }
                }
            }
        }
        return result
    }
}

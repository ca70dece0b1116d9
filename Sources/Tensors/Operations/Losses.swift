import Foundation

/// The mean over rows of −log softmax(logits)[label] (PyTorch's `cross_entropy`).
///
/// - Parameters:
///   - logits: `[n, classes]`.
///   - labels: a class per row.
/// - Returns: a scalar.
public func crossEntropy(_ logits: Variable, labels: [Int]) -> Variable {
    let (n, classes) = (logits.value.rows, logits.value.columns)
    precondition(labels.count == n, "\(labels.count) labels for \(n) rows")
    let probabilities = logits.value.softmaxOfRows()
    var loss = 0.0
    for (row, label) in labels.enumerated() { loss -= log(Double(max(probabilities[row, label], .leastNormalMagnitude))) }
    return .output(Tensor(Float(loss / Double(n))), of: [logits]) { gradient in
        var dLogits = probabilities
        let scale = gradient.scalar / Float(n)
        dLogits.withUnsafeMutablePointer { p in
            for (row, label) in labels.enumerated() {
                p[row * classes + label] -= 1
                for j in 0..<classes { p[row * classes + j] *= scale }
            }
        }
        return [dLogits]
    }
}

/// The mean over all elements of −(w · y · log σ(x) + (1 − y) · log(1 − σ(x))) (PyTorch's
/// `binary_cross_entropy_with_logits`).
///
/// - Parameters:
///   - logits: x, of any shape.
///   - targets: y, in 0...1, of the same shape.
///   - positiveWeight: w, of the positive term.
/// - Returns: a scalar.
public func binaryCrossEntropy(_ logits: Variable, targets: Tensor, positiveWeight: Float) -> Variable {
    let x = logits.value, weight = Double(positiveWeight)
    precondition(x.count == targets.count, "\(targets.shape) targets for logits of \(x.shape)")
    var loss = 0.0
    var derivative = Tensor(uninitialized: x.shape)
    derivative.withUnsafeMutablePointer { d in
        x.withUnsafePointer { x in
            targets.withUnsafePointer { y in
                for i in 0..<targets.count {
                    let x = Double(x[i]), y = Double(y[i])
                    // log(1 + exp(−|x|)) is exact where the logarithm of a sigmoid would be that of nothing.
                    let tail = log1p(exp(-abs(x)))
                    let positive = max(-x, 0) + tail, negative = max(x, 0) + tail
                    loss += weight * y * positive + (1 - y) * negative
                    let sigma = 1 / (1 + exp(-x))
                    d[i] = Float((1 - y) * sigma - weight * y * (1 - sigma))
                }
            }
        }
    }
    let n = Float(x.count)
    return .output(Tensor(Float(loss / Double(n))), of: [logits]) { [derivative] gradient in
        [derivative * (gradient.scalar / n)]
    }
}

/// The mean over all elements of (x − target)², of one shape (PyTorch's `mse_loss`).
/// - Returns: a scalar.
public func meanSquaredError(_ x: Variable, to target: Tensor) -> Variable {
    let n = Float(x.value.count)
    let difference = x.value - target
    return .output(Tensor(Float(difference.squaredNorm) / n), of: [x]) { gradient in
        [difference * (2 * gradient.scalar / n)]
    }
}

/// The elementwise sum of two variables of one shape.
public func sum(_ a: Variable, _ b: Variable) -> Variable {
    .output(a.value + b.value, of: [a, b]) { [needsA = a.needsGradient, needsB = b.needsGradient] gradient in
        [needsA ? gradient : nil, needsB ? gradient : nil]
    }
}

/// Every element times a constant; the shape stays.
public func scaled(_ x: Variable, by factor: Float) -> Variable {
    .output(x.value * factor, of: [x]) { gradient in [gradient * factor] }
}

extension Tensor {
    /// The softmax of every row of `[n, d]`: `[n, d]`.
    public func softmaxOfRows() -> Tensor {
        var result = self
        let width = columns, height = rows
        result.withUnsafeMutablePointer { p in
            for row in 0..<height {
                let p = p + row * width
                var largest = -Float.infinity
                for j in 0..<width { largest = max(largest, p[j]) }
                var sum: Float = 0
                for j in 0..<width {
                    p[j] = expf(p[j] - largest)
                    sum += p[j]
                }
                for j in 0..<width { p[j] /= sum }
            }
        }
        return result
    }
}

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

/// The mean over all elements of (x − target)² (PyTorch's `mse_loss`).
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

/// Every element times a constant.
public func scaled(_ x: Variable, by factor: Float) -> Variable {
    .output(x.value * factor, of: [x]) { gradient in [gradient * factor] }
}

extension Tensor {
    /// The softmax of every row.
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

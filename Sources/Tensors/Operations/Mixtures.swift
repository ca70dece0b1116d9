/// Weighted sums of several matrices of one shape, side by side.
///
/// - Parameters:
///   - parts: L matrices `[n, d]`.
///   - weights: `[K, L]`, a row for each sum.
///   - bias: `[K]`, added to every number of a sum.
/// - Returns: `[n, K · d]`: sum k stands in the columns from k · d.
public func mixtures(of parts: [Variable], weights: Variable, bias: Variable) -> Variable {
    let (sums, shape) = (weights.value.rows, parts[0].value.shape), d = parts[0].value.columns
    precondition(
        weights.value.columns == parts.count && bias.value.count == sums && parts.allSatisfy { $0.value.shape == shape },
        "weights of \(weights.value.shape) and \(bias.value.shape) for \(parts.count) matrices of \(shape)")
    let y = Tensor(
        besideEachOther: (0..<sums).map { k in
            var sum = Tensor(shape, repeating: bias.value.values[k])
            for (l, part) in parts.enumerated() {
                let weight = weights.value[k, l]
                sum.combine(with: part.value) { $0 + weight * $1 }
            }
            return sum
        })
    let values = parts.map(\.value), a = weights.value, needs = parts.map(\.needsGradient)
    return .output(y, of: parts + [weights, bias]) { gradient in
        let ofSums = (0..<sums).map { gradient.columns($0 * d..<($0 + 1) * d) }
        let ofParts = values.indices.map { l -> Tensor? in
            guard needs[l] else { return nil }
            var sum = ofSums[0] * a[0, l]
            for k in 1..<max(1, sums) {
                let weight = a[k, l]
                sum.combine(with: ofSums[k]) { $0 + weight * $1 }
            }
            return sum.reshaped(values[l].shape)
        }
        let ofWeights = Tensor([sums, values.count], ofSums.flatMap { g in values.map { Float(g.dot($0)) } })
        let ofBias = Tensor([sums], ofSums.map { Float($0.dot(Tensor($0.shape, repeating: 1))) })
        return ofParts + [ofWeights, ofBias]
    }
}

extension Tensor {
    /// Σ aᵢ bᵢ over all elements, in double precision.
    func dot(_ other: Tensor) -> Double {
        precondition(count == other.count, "\(shape) times \(other.shape)")
        return withUnsafePointer { a in
            other.withUnsafePointer { b in
                (0..<count).reduce(0) { $0 + Double(a[$1]) * Double(b[$1]) }
            }
        }
    }
}

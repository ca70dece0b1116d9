/// `x · σ(1.702 x)` of every element, OpenAI CLIP's approximation of GELU; the shape stays.
public func quickGELU(_ x: Variable) -> Variable {
    .output(x.value.mapped { $0 * logistic(1.702 * $0) }, of: [x]) { gradient in
        [
            gradient.combined(with: x.value) { g, x in
                let s = logistic(1.702 * x)
                return g * (s + 1.702 * x * s * (1 - s))
            }
        ]
    }
}

/// `x · Φ(x)` of every element, the exact GELU (Hendrycks and Gimpel 2016), as in PyTorch's `gelu` without
/// approximation; the shape stays.
public func gelu(_ x: Variable) -> Variable {
    .output(x.value.mapped { $0 * normalDistribution($0) }, of: [x]) { gradient in
        [gradient.combined(with: x.value) { g, x in g * (normalDistribution(x) + x * normalDensity(x)) }]
    }
}

/// `x` where positive, `slope · x` elsewhere, of every element; the shape stays.
public func leakyReLU(_ x: Variable, slope: Float) -> Variable {
    let y = x.value.mapped { ($0 * slope).replacing(with: $0, where: $0 .> 0) }
    return .output(y, of: [x]) { gradient in
        [gradient.combined(with: x.value) { g, x in (g * slope).replacing(with: g, where: x .> 0) }]
    }
}

/// The hyperbolic tangent of every element; the shape stays.
public func tanh(_ x: Variable) -> Variable {
    let y = x.value.mapped { hyperbolicTangent($0) }
    return .output(y, of: [x]) { gradient in [gradient.combined(with: y) { g, y in g * (1 - y * y) }] }
}

/// Sets elements to zero with a probability and scales the others by its complement's inverse (inverted dropout).
///
/// - Parameters:
///   - x: `[n, d]`, or any shape that is taken as rows of its last dimension.
///   - probability: of an element to become zero, in 0..<1.
///   - group: how many neighbours of a row are kept or dropped together, such as the numbers of an attention head; it
///     divides the row's length.
///   - stream: decides which; the same stream drops the same elements. It gives one number for each group.
/// - Returns: the shape of `x`.
public func dropout(_ x: Variable, probability: Float, group: Int = 1, using stream: RandomStream) -> Variable {
    precondition(x.value.columns % group == 0, "groups of \(group) in rows of \(x.value.columns)")
    var stream = stream
    let kept = 1 / (1 - probability)
    var mask = stream.uniform([x.value.count / group])
    mask.transform { SIMD16(repeating: kept).replacing(with: 0, where: $0 .< probability) }
    if group > 1 { mask = mask.repeatingEach(group) }
    return .output(x.value.combined(with: mask) { $0 * $1 }, of: [x]) { [mask] gradient in
        [gradient.combined(with: mask) { $0 * $1 }]
    }
}

extension Tensor {
    /// Every element so many times over, one after the other: `[count · times]`.
    fileprivate func repeatingEach(_ times: Int) -> Tensor {
        var result = Tensor(uninitialized: [count * times])
        let count = count
        result.withUnsafeMutablePointer { to in
            withUnsafePointer { from in
                for i in 0..<count { (to + i * times).update(repeating: from[i], count: times) }
            }
        }
        return result
    }
}

/// Every row of `[n, d]` divided by its Euclidean length: `[n, d]`. A zero row becomes NaN, as in PyTorch's
/// `x / x.norm()`.
public func normalizedRows(_ x: Variable) -> Variable {
    let y = x.value.normalizedRows()
    return .output(y, of: [x]) { gradient in
        // dx = (g − y (g · y)) / |x|
        let (n, d) = (y.rows, y.columns)
        var dx = Tensor(uninitialized: y.shape)
        dx.withUnsafeMutablePointer { dx in
            x.value.withUnsafePointer { x in
                y.withUnsafePointer { y in
                    gradient.withUnsafePointer { g in
                        for row in 0..<n {
                            let x = x + row * d, y = y + row * d, g = g + row * d
                            var square: Float = 0, dot: Float = 0
                            for j in 0..<d {
                                square += x[j] * x[j]
                                dot += g[j] * y[j]
                            }
                            let inverse = 1 / square.squareRoot()
                            for j in 0..<d { dx[row * d + j] = (g[j] - y[j] * dot) * inverse }
                        }
                    }
                }
            }
        }
        return [dx]
    }
}

extension Tensor {
    /// Every row of `[n, d]` divided by its Euclidean length: `[n, d]`. A zero row becomes NaN, as in PyTorch's
    /// `x / x.norm()`.
    public func normalizedRows() -> Tensor { normalizedRowsWithNorms().rows }

    /// The same, and the length of every row: `n` numbers.
    public func normalizedRowsWithNorms() -> (rows: Tensor, norms: [Float]) {
        var result = self, norms: [Float] = []
        norms.reserveCapacity(rows)
        let width = columns, height = rows
        result.withUnsafeMutablePointer { y in
            for row in 0..<height {
                let y = y + row * width
                var square: Float = 0
                for j in 0..<width { square += y[j] * y[j] }
                norms.append(square.squareRoot())
                let inverse = 1 / norms[row]
                for j in 0..<width { y[j] *= inverse }
            }
        }
        return (result, norms)
    }

    /// Every row times a number of its own: one factor for each row; the shape stays.
    public func scalingRows(by factors: [Float]) -> Tensor {
        precondition(factors.count == rows, "\(factors.count) factors for \(rows) rows")
        var result = self
        let width = columns
        result.withUnsafeMutablePointer { elements in
            for (row, factor) in factors.enumerated() {
                for j in row * width..<(row + 1) * width { elements[j] *= factor }
            }
        }
        return result
    }
}

/// Normalises every row to mean 0 and variance 1, then scales and shifts its columns (Ba, Kiros, Hinton 2016).
///
/// - Parameters:
///   - x: `[n, d]`.
///   - weight: `[d]`, the gain.
///   - bias: `[d]`.
///   - epsilon: added to the variance.
/// - Returns: `[n, d]`.
public func layerNorm(_ x: Variable, weight: Variable, bias: Variable, epsilon: Float = 1e-5) -> Variable {
    let (n, d) = (x.value.rows, x.value.columns)
    var y = Tensor(uninitialized: x.value.shape)
    // Mean and 1/deviation of every row, for the adjoint.
    var moments = Tensor(uninitialized: [n, 2])
    x.value.withUnsafePointer { px in
        weight.value.withUnsafePointer { pw in
            bias.value.withUnsafePointer { pb in
                y.withUnsafeMutablePointer { py in
                    moments.withUnsafeMutablePointer { pm in
                        let (px, pw, pb, py, pm) = (Shared(px), Shared(pw), Shared(pb), Shared(py), Shared(pm))
                        parallel(n, grain: max(1, 16_384 / d)) { range in
                            for row in range {
                                let from = px.pointer + row * d, to = py.pointer + row * d
                                let mean =
                                    sum(d) {
                                        from.vector(at: $0)
                                    } scalar: {
                                        from[$0]
                                    } / Float(d)
                                let variance =
                                    sum(d) {
                                        let c = from.vector(at: $0) - mean
                                        return c * c
                                    } scalar: {
                                        (from[$0] - mean) * (from[$0] - mean)
                                    } / Float(d)
                                let inverse = 1 / (variance + epsilon).squareRoot()
                                pm.pointer[2 * row] = mean
                                pm.pointer[2 * row + 1] = inverse
                                var j = 0
                                while j + 16 <= d {
                                    let unit = (from.vector(at: j) - mean) * inverse
                                    to.store(unit * pw.pointer.vector(at: j) + pb.pointer.vector(at: j), at: j)
                                    j += 16
                                }
                                while j < d {
                                    to[j] = (from[j] - mean) * inverse * pw.pointer[j] + pb.pointer[j]
                                    j += 1
                                }
                            }
                        }
                    }
                }
            }
        }
    }
    return .output(y, of: [x, weight, bias]) { gradient in
        layerNormGradients(gradient, x: x, weight: weight, bias: bias, moments: moments)
    }
}

private func layerNormGradients(
    _ gradient: Tensor, x: Variable, weight: Variable, bias: Variable, moments: Tensor
) -> [Tensor?] {
    let (n, d) = (gradient.rows, gradient.columns)
    var dx = Tensor(uninitialized: x.value.shape)
    gradient.withUnsafePointer { pg in
        x.value.withUnsafePointer { px in
            weight.value.withUnsafePointer { pw in
                moments.withUnsafePointer { pm in
                    dx.withUnsafeMutablePointer { pd in
                        let (pg, px, pw, pm, pd) = (Shared(pg), Shared(px), Shared(pw), Shared(pm), Shared(pd))
                        parallel(n, grain: max(1, 16_384 / d)) { range in
                            for row in range {
                                let g = pg.pointer + row * d, from = px.pointer + row * d, to = pd.pointer + row * d
                                let w = pw.pointer
                                let mean = pm.pointer[2 * row], inverse = pm.pointer[2 * row + 1]
                                // dx = (gw − mean(gw) − x̂ · mean(gw · x̂)) / deviation
                                let a = sum(d) {
                                    g.vector(at: $0) * w.vector(at: $0)
                                } scalar: {
                                    g[$0] * w[$0]
                                }
                                let b = sum(d) {
                                    g.vector(at: $0) * w.vector(at: $0) * (from.vector(at: $0) - mean)
                                } scalar: {
                                    g[$0] * w[$0] * (from[$0] - mean)
                                }
                                let meanG = a / Float(d), meanGX = b * inverse / Float(d)
                                var j = 0
                                while j + 16 <= d {
                                    let unit = (from.vector(at: j) - mean) * inverse
                                    let gw = g.vector(at: j) * w.vector(at: j)
                                    to.store((gw - meanG - unit * meanGX) * inverse, at: j)
                                    j += 16
                                }
                                while j < d {
                                    let unit = (from[j] - mean) * inverse
                                    to[j] = (g[j] * w[j] - meanG - unit * meanGX) * inverse
                                    j += 1
                                }
                            }
                        }
                    }
                }
            }
        }
    }
    var dWeight: Tensor?
    if weight.needsGradient {
        var sums = Tensor([d])
        for row in 0..<n {
            let mean = moments[row, 0], inverse = moments[row, 1]
            gradient.withUnsafePointer { g in
                x.value.withUnsafePointer { px in
                    sums.withUnsafeMutablePointer { s in
                        for j in 0..<d { s[j] += g[row * d + j] * (px[row * d + j] - mean) * inverse }
                    }
                }
            }
        }
        dWeight = sums
    }
    return [x.needsGradient ? dx : nil, dWeight, bias.needsGradient ? gradient.summedOverRows() : nil]
}

/// A sum over `count` positions, sixteen at a time and then one at a time.
@inline(__always)
func sum(_ count: Int, _ vector: (Int) -> SIMD16<Float>, scalar: (Int) -> Float) -> Float {
    var total = SIMD16<Float>.zero
    var i = 0
    while i + 16 <= count {
        total += vector(i)
        i += 16
    }
    var result = total.sum()
    while i < count {
        result += scalar(i)
        i += 1
    }
    return result
}

/// `x · weightᵀ + bias (+ residual)`, PyTorch's `Linear`.
///
/// - Parameters:
///   - x: `[n, in]`.
///   - weight: `[out, in]`.
///   - bias: `[out]`, or nil for none.
///   - residual: `[n, out]`, added to the product.
///   - independently: whether which rows are beside it may change nothing of a row, to the last bit, however many there are;
///     otherwise up to `Tensor.independentRows`. It needs AVX-512.
/// - Returns: `[n, out]`.
public func linear(
    _ x: Variable, weight: Variable, bias: Variable?, residual: Variable? = nil, independently: Bool = false
) -> Variable {
    let (n, out) = (x.value.rows, weight.value.rows)
    precondition(weight.value.columns == x.value.columns, "a weight of \(weight.value.shape) cannot follow \(x.value.shape)")
    var y = residual?.value ?? Tensor(uninitialized: [n, out])
    precondition(y.rows == n && y.columns == out, "a residual of \(y.shape) cannot be added to [\(n), \(out)]")
    if let bias = bias?.value { y.setRows(to: bias, adding: residual != nil) }
    let accumulates = bias != nil || residual != nil
    y.setProduct(of: x.value, transposedWeights: weight.value, adding: accumulates, independently: independently)
    // Only what the adjoint needs is kept: of x and a frozen weight, nothing.
    let weightForX = x.needsGradient ? weight.value : nil, xForWeight = weight.needsGradient ? x.value : nil
    let addends = [bias.map { ($0.needsGradient, true) }, residual.map { ($0.needsGradient, false) }].compactMap(\.self)
    return .output(
        y, of: [x, weight] + [bias, residual].compactMap(\.self),
        unmultiplied: { gradient in
            [
                weightForX.map { .numbers(.product(gradient, weights: $0)) }, xForWeight.map { .ofWeights(gradient, $0) },
            ]
                + addends.map { needsGradient, isBias in
                    needsGradient ? .numbers(isBias ? gradient.summedOverRows() : gradient) : nil
                }
        })
}

extension Tensor {
    /// Writes `row` to every row, or adds it to every row.
    mutating func setRows(to row: Tensor, adding: Bool) {
        precondition(row.count == columns, "a row of \(row.shape) does not fit \(shape)")
        let width = columns, height = rows
        withUnsafeMutablePointer { y in
            row.withUnsafePointer { b in
                let y = Shared(y), b = Shared(b)
                parallel(height, grain: max(1, 65_536 / max(1, width))) { range in
                    for i in range {
                        let row = y.pointer + i * width
                        if adding {
                            for j in 0..<width { row[j] += b.pointer[j] }
                        } else {
                            row.update(from: b.pointer, count: width)
                        }
                    }
                }
            }
        }
    }
}

/// `scale · a · bᵀ`: the logits of image features `a` over text features `b`.
///
/// - Parameters:
///   - a: `[n, d]`.
///   - b: `[m, d]`.
///   - scale: what each product is multiplied by.
/// - Returns: `[n, m]`.
public func scaledProduct(_ a: Variable, _ b: Variable, scale: Float) -> Variable {
    let product = Tensor.product(a.value, b.value, transposingB: true) * scale
    return .output(product, of: [a, b]) { gradient in
        [
            a.needsGradient ? Tensor.product(gradient, b.value) * scale : nil,
            b.needsGradient ? Tensor.product(gradient, a.value, transposingA: true) * scale : nil,
        ]
    }
}

/// What follows a product, in the same pass over memory as its bias.
package enum Epilogue: Sendable {
    case none
    /// max(x, 0)
    case relu
    /// x · σ(1.702 x), CLIP's approximation of GELU
    case quickGELU
    /// x · Φ(x), the exact GELU
    case gelu
}

/// Adds `bias`, `[columns]`, to each row of `x`, `[rows, columns]` in memory, then applies `epilogue`.
package func addBias(
    _ bias: UnsafePointer<Float>, to x: UnsafeMutablePointer<Float>, rows: Int, columns: Int,
    then epilogue: Epilogue = .none
) {
    for row in 0..<rows {
        let row = x + row * columns
        switch epilogue {
        case .none: row.mapVectors(columns, row, bias) { $0 + $1 }
        case .relu: row.mapVectors(columns, row, bias) { relu($0 + $1) }
        case .quickGELU:
            row.mapVectors(columns, row, bias) { x, bias in
                let sum = x + bias
                return sum * logistic(1.702 * sum)
            }
        case .gelu:
            row.mapVectors(columns, row, bias) { x, bias in
                let sum = x + bias
                return sum * normalDistribution(sum)
            }
        }
    }
}

@inline(__always)
func relu(_ x: SIMD16<Float>) -> SIMD16<Float> {
    // Written so that NaN stays NaN.
    x.replacing(with: 0, where: x .< 0)
}

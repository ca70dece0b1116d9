/// The gradient of a parameter: its numbers, or what they are the product of.
///
/// A weight's gradient over a few rows is the product of two small matrices, and as large as the weight. An optimizer that
/// multiplies piece by piece, and uses each piece up while it is in the cache, spares memory the gradient.
package enum Gradient: Sendable {
    case numbers(Tensor)
    case product(FewRowsGradient)

    /// Its numbers, multiplied now if they have not been.
    package var tensor: Tensor {
        switch self {
        case .numbers(let tensor): tensor
        case .product(let product): product.tensor
        }
    }

    /// How many numbers it has.
    package var count: Int {
        switch self {
        case .numbers(let tensor): tensor.count
        case .product(let product): product.rows * product.columns
        }
    }

    /// The gradient, `[m, n]`, of weights whose product with rows x, `[k, n]`, has the gradient g, `[k, m]`: gᵀ·x.
    static func ofWeights(_ g: Tensor, _ x: Tensor) -> Gradient {
        FewRowsGradient(g, x).map { .product($0) } ?? .numbers(.product(g, x, transposingA: true))
    }
}

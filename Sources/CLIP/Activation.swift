import Tensors

extension ModelConventions.Nonlinearity {
    /// Behind a product, in the same pass over memory as its bias.
    var epilogue: Epilogue {
        switch self {
        case .quickGELU: .quickGELU
        case .gelu: .gelu
        }
    }

    /// On the tape.
    func callAsFunction(_ x: Variable) -> Variable {
        switch self {
        case .quickGELU: Tensors.quickGELU(x)
        case .gelu: Tensors.gelu(x)
        }
    }
}

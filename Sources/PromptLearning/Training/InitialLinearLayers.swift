import Tensors

/// A linear layer's weight `[outputs, inputs]` and bias `[outputs]`, both uniform in ±1/√inputs, as PyTorch's `Linear` starts.
func uniformLinear(_ inputs: Int, _ outputs: Int, seed: Int, purpose: String, layer: Int) -> [Tensor] {
    let bound = 1 / Float(inputs).squareRoot()
    return [
        uniform([outputs, inputs], within: bound, seed: seed, purpose: purpose + " weights", layer),
        uniform([outputs], within: bound, seed: seed, purpose: purpose + " biases", layer),
    ]
}

/// A linear layer's weight `[outputs, inputs]`, uniform in ±√(6 / (inputs + outputs)) (Glorot and Bengio 2010), and a constant
/// bias `[outputs]`.
func glorotLinear(_ inputs: Int, _ outputs: Int, bias: Float, seed: Int, purpose: String, layer: Int) -> [Tensor] {
    let bound = (6 / Float(inputs + outputs)).squareRoot()
    return [
        uniform([outputs, inputs], within: bound, seed: seed, purpose: purpose + " weights", layer),
        Tensor([outputs], repeating: bias),
    ]
}

/// A linear layer's weight, uniform in ±√(6 / fan-in) (He et al. 2015, gain √2), and bias, uniform in ±1/√fan-in.
func initialLinear(_ inputs: Int, _ outputs: Int, seed: UInt64, purpose: String, layer: Int) -> [Tensor] {
    var stream = RandomStream(seed: seed, purpose: purpose + " weights", layer)
    let fanIn = Float(inputs)
    return [
        stream.uniform([outputs, inputs], within: (6 / fanIn).squareRoot()),
        stream.uniform([outputs], within: 1 / fanIn.squareRoot()),
    ]
}

private func uniform(_ shape: [Int], within bound: Float, seed: Int, purpose: String, _ layer: Int) -> Tensor {
    var stream = RandomStream(seed: UInt64(seed), purpose: purpose, layer)
    return stream.uniform(shape, within: bound)
}

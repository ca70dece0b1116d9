import Tensors

/// A batch normalisation's weights and the statistics it was trained with: [channels] each.
struct BatchNormWeights: Sendable {
    let weight: Tensor
    let bias: Tensor
    let mean: Tensor
    let variance: Tensor

    init(_ name: String, channels: Int, from reader: inout WeightReader) {
        weight = reader.tensor(name + ".weight", [channels])
        bias = reader.tensor(name + ".bias", [channels])
        mean = reader.tensor(name + ".running_mean", [channels])
        variance = reader.tensor(name + ".running_var", [channels])
        if variance.values.contains(where: { $0 < 0 }) {
            reader.refuse(name + ".running_var", because: "it holds a negative variance")
        }
    }
}

/// A convolution without bias and the batch normalisation after it, as the checkpoint has them.
struct NormedConvolutionWeights: Sendable {
    /// [outputs, inputs, kernel, kernel]
    let weight: Tensor
    let norm: BatchNormWeights

    init(
        _ convolution: String, _ norm: String, _ inputs: Int, _ outputs: Int, kernel: Int,
        from reader: inout WeightReader
    ) {
        weight = reader.tensor(convolution + ".weight", [outputs, inputs, kernel, kernel])
        self.norm = BatchNormWeights(norm, channels: outputs, from: &reader)
    }

    /// The convolution that does both at once: scaled filters, and a bias.
    ///
    /// A norm of fixed statistics is `y · s + (β − μ s)` with `s = γ / √(σ² + 1e-5)`.
    func folded(stride: Int = 1, _ precision: Precision) -> Convolution {
        let (outputs, kernel) = (weight.shape[0], weight.shape[2])
        let scale = zip(norm.weight.values, norm.variance.values).map { $0 / ($1 + 1e-5).squareRoot() }
        let shift = (0..<outputs).map { norm.bias[$0] - norm.mean[$0] * scale[$0] }
        let filter = weight.count / outputs
        let scaled = zip(weight.values, 0...).map { $0 * scale[$1 / filter] }
        return Convolution(
            Tensor(weight.shape, scaled), bias: Tensor([outputs], shift), stride: stride, padding: kernel / 2,
            precision)
    }
}

import Tensors

/// A square convolution and what follows it, as one matrix product over patches, or by `Winograd` where that
/// takes fewer multiplications.
struct Convolution: Sendable {
    let kernel: Int
    let stride: Int
    let padding: Int
    let inputs: Int
    let outputs: Int
    private let method: Method
    /// [outputs]
    let bias: Tensor

    /// - Parameters:
    ///   - weight: [outputs, inputs, kernel, kernel], PyTorch's order.
    ///   - bias: [outputs]; nil where there is none.
    init(_ weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, _ precision: Precision) {
        (outputs, inputs, kernel) = (weight.shape[0], weight.shape[1], weight.shape[2])
        (self.stride, self.padding) = (stride, padding)
        self.bias = bias ?? Tensor([outputs])
        let isWinograd =
            precision == .float32 && kernel == 3 && stride == 1 && padding == 1
            && WinogradConvolution.suits(inputs: inputs, outputs: outputs)
        if isWinograd {
            method = .winograd(WinogradConvolution(weight, bias: self.bias))
            return
        }
        let (outputs, inputs, area) = (outputs, inputs, kernel * kernel)
        var matrix = Tensor(uninitialized: [area * inputs, outputs])
        matrix.withUnsafeMutablePointer { to in
            weight.withUnsafePointer { from in
                for output in 0..<outputs {
                    for input in 0..<inputs {
                        for place in 0..<area {
                            to[(place * inputs + input) * outputs + output] =
                                from[(output * inputs + input) * area + place]
                        }
                    }
                }
            }
        }
        method = .product(WeightMatrix(matrix, .asIs, precision))
    }

    private enum Method {
        /// [kernel · kernel · inputs, outputs], the rows ordered as a patch's numbers are: by row, column, channel.
        case product(WeightMatrix)
        case winograd(WinogradConvolution)
    }

    private init(_ other: Convolution, bias: Tensor) {
        (kernel, stride, padding, inputs, outputs) =
            (other.kernel, other.stride, other.padding, other.inputs, other.outputs)
        (method, self.bias) = (other.method, bias)
    }

    /// The same 1×1 convolution, its bias the sum of both: for a product that is added to the other's.
    func addingBias(of other: Convolution) -> Convolution { Convolution(self, bias: bias + other.bias) }

    /// Pixels whose patches are laid out at a time, so that they are still in the cache when they are multiplied.
    static let tile = 512

    /// The numbers of memory that `apply` needs for patches.
    var patchMemory: Int {
        if case .winograd(let convolution) = method { return convolution.memory }
        return kernel == 1 ? 0 : Self.tile * kernel * kernel * inputs
    }

    /// What `apply` does with the product.
    enum Result {
        /// Stores it.
        case raw
        /// Stores it with the bias added, and no number below zero.
        case activated
        /// Adds it and the bias to what is there, and cuts off what is below zero.
        case addedAndActivated
    }

    /// Convolves `x` into `y`, whose extents the caller has worked out.
    func apply(to x: FeatureMaps, into y: FeatureMaps, _ result: Result, patches: UnsafeMutablePointer<Float>) {
        switch method {
        case .winograd(let convolution):
            precondition(result == .activated, "a 3×3 convolution ends in a rectifier")
            convolution.apply(to: x, into: y, memory: patches)
        case .product(let matrix):
            multiply(x, by: matrix, into: y, result, patches: patches)
        }
    }

    private func multiply(
        _ x: FeatureMaps, by matrix: WeightMatrix, into y: FeatureMaps, _ result: Result,
        patches: UnsafeMutablePointer<Float>
    ) {
        bias.withUnsafePointer { bias in
            for start in Swift.stride(from: 0, to: y.pixels, by: Self.tile) {
                let rows = min(Self.tile, y.pixels - start)
                if kernel > 1 {
                    layPatches(of: x, for: start..<start + rows, width: y.width, height: y.height, into: patches)
                }
                matrix.multiply(
                    kernel > 1 ? patches : x.base + start * inputs, rows: rows, into: y.base + start * outputs,
                    adding: result == .addedAndActivated, bias: result == .raw ? nil : bias,
                    then: result == .raw ? .none : .relu)
            }
        }
    }

    /// Writes, for each output pixel in a range, the input numbers under the kernel: zero where it is over the edge.
    private func layPatches(
        of x: FeatureMaps, for pixels: Range<Int>, width: Int, height: Int, into patches: UnsafeMutablePointer<Float>
    ) {
        var to = patches
        for pixel in pixels {
            let (line, column) = pixel.quotientAndRemainder(dividingBy: width)
            let (image, row) = line.quotientAndRemainder(dividingBy: height)
            let left = column * stride - padding
            let inside = max(0, left)..<max(0, min(x.width, left + kernel))
            let before = (inside.lowerBound - left) * inputs, count = inside.count * inputs
            let after = kernel * inputs - before - count
            for y in row * stride - padding..<row * stride - padding + kernel {
                if y < 0 || y >= x.height {
                    to.update(repeating: 0, count: kernel * inputs)
                } else {
                    to.update(repeating: 0, count: before)
                    let from = x.base + ((image * x.height + y) * x.width + inside.lowerBound) * inputs
                    (to + before).update(from: from, count: count)
                    (to + before + count).update(repeating: 0, count: after)
                }
                to += kernel * inputs
            }
        }
    }
}

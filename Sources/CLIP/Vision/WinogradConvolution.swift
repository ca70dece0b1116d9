import Tensors

/// A 3×3 convolution of stride 1 that keeps the extents, with its bias and a rectifier, by `Winograd`.
///
/// A pixel's result depends on nothing but the pixels of its tile, wherever that stands among others.
struct WinogradConvolution: Sendable {
    private let inputs: Int
    private let outputs: Int
    /// For each place of a transformed tile: [inputs, outputs].
    private let weights: [WeightMatrix]
    /// [outputs]
    private let bias: Tensor
    /// What lies over the edge: [inputs].
    private let zeros: Tensor

    /// Whether the transforms, which take sixteen channels at a time, can be used.
    static func suits(inputs: Int, outputs: Int) -> Bool { inputs % 16 == 0 && outputs % 16 == 0 }

    /// - Parameters:
    ///   - weight: [outputs, inputs, 3, 3].
    ///   - bias: [outputs].
    init(_ weight: Tensor, bias: Tensor) {
        let (outputs, inputs) = (weight.shape[0], weight.shape[1])
        var matrices = Tensor(uninitialized: [Winograd.places * inputs, outputs])
        matrices.withUnsafeMutablePointer { to in
            weight.withUnsafePointer { from in
                let from = Shared(from), to = Shared(to)
                parallel(inputs) { part in
                    withUnsafeTemporaryAllocation(of: Float.self, capacity: Winograd.places) { kernel in
                        guard let kernel = kernel.baseAddress else { return }
                        for input in part {
                            for output in 0..<outputs {
                                Winograd.transformKernel(from.pointer + (output * inputs + input) * 9, into: kernel)
                                let to = to.pointer + input * outputs + output
                                for place in 0..<Winograd.places { to[place * inputs * outputs] = kernel[place] }
                            }
                        }
                    }
                }
            }
        }
        (self.inputs, self.outputs, self.bias) = (inputs, outputs, bias)
        weights = (0..<Winograd.places).map { place in
            WeightMatrix(matrices.rows(place * inputs..<(place + 1) * inputs), .asIs, .float32)
        }
        zeros = Tensor([inputs])
    }

    /// Tiles that are multiplied at a time.
    private var block: Int { 64 }

    /// The numbers from one place's tiles to the next place's; a line of the cache more than they take, or all of them would
    /// fall on the same few lines.
    private func stride(channels: Int) -> Int { block * channels + 16 }

    /// The numbers of memory that `apply` needs: [36, block, inputs], [36, block, outputs], and a tile while it is transformed.
    var memory: Int { Winograd.places * (stride(channels: inputs) + stride(channels: outputs)) + Winograd.memory }

    /// Convolves `x` into `y`.
    func apply(to x: FeatureMaps, into y: FeatureMaps, memory: UnsafeMutablePointer<Float>) {
        let across = (x.width + Winograd.results - 1) / Winograd.results
        let down = (x.height + Winograd.results - 1) / Winograd.results
        let transformed = memory, products = memory + Winograd.places * stride(channels: inputs)
        let tile = products + Winograd.places * stride(channels: outputs)
        for first in Swift.stride(from: 0, to: x.images * down * across, by: block) {
            let count = min(block, x.images * down * across - first)
            for index in 0..<count {
                let (line, column) = (first + index).quotientAndRemainder(dividingBy: across)
                transform(
                    x, image: line / down, row: line % down * Winograd.results, column: column * Winograd.results,
                    into: transformed + index * inputs, tile)
            }
            for place in 0..<Winograd.places {
                weights[place].multiply(
                    transformed + place * stride(channels: inputs), rows: count,
                    into: products + place * stride(channels: outputs))
            }
            for index in 0..<count {
                let (line, column) = (first + index).quotientAndRemainder(dividingBy: across)
                finish(
                    products + index * outputs, tile, y, image: line / down, row: line % down * Winograd.results,
                    column: column * Winograd.results)
            }
        }
    }

    /// Transforms the inputs around a tile.
    private func transform(
        _ x: FeatureMaps, image: Int, row: Int, column: Int, into result: UnsafeMutablePointer<Float>,
        _ tile: UnsafeMutablePointer<Float>
    ) {
        zeros.withUnsafePointer { zeros in
            withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: Winograd.places) { pixels in
                guard let pixels = pixels.baseAddress else { return }
                for place in 0..<Winograd.places {
                    let row = row + place / Winograd.inputs - 1, column = column + place % Winograd.inputs - 1
                    let isInside = row >= 0 && row < x.height && column >= 0 && column < x.width
                    let pixel = (image * x.height + row) * x.width + column
                    (pixels + place).initialize(to: isInside ? UnsafePointer(x.base + pixel * inputs) : zeros)
                }
                Winograd.transformInput(
                    pixels, channels: inputs, into: result, stride: stride(channels: inputs), tile: tile)
            }
        }
    }

    /// Transforms a tile's products back, and stores what is inside the maps.
    private func finish(
        _ products: UnsafePointer<Float>, _ tile: UnsafeMutablePointer<Float>, _ y: FeatureMaps, image: Int, row: Int,
        column: Int
    ) {
        bias.withUnsafePointer {
            Winograd.finish(
                products, stride: stride(channels: outputs), channels: outputs, bias: $0,
                rows: min(Winograd.results, y.height - row), columns: min(Winograd.results, y.width - column),
                into: y.base + ((image * y.height + row) * y.width + column) * outputs, line: y.width * outputs,
                tile: tile)
        }
    }
}

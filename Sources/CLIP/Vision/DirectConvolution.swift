import Tensors

/// A square convolution of stride 1 that keeps the extents, with its bias and a rectifier: read from the maps as they lie,
/// without laying out patches.
///
/// A pixel's result depends on nothing but the pixels around it, wherever it stands among others.
struct DirectConvolution: Sendable {
    private let kernel: Int
    private let inputs: Int
    private let outputs: Int
    private let weights: PanelWeights
    /// What lies over the edge: [inputs].
    private let zeros: Tensor

    /// Pixels whose surroundings are found at a time: they stay in the cache while all weights pass.
    private static let block = 8 * PanelWeights.rowsAtOnce

    /// - Parameter matrix: [kernel · kernel · inputs, outputs], as `Convolution` has it.
    init(_ matrix: Tensor, bias: Tensor, kernel: Int) {
        self.kernel = kernel
        (inputs, outputs) = (matrix.rows / (kernel * kernel), matrix.columns)
        weights = PanelWeights(matrix, bias: bias)
        zeros = Tensor([inputs])
    }

    /// Convolves `x` into `y`.
    func apply(to x: FeatureMaps, into y: FeatureMaps) {
        let places = kernel * kernel
        zeros.withUnsafePointer { zeros in
            withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: places * Self.block) { runs in
                guard let runs = runs.baseAddress else { return }
                for first in stride(from: 0, to: y.pixels, by: Self.block) {
                    let count = min(Self.block, y.pixels - first)
                    find(runs, around: first..<first + count, of: x, zeros: zeros)
                    weights.apply(toRuns: runs, places: places, rows: count, into: y.base + first * outputs)
                }
            }
        }
    }

    /// Writes where the numbers under the kernel lie, for tiles of pixels; the last tile is filled up.
    private func find(
        _ runs: UnsafeMutablePointer<UnsafePointer<Float>>, around pixels: Range<Int>, of x: FeatureMaps,
        zeros: UnsafePointer<Float>
    ) {
        let tile = PanelWeights.rowsAtOnce, reach = kernel / 2
        for index in 0..<(pixels.count + tile - 1) / tile * tile {
            let pixel = min(pixels.lowerBound + index, pixels.upperBound - 1)
            let (line, column) = pixel.quotientAndRemainder(dividingBy: x.width)
            let row = line % x.height, center = x.base + pixel * inputs
            var to = runs + index / tile * tile * kernel * kernel + index % tile
            for down in -reach...reach {
                let isInside = row + down >= 0 && row + down < x.height
                for right in -reach...reach {
                    let isInside = isInside && column + right >= 0 && column + right < x.width
                    to.initialize(to: isInside ? UnsafePointer(center + (down * x.width + right) * inputs) : zeros)
                    to += tile
                }
            }
        }
    }
}

import Tensors

/// What AD-CLIP's projectors see of some images: the last blocks' statistics, pooled in the three ways of the released code.
struct StyleInputs {
    /// Of each block the mean over tokens, `[n, width]`: for the image tokens.
    let means: [Tensor]
    /// Of each block half the sum of mean and deviation, `[n, width]`: for the domain tokens.
    let averages: [Tensor]
    /// Of each block the means and then the deviations, every two neighbours averaged, `[n, width]`: for the style mapping.
    let neighbours: [Tensor]

    /// - Parameters:
    ///   - numbers: `[n, 2 · Σ widths]`: of block after block its means, then its deviations.
    ///   - scales: how many of the last blocks are looked at.
    init(_ numbers: Tensor, widths: [Int], scales: Int) {
        var means: [Tensor] = [], averages: [Tensor] = [], neighbours: [Tensor] = []
        var first = 2 * widths.dropLast(scales).reduce(0, +)
        for width in widths.suffix(scales) {
            let block = numbers.columns(first..<first + 2 * width)
            let mean = block.columns(0..<width), deviation = block.columns(width..<2 * width)
            means.append(mean)
            averages.append((mean + deviation) * 0.5)
            neighbours.append(block.neighboursAveraged())
            first += 2 * width
        }
        (self.means, self.averages, self.neighbours) = (means, averages, neighbours)
    }
}

extension Tensor {
    /// Every two neighbouring columns averaged: `[n, 2 d]` becomes `[n, d]`.
    fileprivate func neighboursAveraged() -> Tensor {
        var result = Tensor(uninitialized: [rows, columns / 2])
        let count = result.count
        result.withUnsafeMutablePointer { to in
            withUnsafePointer { from in
                for i in 0..<count { to[i] = (from[2 * i] + from[2 * i + 1]) * 0.5 }
            }
        }
        return result
    }
}

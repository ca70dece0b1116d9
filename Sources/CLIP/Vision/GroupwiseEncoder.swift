import Tensors

/// An encoder that runs a group of images from end to end in working memory of its own.
///
/// A group always has the same size, filled up with empty images if need be: a matrix product's last bits may depend on
/// its extents, and an image's features shall not depend on how many images are beside it. It has enough images to keep the
/// matrix products busy, and few enough to waste little on the last group. An encoder whose rows are independent of each
/// other leaves the empty images out itself (`takesFewer`).
protocol GroupwiseEncoder: ImageEncoder {
    associatedtype Memory
    /// The working memory for one group at a time.
    func makeMemory() -> Memory
    /// Whether a group may have fewer images: each image's features are then the same to the last bit.
    var takesFewer: Bool { get }
    /// Encodes images from `pixels` to as many rows of `features`, and of `statistics` where they are asked for.
    ///
    /// - Parameter images: `groupSize`; from 1 to that if the encoder takes fewer.
    func encodeGroup(
        _ pixels: UnsafePointer<Float>, images: Int, into features: UnsafeMutablePointer<Float>,
        _ statistics: StatisticsRows?, _ memory: Memory)
}

extension GroupwiseEncoder {
    public func encode(_ pixels: Tensor) -> Tensor { encode(pixels, statisticsCount: 0).features }

    public func encodeWithStatistics(_ pixels: Tensor) -> EncodedImages {
        let stride = 2 * blockWidths.reduce(0, +)
        let (features, rows) = encode(pixels, statisticsCount: stride)
        var column = 0
        let statistics = blockWidths.map { width in
            defer { column += 2 * width }
            return BlockStatistics(
                mean: rows.columns(column..<column + width), deviation: rows.columns(column + width..<column + 2 * width))
        }
        return EncodedImages(features: features, statistics: statistics)
    }

    /// - Parameter statisticsCount: the numbers in an image's row of statistics; 0 where none are asked for.
    private func encode(_ pixels: Tensor, statisticsCount stride: Int) -> (features: Tensor, statistics: Tensor) {
        precondition(
            pixels.shape.count == 4 && pixels.shape[1...] == [resolution, resolution, 3],
            "images of shape \(pixels.shape) for an encoder of [n, \(resolution), \(resolution), 3]")
        let images = pixels.shape[0], imageSize = resolution * resolution * 3
        var features = Tensor(uninitialized: [images, dimension])
        var statistics = Tensor(uninitialized: [images, stride])
        features.withUnsafeMutablePointer { to in
            statistics.withUnsafeMutablePointer { statistics in
                pixels.withUnsafePointer { from in
                    let (from, to, statistics) = (Shared(from), Shared(to), Shared(statistics))
                    let groups = (images + groupSize - 1) / groupSize
                    @Sendable func encode(group: Int, _ memory: Memory) {
                        let first = group * groupSize, count = min(groupSize, images - first)
                        let rows = StatisticsRows(base: statistics.pointer + first * stride, stride: stride)
                        encodeGroup(
                            of: count, from.pointer + first * imageSize, into: to.pointer + first * dimension,
                            stride > 0 ? rows : nil, memory)
                    }
                    // Threads share a single group's products.
                    if groups == 1 { return encode(group: 0, makeMemory()) }
                    parallel(groups) { groups in
                        let memory = makeMemory()
                        for group in groups { unsplit { encode(group: group, memory) } }
                    }
                }
            }
        }
        return (features, statistics)
    }

    /// Encodes `count` images, filled up to a group if need be.
    private func encodeGroup(
        of count: Int, _ pixels: UnsafePointer<Float>, into features: UnsafeMutablePointer<Float>,
        _ statistics: StatisticsRows?, _ memory: Memory
    ) {
        if count == groupSize || takesFewer {
            return encodeGroup(pixels, images: count, into: features, statistics, memory)
        }
        let imageSize = resolution * resolution * 3, stride = statistics?.stride ?? 0
        let filled = Scratch(count: groupSize * imageSize), results = Scratch(count: groupSize * dimension)
        let rows = Scratch(count: groupSize * stride)
        filled.base.update(from: pixels, count: count * imageSize)
        (filled.base + count * imageSize).update(repeating: 0, count: (groupSize - count) * imageSize)
        encodeGroup(
            filled.base, images: groupSize, into: results.base,
            statistics.map { _ in StatisticsRows(base: rows.base, stride: stride) }, memory)
        features.update(from: results.base, count: count * dimension)
        statistics?.base.update(from: rows.base, count: count * stride)
    }
}

extension Tensor {
    /// A matrix of some of the columns.
    fileprivate func columns(_ range: Range<Int>) -> Tensor {
        var result = Tensor(uninitialized: [rows, range.count])
        let (height, width) = (rows, columns)
        result.withUnsafeMutablePointer { to in
            withUnsafePointer { from in
                for row in 0..<height {
                    (to + row * range.count).update(from: from + row * width + range.lowerBound, count: range.count)
                }
            }
        }
        return result
    }
}

import Tensors

/// What the blocks of the image encoder make of some images: means and deviations over tokens, in half precision as the
/// store keeps them.
public struct BlockStyles: Sendable {
    /// The width of each block, first block first.
    public let widths: [Int]
    /// Of the center views, `[n, 2 · Σ widths]`: of block after block its means, then its deviations.
    public let center: HalfMatrix
    /// Of further views, likewise.
    public let augmented: [HalfMatrix]

    /// - Precondition: the widths fit the numbers.
    public init(widths: [Int], center: HalfMatrix, augmented: [HalfMatrix] = []) {
        precondition(
            ([center] + augmented).allSatisfy { $0.columns == 2 * widths.reduce(0, +) && $0.rows == center.rows },
            "statistics of blocks of \(widths) for each view of each image")
        (self.widths, self.center, self.augmented) = (widths, center, augmented)
    }

    /// Those of some images, in that order.
    public func subset(_ indices: [Int]) -> BlockStyles {
        BlockStyles(
            widths: widths, center: center.subset(indices), augmented: augmented.map { $0.subset(indices) })
    }

    /// Those of several sets, one after another; nil where one has none.
    static func joined(_ sets: [BlockStyles?]) -> BlockStyles? {
        let known = sets.compactMap(\.self)
        guard let first = known.first, known.count == sets.count else { return nil }
        return BlockStyles(
            widths: first.widths, center: .stacked(known.map(\.center)),
            augmented: first.augmented.indices.map { view in .stacked(known.map { $0.augmented[view] }) })
    }

    /// The numbers of some images, widened, each in a view; of the center views where there are no views.
    func numbers(of indices: [Int], in views: [Int]) -> Tensor {
        guard !views.isEmpty else { return center.gatheringRows(indices) }
        var result = Tensor(uninitialized: [indices.count, center.columns])
        for (row, index) in indices.enumerated() {
            result.setRow(row, to: augmented[views[row]].gatheringRows([index]))
        }
        return result
    }
}

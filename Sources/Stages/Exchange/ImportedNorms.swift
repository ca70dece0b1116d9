import Datasets
import Foundation
import Tensors

extension FeatureImport {
    /// What the columns of norms are called: `norm`, and of further views `norm1`, `norm2`, ….
    static func normColumns(views: Int) -> [String] { (0..<views).map { $0 == 0 ? "norm" : "norm\($0)" } }

    /// The norms of the features of all images, view by view, as they are given; nil where they are not.
    /// - Parameters:
    ///   - array: `[images]`, or `[images, views]`, from beside the features.
    ///   - table: of the images, if there is one.
    /// - Throws: `StageInputError` where they are not as many as the features, stand in two places, or are no lengths.
    func givenNorms(
        _ array: Tensor?, _ table: CommaSeparated?, of images: [LabelledImage], views: Int, source: String
    ) throws -> [Float]? {
        let listed = try table.flatMap { try listedNorms($0, views: views) }
        guard let array else { return listed }
        guard listed == nil else {
            throw StageInputError("there are norms both in \(source) and in the table of images; leave one of them out")
        }
        guard array.shape.first == images.count, array.count == images.count * views else {
            throw StageInputError(
                "the norms in \(source) have the shape \(array.shape); expected is "
                    + "\(views == 1 ? "[\(images.count)]" : "[\(images.count), \(views)]"), one for each feature")
        }
        let norms = array.withUnsafePointer { Array(UnsafeBufferPointer(start: $0, count: array.count)) }
        if let bad = norms.firstIndex(where: { !Self.isLength($0) }) {
            throw StageInputError(
                "the norm of “\(images[bad / views].path)” in \(source) is \(norms[bad]), which is not the length "
                    + "of a feature")
        }
        return norms
    }

    /// Those in the table's columns.
    private func listedNorms(_ table: CommaSeparated, views: Int) throws -> [Float]? {
        let names = Self.normColumns(views: views), columns = names.map { table.columns.firstIndex(of: $0) }
        guard columns.contains(where: { $0 != nil }) else { return nil }
        for (name, column) in zip(names, columns) where column == nil {
            throw StageInputError(
                "\(table.source) has norms but no column “\(name)”; one for each of the \(views) views is expected")
        }
        return try table.rows.enumerated().flatMap { number, row in
            try columns.compactMap(\.self).map { column in
                guard let norm = Float(row[column]), Self.isLength(norm) else {
                    throw StageInputError(
                        "\(table.source), line \(table.lines[number]) has “\(row[column])” in the column "
                            + "\(table.columns[column]), which is not a length of a feature")
                }
                return norm
            }
        }
    }

    /// Lengths as the norms of features; nil where all are near 1, as those of unit vectors in half precision are: how long
    /// they were before is not known.
    static func norms(fromLengths lengths: [Float]) -> [Float]? {
        lengths.allSatisfy { abs($0 - 1) < 1e-2 } ? nil : lengths
    }

    private static func isLength(_ norm: Float) -> Bool { norm > 0 && norm.isFinite }
}

/// A matrix of IEEE half-precision numbers: a half of a `Tensor`'s memory, eleven significant bits of each number.
///
/// For what is kept and not computed with; rows are widened to be used.
public struct HalfMatrix: Sendable, Equatable {
    public let columns: Int
    /// Bit patterns, row after row.
    public private(set) var bits: [UInt16]

    public var rows: Int { columns == 0 ? 0 : bits.count / columns }

    /// - Precondition: `bits` are whole rows.
    public init(columns: Int, bits: [UInt16]) {
        precondition(columns > 0 && bits.count.isMultiple(of: columns), "\(bits.count) numbers are no rows of \(columns)")
        self.columns = columns
        self.bits = bits
    }

    /// Rounds every number to the nearest half, to the even one of two; what is above 65,504 becomes infinite. The
    /// tensor is taken as a matrix `[rows, columns]`.
    public init(rounding tensor: Tensor) {
        self.init(
            columns: tensor.columns,
            bits: tensor.withUnsafePointer { numbers in
                (0..<tensor.count).map { Float16(numbers[$0]).bitPattern }
            })
    }

    /// Some rows, widened: `[indices.count, columns]`.
    public func gatheringRows(_ indices: some Collection<Int>) -> Tensor {
        var result = Tensor(uninitialized: [indices.count, columns])
        bits.withUnsafeBytes { bits in
            result.withUnsafeMutablePointer { to in
                for (row, index) in indices.enumerated() {
                    precondition(index >= 0 && index < rows, "row \(index) of \(rows)")
                    ElementType.float16.convert(
                        columns, from: bits.baseAddress! + 2 * index * columns, into: to + row * columns)
                }
            }
        }
        return result
    }

    /// All rows, widened: `[rows, columns]`.
    public var widened: Tensor { rows == 0 ? Tensor([0, columns]) : gatheringRows(0..<rows) }

    /// Some rows, as they are: `[indices.count, columns]`.
    public func subset(_ indices: some Collection<Int>) -> HalfMatrix {
        HalfMatrix(columns: columns, bits: indices.flatMap { bits[$0 * columns..<($0 + 1) * columns] })
    }

    /// The first row with a number that is not finite.
    public var firstRowNotFinite: Int? {
        bits.firstIndex { $0 & 0x7c00 == 0x7c00 }.map { $0 / columns }
    }

    /// Matrices of as many columns, one below the other: `[n, d]`, `[m, d]`, … become `[n + m + …, d]`.
    public static func stacked(_ parts: [HalfMatrix]) -> HalfMatrix {
        precondition(!parts.isEmpty, "no matrix has no columns")
        return HalfMatrix(
            columns: parts[0].columns,
            bits: parts.flatMap { part in
                precondition(part.columns == parts[0].columns, "rows of \(part.columns) below rows of \(parts[0].columns)")
                return part.bits
            })
    }
}

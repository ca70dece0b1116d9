import Foundation
import Tensors

/// The numbers of one member of a file.
struct TorchStorage: Sendable {
    let member: String
    /// Where the member lies in the file; the numbers begin where it does.
    let range: Range<Int>
    /// The member's CRC-32, or 0 where its writer left it out.
    let checksum: UInt32
    let elementType: ElementType
    let count: Int
}

/// A tensor as PyTorch keeps it: a view of a storage, by an offset and a stride for each dimension.
struct StridedTensor: Sendable {
    let storage: TorchStorage
    let offset: Int
    let shape: [Int]
    let strides: [Int]

    static let mostDimensions = 8

    /// - Throws: where a number of it would lie outside the storage, or it repeats so many that it has more numbers
    ///   than
    ///   the storage.
    init(
        of storage: TorchStorage, offset: Int, shape: [Int], strides: [Int]
    ) throws(TensorFileError.Problem) {
        (self.storage, self.offset, self.shape, self.strides) = (storage, offset, shape, strides)
        let unfit = TensorFileError.Problem.malformed(
            "a tensor of shape \(shape), strides \(strides) and offset \(offset) does not fit in "
                + "\"\(storage.member)\" of \(storage.count) numbers")
        guard shape.count == strides.count, offset >= 0, (shape + strides).allSatisfy({ $0 >= 0 }),
            let bytes = storage.elementType.byteCount(of: shape)
        else { throw unfit }
        let count = bytes / storage.elementType.byteCount
        guard count > 0 else { return }
        var last = offset
        for (extent, stride) in zip(shape, strides) {
            let (span, isTooFar) = stride.multipliedReportingOverflow(by: extent - 1)
            let (sum, isTooLarge) = last.addingReportingOverflow(span)
            if isTooFar || isTooLarge { throw unfit }
            last = sum
        }
        guard last < storage.count else { throw unfit }
        guard count <= storage.count else {
            throw .refused(
                "a tensor of shape \(shape) repeats the \(storage.count) numbers of \"\(storage.member)\"; save a "
                    + "contiguous copy of it")
        }
    }

    /// The number of elements.
    var count: Int { shape.reduce(1, *) }

    /// Reads the numbers.
    /// - Precondition: the storage's type is read as `Float`, and lies in the file.
    func read(from file: FileBytes) throws(TensorFileError.Problem) -> Tensor {
        guard count > 0 else { return Tensor(uninitialized: shape) }
        let size = storage.elementType.byteCount, start = storage.range.lowerBound + offset * size
        let (dimensions, length) = runs, runCount = count / length
        if runCount == 1 {
            return try file.tensor(shape, of: storage.elementType, in: start..<start + count * size)
        }
        let last = dimensions.reduce(length - 1) { $0 + ($1.extent - 1) * $1.stride }
        let span = try file.copy(of: start..<start + (last + 1) * size)
        var tensor = Tensor(uninitialized: shape)
        tensor.withUnsafeMutablePointer { to in
            span.withUnsafeBytes { bytes in
                guard let first = bytes.baseAddress else { return }
                for run in 0..<runCount {
                    var (rest, start) = (run, 0)
                    for (extent, stride) in dimensions.reversed() {
                        start += rest % extent * stride
                        rest /= extent
                    }
                    storage.elementType.convert(length, from: first + start * size, into: to + run * length)
                }
            }
        }
        return tensor
    }

    /// The numbers in row-major order are runs of neighbours: the dimensions over which runs are counted, and the
    /// numbers of each.
    private var runs: (dimensions: [(extent: Int, stride: Int)], length: Int) {
        var dimensions = zip(shape, strides).filter { $0.0 != 1 }.map { (extent: $0.0, stride: $0.1) }
        var length = 1
        while let last = dimensions.last, last.stride == length {
            length *= last.extent
            dimensions.removeLast()
        }
        return (dimensions, length)
    }
}

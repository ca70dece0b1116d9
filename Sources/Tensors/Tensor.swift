/// A dense, row-major array of `Float` with value semantics.
///
/// Copies share storage until one of them is written to. The last dimension is contiguous; there are no strides, so a
/// `Tensor` of shape `[n, d]` is `n` rows of `d` numbers, one after the other.
public struct Tensor: Sendable {
    /// The extent of every dimension, outermost first. Empty for a scalar.
    public private(set) var shape: [Int]
    private var storage: Storage

    /// The number of elements, the product of `shape`.
    public var count: Int { storage.count }

    /// A tensor whose every element is `value`.
    public init(_ shape: [Int], repeating value: Float = 0) {
        self.init(uninitialized: shape)
        storage.base.initialize(repeating: value, count: count)
    }

    /// A tensor with the given elements in row-major order.
    /// - Precondition: `values.count` is the product of `shape`.
    public init(_ shape: [Int], _ values: some Collection<Float>) {
        self.init(uninitialized: shape)
        precondition(values.count == count, "\(values.count) values do not fill the shape \(shape)")
        _ = UnsafeMutableBufferPointer(start: storage.base, count: count).initialize(from: values)
    }

    /// A scalar.
    public init(_ value: Float) {
        self.init([], repeating: value)
    }

    /// A tensor whose elements the caller promises to write before anything reads them.
    public init(uninitialized shape: [Int]) {
        precondition(shape.allSatisfy { $0 >= 0 }, "a shape has no negative extents: \(shape)")
        self.shape = shape
        storage = Storage(count: shape.reduce(1, *))
    }

    /// The number of rows when everything but the last dimension is flattened.
    public var rows: Int { shape.isEmpty ? 1 : columns == 0 ? 0 : count / columns }

    /// The extent of the last dimension; 1 for a scalar.
    public var columns: Int { shape.last ?? 1 }

    /// The same elements under another shape of the same count. Shares storage.
    public func reshaped(_ shape: [Int]) -> Tensor {
        precondition(shape.reduce(1, *) == count, "\(self.shape) cannot become \(shape)")
        var result = self
        result.shape = shape
        return result
    }

    /// Rows `range` of the tensor seen as a matrix of its last dimension: a copy of shape `[range.count, columns]`.
    public func rows(_ range: Range<Int>) -> Tensor {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
        var result = Tensor(uninitialized: [range.count, columns])
        let width = columns
        result.withUnsafeMutablePointer { to in
            withUnsafePointer { to.update(from: $0 + range.lowerBound * width, count: range.count * width) }
        }
        return result
    }

    /// Writes one row of the tensor seen as a matrix; `values` has as many elements as it has columns.
    public mutating func setRow(_ row: Int, to values: Tensor) {
        precondition(row >= 0 && row < rows && values.count == columns, "\(values.shape) into row \(row) of \(shape)")
        let width = columns
        withUnsafeMutablePointer { to in
            values.withUnsafePointer { (to + row * width).update(from: $0, count: width) }
        }
    }

    /// The given rows of the tensor seen as a matrix, in that order: shape `[indices.count, columns]`.
    public func gatheringRows(_ indices: some Collection<Int>) -> Tensor {
        let width = columns, height = rows
        var result = Tensor(uninitialized: [indices.count, width])
        result.withUnsafeMutablePointer { to in
            withUnsafePointer { from in
                for (row, index) in indices.enumerated() {
                    precondition(index >= 0 && index < height, "row \(index) of \(height)")
                    (to + row * width).update(from: from + index * width, count: width)
                }
            }
        }
        return result
    }

    /// A matrix `[n, m]` with rows and columns exchanged: `[m, n]`.
    public func transposed() -> Tensor {
        let (height, width) = (rows, columns)
        var result = Tensor(uninitialized: [width, height])
        result.withUnsafeMutablePointer { to in
            withUnsafePointer { from in
                for row in 0..<height {
                    for column in 0..<width { to[column * height + row] = from[row * width + column] }
                }
            }
        }
        return result
    }

    /// All rows, `times` over, one copy below the other: `[times · rows, columns]`.
    public func repeatedRows(_ times: Int) -> Tensor {
        var result = Tensor(uninitialized: [times * rows, columns])
        let count = count
        result.withUnsafeMutablePointer { to in
            withUnsafePointer { from in
                for copy in 0..<times { (to + copy * count).update(from: from, count: count) }
            }
        }
        return result
    }

    /// The elements in row-major order.
    public var values: [Float] { withUnsafePointer { Array(UnsafeBufferPointer(start: $0, count: count)) } }

    /// The only element of a tensor that has one.
    public var scalar: Float {
        precondition(count == 1, "a tensor of shape \(shape) is no scalar")
        return storage.base[0]
    }

    /// The element at a full index.
    public subscript(_ index: Int...) -> Float {
        get { storage.base[offset(of: index)] }
        set {
            let offset = offset(of: index)
            withUnsafeMutablePointer { $0[offset] = newValue }
        }
    }

    private func offset(of index: [Int]) -> Int {
        precondition(index.count == shape.count, "an index of \(index.count) into \(shape)")
        var offset = 0
        for (i, extent) in zip(index, shape) {
            precondition(i >= 0 && i < extent, "index \(index) outside \(shape)")
            offset = offset * extent + i
        }
        return offset
    }

    /// Calls `body` with the first of `count` contiguous elements.
    /// - Throws: what `body` throws.
    public func withUnsafePointer<R, E: Error>(_ body: (UnsafePointer<Float>) throws(E) -> R) throws(E) -> R {
        defer { withExtendedLifetime(storage) {} }
        return try body(UnsafePointer(storage.base))
    }

    /// Calls `body` with the first of `count` contiguous, writable elements; copies them first if they are shared.
    /// - Throws: what `body` throws.
    public mutating func withUnsafeMutablePointer<R, E: Error>(
        _ body: (UnsafeMutablePointer<Float>) throws(E) -> R
    ) throws(E) -> R {
        if !isKnownUniquelyReferenced(&storage) { storage = Storage(copying: storage) }
        defer { withExtendedLifetime(storage) {} }
        return try body(storage.base)
    }
}

extension Tensor: Equatable {
    /// Equal shapes and bitwise-comparable equal elements (`0 == -0`, NaN is unequal to itself).
    public static func == (a: Tensor, b: Tensor) -> Bool {
        a.shape == b.shape
            && a.withUnsafePointer { p in
                b.withUnsafePointer { q in (0..<a.count).allSatisfy { p[$0] == q[$0] } }
            }
    }
}

extension Tensor: CustomStringConvertible {
    public var description: String {
        let shown = values.prefix(8).map { "\($0)" }.joined(separator: ", ")
        return "Tensor\(shape)[\(shown)\(count > 8 ? ", …" : "")]"
    }
}

/// 64-byte aligned memory, a whole number of vectors long, given back with its last owner. Written to only while uniquely
/// referenced, hence sendable.
private final class Storage: @unchecked Sendable {
    let base: UnsafeMutablePointer<Float>
    let count: Int
    private let size: TensorMemory.BlockSize

    init(count: Int) {
        self.count = count
        size = TensorMemory.BlockSize(holding: count * MemoryLayout<Float>.stride)
        base = TensorMemory.take(size).bindMemory(to: Float.self, capacity: size.bytes / MemoryLayout<Float>.stride)
    }

    convenience init(copying other: Storage) {
        self.init(count: other.count)
        base.update(from: other.base, count: count)
    }

    deinit { TensorMemory.give(UnsafeMutableRawPointer(base), size) }
}

/// Runs `body` on every vector of 16 of `count` elements, split over threads.
///
/// The last one may run past the elements into padding: a tensor's memory is a whole number of vectors long.
@inlinable @inline(__always)
func forEachVector(of count: Int, _ body: @Sendable (Int) -> Void) {
    parallel((count + 15) / 16, grain: 4096) { vectors in
        for vector in vectors { body(vector * 16) }
    }
}

extension UnsafeMutablePointer<Float> {
    /// The sixteen numbers at an element offset; the pointer need not be aligned.
    @inlinable @inline(__always)
    func vector(at offset: Int) -> SIMD16<Float> {
        UnsafeRawPointer(self + offset).loadUnaligned(as: SIMD16<Float>.self)
    }

    /// Writes sixteen numbers at an element offset; the pointer need not be aligned.
    @inlinable @inline(__always)
    func store(_ vector: SIMD16<Float>, at offset: Int) {
        UnsafeMutableRawPointer(self + offset).storeBytes(of: vector, as: SIMD16<Float>.self)
    }
}

extension Tensor {
    /// `transform` of every element, in a tensor of the same shape.
    @inlinable @inline(__always)
    public func mapped(_ transform: @Sendable (SIMD16<Float>) -> SIMD16<Float>) -> Tensor {
        var result = Tensor(uninitialized: shape)
        let n = count
        withUnsafePointer { x in
            result.withUnsafeMutablePointer { y in
                let x = Shared(x), y = Shared(y)
                forEachVector(of: n) { y.pointer.store(transform(x.pointer.vector(at: $0)), at: $0) }
            }
        }
        return result
    }

    /// `transform` of every pair of elements of two tensors of one shape, in a tensor of that shape.
    @inlinable @inline(__always)
    public func combined(
        with other: Tensor, _ transform: @Sendable (SIMD16<Float>, SIMD16<Float>) -> SIMD16<Float>
    ) -> Tensor {
        precondition(count == other.count, "\(shape) and \(other.shape) differ in size")
        var result = Tensor(uninitialized: shape)
        let n = count
        withUnsafePointer { a in
            other.withUnsafePointer { b in
                result.withUnsafeMutablePointer { y in
                    let a = Shared(a), b = Shared(b), y = Shared(y)
                    forEachVector(of: n) {
                        y.pointer.store(transform(a.pointer.vector(at: $0), b.pointer.vector(at: $0)), at: $0)
                    }
                }
            }
        }
        return result
    }

    /// Replaces every element by `transform` of it and the other tensor's, which has the same shape.
    @inlinable @inline(__always)
    public mutating func combine(
        with other: Tensor, _ transform: @Sendable (SIMD16<Float>, SIMD16<Float>) -> SIMD16<Float>
    ) {
        precondition(count == other.count, "\(shape) and \(other.shape) differ in size")
        let n = count
        withUnsafeMutablePointer { a in
            other.withUnsafePointer { b in
                let a = Shared(a), b = Shared(b)
                forEachVector(of: n) {
                    a.pointer.store(transform(a.pointer.vector(at: $0), b.pointer.vector(at: $0)), at: $0)
                }
            }
        }
    }

    /// The sums of the elements of two tensors of one shape.
    public static func + (a: Tensor, b: Tensor) -> Tensor { a.combined(with: b) { $0 + $1 } }
    /// The differences of the elements of two tensors of one shape.
    public static func - (a: Tensor, b: Tensor) -> Tensor { a.combined(with: b) { $0 - $1 } }
    /// Every element times a number; the shape stays.
    public static func * (a: Tensor, b: Float) -> Tensor { a.mapped { $0 * b } }
    /// Adds the elements of a tensor of the same shape.
    public static func += (a: inout Tensor, b: Tensor) { a.combine(with: b) { $0 + $1 } }

    /// Replaces every element by `transform` of it.
    @inlinable @inline(__always)
    public mutating func transform(_ transform: @Sendable (SIMD16<Float>) -> SIMD16<Float>) {
        let n = count
        withUnsafeMutablePointer { x in
            let x = Shared(x)
            forEachVector(of: n) { x.pointer.store(transform(x.pointer.vector(at: $0)), at: $0) }
        }
    }

    /// The sum of the squares of all elements, in double precision.
    public var squaredNorm: Double {
        withUnsafePointer { x in
            // Eight sums side by side, since one would wait for each addition before the next.
            var sums = SIMD8<Double>(), sum = 0.0
            let whole = count & ~7
            for i in stride(from: 0, to: whole, by: 8) {
                let chunk = SIMD8<Double>(UnsafeRawPointer(x + i).loadUnaligned(as: SIMD8<Float>.self))
                sums += chunk * chunk
            }
            for i in whole..<count { sum += Double(x[i]) * Double(x[i]) }
            return sum + sums.sum()
        }
    }

    /// Whether no element is NaN or infinite.
    public var isFinite: Bool {
        withUnsafePointer { x in (0..<count).allSatisfy { x[$0].isFinite } }
    }

    /// The index of the largest element of each row; the first of equals.
    public var rowMaxima: [Int] {
        let width = columns
        return withUnsafePointer { x in
            (0..<rows).map { row in
                let values = x + row * width
                var best = 0
                for column in 1..<max(1, width) where values[column] > values[best] { best = column }
                return best
            }
        }
    }

    /// The sum over all rows: shape `[columns]`.
    public func summedOverRows() -> Tensor {
        var result = Tensor([columns])
        let width = columns, height = rows
        withUnsafePointer { x in
            result.withUnsafeMutablePointer { y in
                for row in 0..<height {
                    for column in 0..<width { y[column] += x[row * width + column] }
                }
            }
        }
        return result
    }
}

/// Loops over contiguous numbers, sixteen at a time: one AVX-512 register, or several smaller ones.
///
/// A count that is no multiple of sixteen ends in one vector that is filled up, so that a kernel is written only once.
extension UnsafePointer<Float> {
    /// The sixteen numbers at an element offset; the pointer need not be aligned.
    @inline(__always)
    func vector(at offset: Int) -> SIMD16<Float> {
        UnsafeRawPointer(self + offset).loadUnaligned(as: SIMD16<Float>.self)
    }

    /// `count` numbers at an element offset, fewer than sixteen, and `filler` after them.
    func vector(at offset: Int, count: Int, filler: Float) -> SIMD16<Float> {
        var vector = SIMD16<Float>(repeating: filler)
        for i in 0..<count { vector[i] = self[offset + i] }
        return vector
    }

    /// Folds `count` numbers into one vector of sixteen partial results.
    /// - Parameters:
    ///   - filler: stands for the numbers that the last vector lacks; it must not change the result.
    ///   - combine: takes sixteen numbers into the partial results.
    @inline(__always)
    func reduceVectors(
        _ count: Int, from initial: SIMD16<Float>, filler: Float,
        _ combine: (inout SIMD16<Float>, SIMD16<Float>) -> Void
    ) -> SIMD16<Float> {
        var result = initial
        let whole = count & ~15
        for i in stride(from: 0, to: whole, by: 16) { combine(&result, vector(at: i)) }
        if whole < count { combine(&result, vector(at: whole, count: count - whole, filler: filler)) }
        return result
    }
}

extension UnsafeMutablePointer<Float> {
    /// Writes the first `count` of sixteen numbers at an element offset.
    func store(_ vector: SIMD16<Float>, at offset: Int, count: Int) {
        for i in 0..<count { self[offset + i] = vector[i] }
    }

    /// Writes `transform` of each of `count` numbers of `a`, sixteen at a time. `a` may be this memory itself.
    @inline(__always)
    func mapVectors(_ count: Int, _ a: UnsafePointer<Float>, _ transform: (SIMD16<Float>) -> SIMD16<Float>) {
        let whole = count & ~15
        for i in stride(from: 0, to: whole, by: 16) { store(transform(a.vector(at: i)), at: i) }
        if whole < count {
            store(transform(a.vector(at: whole, count: count - whole, filler: 0)), at: whole, count: count - whole)
        }
    }

    /// Writes `transform` of each pair of numbers of `a` and `b`, sixteen at a time. `a` may be this memory itself.
    @inline(__always)
    func mapVectors(
        _ count: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
        _ transform: (SIMD16<Float>, SIMD16<Float>) -> SIMD16<Float>
    ) {
        let whole = count & ~15
        for i in stride(from: 0, to: whole, by: 16) { store(transform(a.vector(at: i), b.vector(at: i)), at: i) }
        if whole < count {
            let rest = count - whole
            let last = transform(
                a.vector(at: whole, count: rest, filler: 0), b.vector(at: whole, count: rest, filler: 0))
            store(last, at: whole, count: rest)
        }
    }

    /// Writes `transform` of each three numbers of `a`, `b` and `c`, sixteen at a time. `a` may be this memory itself.
    @inline(__always)
    func mapVectors(
        _ count: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafePointer<Float>,
        _ transform: (SIMD16<Float>, SIMD16<Float>, SIMD16<Float>) -> SIMD16<Float>
    ) {
        let whole = count & ~15
        for i in stride(from: 0, to: whole, by: 16) {
            store(transform(a.vector(at: i), b.vector(at: i), c.vector(at: i)), at: i)
        }
        if whole < count {
            let rest = count - whole
            let last = transform(
                a.vector(at: whole, count: rest, filler: 0), b.vector(at: whole, count: rest, filler: 0),
                c.vector(at: whole, count: rest, filler: 0))
            store(last, at: whole, count: rest)
        }
    }
}

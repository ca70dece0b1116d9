import Tensors

/// Up to 64 neighbouring numbers of a row: an attention head, or a part of a wider one. Four vectors, since the compiler
/// makes poor code of SIMD64.
struct HeadVectors {
    static let width = 64
    static let zero = HeadVectors(a: .zero, b: .zero, c: .zero, d: .zero)
    var a, b, c, d: SIMD16<Float>

    private init(a: SIMD16<Float>, b: SIMD16<Float>, c: SIMD16<Float>, d: SIMD16<Float>) {
        (self.a, self.b, self.c, self.d) = (a, b, c, d)
    }

    /// Reads `count` numbers, and zeros after them.
    @inline(__always)
    init(_ pointer: UnsafePointer<Float>, _ count: Int) {
        if count == Self.width {
            let raw = UnsafeRawPointer(pointer)
            self.init(
                a: raw.loadUnaligned(as: SIMD16<Float>.self),
                b: raw.loadUnaligned(fromByteOffset: 64, as: SIMD16<Float>.self),
                c: raw.loadUnaligned(fromByteOffset: 128, as: SIMD16<Float>.self),
                d: raw.loadUnaligned(fromByteOffset: 192, as: SIMD16<Float>.self))
        } else {
            self.init(part: pointer, count)
        }
    }

    @inline(never)
    private init(part pointer: UnsafePointer<Float>, _ count: Int) {
        func vector(_ first: Int) -> SIMD16<Float> {
            var vector = SIMD16<Float>.zero
            for i in first..<max(first, min(first + 16, count)) { vector[i - first] = pointer[i] }
            return vector
        }
        self.init(a: vector(0), b: vector(16), c: vector(32), d: vector(48))
    }

    /// Writes the first `count` numbers.
    @inline(__always)
    func store(_ pointer: UnsafeMutablePointer<Float>, _ count: Int) {
        if count == Self.width {
            let raw = UnsafeMutableRawPointer(pointer)
            raw.storeBytes(of: a, as: SIMD16<Float>.self)
            raw.storeBytes(of: b, toByteOffset: 64, as: SIMD16<Float>.self)
            raw.storeBytes(of: c, toByteOffset: 128, as: SIMD16<Float>.self)
            raw.storeBytes(of: d, toByteOffset: 192, as: SIMD16<Float>.self)
        } else {
            storePart(pointer, count)
        }
    }

    @inline(never)
    private func storePart(_ pointer: UnsafeMutablePointer<Float>, _ count: Int) {
        func store(_ vector: SIMD16<Float>, _ first: Int) {
            for i in first..<max(first, min(first + 16, count)) { pointer[i] = vector[i - first] }
        }
        store(a, 0)
        store(b, 16)
        store(c, 32)
        store(d, 48)
    }

    @inline(__always)
    func dot(_ other: HeadVectors) -> Float {
        // Half onto half: the library's sum() goes lane by lane, and draws the products into doing so too.
        let x = (a * other.a + b * other.b) + (c * other.c + d * other.d)
        let y = x.lowHalf + x.highHalf
        let z = y.lowHalf + y.highHalf
        let pair = z.lowHalf + z.highHalf
        return pair.x + pair.y
    }

    @inline(__always)
    func scaled(by factor: Float) -> HeadVectors {
        HeadVectors(a: a * factor, b: b * factor, c: c * factor, d: d * factor)
    }

    /// Adds `factor · other`.
    @inline(__always)
    mutating func add(_ other: HeadVectors, times factor: Float) {
        a += other.a * factor
        b += other.b * factor
        c += other.c * factor
        d += other.d * factor
    }
}

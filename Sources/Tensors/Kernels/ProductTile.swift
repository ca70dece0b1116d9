import COpenBLAS

/// A few vectors of neighbouring columns.
protocol TileColumns {
    /// How many numbers.
    static var width: Int { get }
    static var zero: Self { get }
    init(_ pointer: UnsafePointer<Float>)
    func store(at pointer: UnsafeMutablePointer<Float>)
    /// Adds `factor · other`.
    mutating func add(_ factor: Float, times other: Self)
}

struct SixteenColumns: TileColumns {
    static let width = 16
    static let zero = SixteenColumns(a: .zero)
    private var a: SIMD16<Float>

    private init(a: SIMD16<Float>) { self.a = a }

    @inline(__always)
    init(_ pointer: UnsafePointer<Float>) { a = pointer.vector(at: 0) }

    @inline(__always)
    func store(at pointer: UnsafeMutablePointer<Float>) { pointer.store(a, at: 0) }

    @inline(__always)
    mutating func add(_ factor: Float, times other: SixteenColumns) { a.addProduct(SIMD16(repeating: factor), other.a) }
}

struct ThirtyTwoColumns: TileColumns {
    static let width = 32
    static let zero = ThirtyTwoColumns(a: .zero, b: .zero)
    private var a, b: SIMD16<Float>

    private init(a: SIMD16<Float>, b: SIMD16<Float>) { (self.a, self.b) = (a, b) }

    @inline(__always)
    init(_ pointer: UnsafePointer<Float>) { (a, b) = (pointer.vector(at: 0), pointer.vector(at: 16)) }

    @inline(__always)
    func store(at pointer: UnsafeMutablePointer<Float>) {
        pointer.store(a, at: 0)
        pointer.store(b, at: 16)
    }

    @inline(__always)
    mutating func add(_ factor: Float, times other: ThirtyTwoColumns) {
        let factor = SIMD16(repeating: factor)
        a.addProduct(factor, other.a)
        b.addProduct(factor, other.b)
    }
}

/// Eight rows by one or two vectors of columns of a product, which stay in registers while the sums run. Written out, since
/// the compiler keeps no array in registers.
struct ProductTile<Columns: TileColumns> {
    static var height: Int { 8 }
    private var r0, r1, r2, r3, r4, r5, r6, r7: Columns

    @inline(__always)
    init() {
        (r0, r1, r2, r3) = (.zero, .zero, .zero, .zero)
        (r4, r5, r6, r7) = (.zero, .zero, .zero, .zero)
    }

    /// What stands in memory; rows beyond the last count for nothing.
    @inline(__always)
    init(_ c: UnsafePointer<Float>, stride: Int, rows: Int) {
        func row(_ i: Int) -> Columns { Columns(c + min(i, rows - 1) * stride) }
        (r0, r1, r2, r3) = (row(0), row(1), row(2), row(3))
        (r4, r5, r6, r7) = (row(4), row(5), row(6), row(7))
    }

    @inline(__always)
    func store(at c: UnsafeMutablePointer<Float>, stride: Int, rows: Int) {
        r0.store(at: c)
        if rows > 1 { r1.store(at: c + stride) }
        if rows > 2 { r2.store(at: c + 2 * stride) }
        if rows > 3 { r3.store(at: c + 3 * stride) }
        if rows > 4 { r4.store(at: c + 4 * stride) }
        if rows > 5 { r5.store(at: c + 5 * stride) }
        if rows > 6 { r6.store(at: c + 6 * stride) }
        if rows > 7 { r7.store(at: c + 7 * stride) }
    }

    @inline(__always)
    private mutating func add(
        _ a0: Float, _ a1: Float, _ a2: Float, _ a3: Float, _ a4: Float, _ a5: Float, _ a6: Float, _ a7: Float,
        times b: Columns
    ) {
        r0.add(a0, times: b)
        r1.add(a1, times: b)
        r2.add(a2, times: b)
        r3.add(a3, times: b)
        r4.add(a4, times: b)
        r5.add(a5, times: b)
        r6.add(a6, times: b)
        r7.add(a7, times: b)
    }

    /// Adds the product of eight rows, `lda` apart, with `depth` rows of b, `ldb` apart.
    ///
    /// - Parameters:
    ///   - rows: how many of the eight there are; others are read in the last one's place.
    ///   - ahead: how far behind each row the numbers lie that will be wanted next; 0 if they need not be fetched.
    @inline(__always)
    mutating func add(
        _ a: UnsafePointer<Float>, lda: Int, rows: Int, ahead: Int, _ b: UnsafePointer<Float>, ldb: Int, depth: Int
    ) {
        add(a, lda: lda, rows: rows, b, ldb: ldb, depth: depth) { first in
            guard ahead > 0 else { return }
            for row in 0..<8 { spg_prefetch(a + row * lda + ahead + first) }
        }
    }

    /// The same for rows of b side by side, while rows of the next b are put side by side too, `share` of them with each
    /// sixteen steps.
    @inline(__always)
    mutating func add(
        _ a: UnsafePointer<Float>, lda: Int, rows: Int, _ b: UnsafePointer<Float>, depth: Int,
        copying next: inout StripCopy, share: Int
    ) {
        add(a, lda: lda, rows: rows, b, ldb: Columns.width, depth: depth) { _ in next.copyRows(share) }
    }

    /// - Parameter everySixteen: called before each sixteen steps, with the number of steps behind.
    @inline(__always)
    private mutating func add(
        _ a: UnsafePointer<Float>, lda: Int, rows: Int, _ b: UnsafePointer<Float>, ldb: Int, depth: Int,
        everySixteen: (Int) -> Void
    ) {
        func row(_ i: Int) -> UnsafePointer<Float> { a + min(i, rows - 1) * lda }
        let (a0, a1, a2, a3) = (row(0), row(1), row(2), row(3))
        let (a4, a5, a6, a7) = (row(4), row(5), row(6), row(7))
        var b = b
        for first in stride(from: 0, to: depth, by: 16) {
            everySixteen(first)
            for i in first..<min(first + 16, depth) {
                add(a0[i], a1[i], a2[i], a3[i], a4[i], a5[i], a6[i], a7[i], times: Columns(b))
                b += ldb
            }
        }
    }

    /// Adds the product of eight columns, with nothing beside them in their `depth` rows, with as many rows of b that have
    /// nothing beside them either.
    @inline(__always)
    mutating func add(columns a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, depth: Int) {
        var (a, b) = (a, b)
        for _ in 0..<depth {
            add(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], times: Columns(b))
            a += Self.height
            b += Columns.width
        }
    }
}

/// Copies strips of 32 columns, row by row, into rows side by side.
struct StripCopy {
    private var from: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>
    private let stride: Int
    /// How many rows are left.
    private(set) var rows: Int

    init(from: UnsafePointer<Float>, stride: Int, to: UnsafeMutablePointer<Float>, rows: Int) {
        (self.from, self.stride, self.to, self.rows) = (from, stride, to, rows)
    }

    @inline(__always)
    mutating func copyRows(_ count: Int) {
        for _ in 0..<min(count, rows) {
            // So far ahead that a line is there when its turn comes.
            if rows > 32 {
                spg_prefetch(from + 32 * stride)
                spg_prefetch(from + 32 * stride + 16)
            }
            to.store(from.vector(at: 0), at: 0)
            to.store(from.vector(at: 16), at: 16)
            from += stride
            to += 32
        }
        rows -= min(count, rows)
    }
}

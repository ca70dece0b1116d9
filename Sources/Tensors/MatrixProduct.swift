import COpenBLAS
import Synchronization

/// Which way round a matrix enters a product.
public enum Orientation: Sendable {
    case asIs, transposed

    var cblas: CBLAS_TRANSPOSE { self == .asIs ? CblasNoTrans : CblasTrans }
}

/// `c ← alpha · a·b + beta · c` over row-major matrices in memory, split over `Threads.count` threads. The result is the same
/// to the last bit on any number of threads (`ProductParts`).
///
/// - Parameters:
///   - a: `[m, k]`, or `[k, m]` if it is `.transposed`.
///   - orientationOfA: how a enters the product.
///   - lda: elements from one stored row of a to the next.
///   - b: `[k, n]`, or `[n, k]` if it is `.transposed`.
///   - orientationOfB: how b enters the product.
///   - ldb: elements from one stored row of b to the next.
///   - c: `[m, n]`; not read if beta is 0.
///   - ldc: elements from one stored row of c to the next.
///   - m: rows of c.
///   - n: columns of c.
///   - k: the summed dimension.
///   - alpha: multiplies the product.
///   - beta: multiplies what stands in c before.
public func multiply(
    _ a: UnsafePointer<Float>, _ orientationOfA: Orientation = .asIs, lda: Int,
    _ b: UnsafePointer<Float>, _ orientationOfB: Orientation = .asIs, ldb: Int,
    into c: UnsafeMutablePointer<Float>, ldc: Int,
    m: Int, n: Int, k: Int, alpha: Float = 1, beta: Float = 0
) {
    guard m > 0, n > 0 else { return }
    ProductArithmetic.count(m: m, n: n, k: k)
    _ = Threads.count  // also puts OpenBLAS on one thread
    let a = Shared(a), b = Shared(b), c = Shared(c)
    @Sendable func product(_ rows: Range<Int>, _ columns: Range<Int>) {
        let rowOfA = orientationOfA == .asIs ? rows.lowerBound * lda : rows.lowerBound
        let columnOfB = orientationOfB == .asIs ? columns.lowerBound : columns.lowerBound * ldb
        cblas_sgemm(
            CblasRowMajor, orientationOfA.cblas, orientationOfB.cblas,
            Int32(rows.count), Int32(columns.count), Int32(k),
            alpha, a.pointer + rowOfA, Int32(lda), b.pointer + columnOfB, Int32(ldb),
            beta, c.pointer + rows.lowerBound * ldc + columns.lowerBound, Int32(ldc))
    }
    let parts = ProductParts(m: m, n: n, k: k)
    if m >= n {
        parts.forEach(of: m) { product($0, 0..<n) }
    } else {
        parts.forEach(of: n) { product(0..<m, $0) }
    }
}

/// The arithmetic of this process's matrix products: what a benchmark divides by time to tell how busy they kept the cores.
package enum ProductArithmetic {
    private static let done = Atomic(0)

    /// Takes note of a product of [m, k] and [k, n].
    static func count(m: Int, n: Int, k: Int) {
        done.add(2 * m * n * k, ordering: .relaxed)
        Profile.count(2 * m * n * k)
    }

    /// The additions and multiplications of all products so far.
    package static var operations: Int { done.load(ordering: .relaxed) }
}

extension Tensor {
    /// The matrix product of two matrices, either of them transposed on the way.
    ///
    /// - Returns: shape `[m, n]` where the oriented operands are `[m, k]` and `[k, n]`.
    public static func product(
        _ a: Tensor, _ b: Tensor, transposingA: Bool = false, transposingB: Bool = false
    ) -> Tensor {
        let (m, k) = transposingA ? (a.columns, a.rows) : (a.rows, a.columns)
        let (k2, n) = transposingB ? (b.columns, b.rows) : (b.rows, b.columns)
        precondition(k == k2, "no product of \(a.shape) and \(b.shape)")
        var c = Tensor(uninitialized: [m, n])
        c.withUnsafeMutablePointer { c in
            a.withUnsafePointer { pa in
                b.withUnsafePointer { pb in
                    multiply(
                        pa, transposingA ? .transposed : .asIs, lda: a.columns,
                        pb, transposingB ? .transposed : .asIs, ldb: b.columns,
                        into: c, ldc: n, m: m, n: n, k: k)
                }
            }
        }
        return c
    }
}

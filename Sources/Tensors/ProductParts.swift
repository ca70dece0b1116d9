import COpenBLAS
import Foundation

/// How a product by BLAS is split over threads, such that its last bits do not depend on how many there are.
///
/// OpenBLAS sums the terms of a number in an order that depends on the summed dimension, and on the kernel that the number
/// falls to. Its kernels for AVX-512 all add in one order, but for those of small products: there, a split of any kind
/// leaves all bits as they are if no part is small. Those for other processors differ at the edges of a matrix: there, the
/// parts are the same on any number of threads, one call of BLAS each, and threads share them out.
struct ProductParts {
    /// The fewest rows or columns that are a part.
    private let fewest: Int
    private let areFixed = !Self.kernelsAddAlike

    /// - Parameters:
    ///   - m: rows of the product.
    ///   - n: columns of the product.
    ///   - k: the summed dimension.
    init(m: Int, n: Int, k: Int) {
        // The products that are small to OpenBLAS have up to a million terms; and so many are worth a thread.
        let largeEnough = (1 << 20) / max(1, min(m, n) * k) + 1
        // A part has more rows than are worth laying out the other matrix for.
        fewest = areFixed ? max(384, (largeEnough + 47) / 48 * 48) : max(16, largeEnough)
    }

    /// Calls `body` for all parts of `count` rows or columns.
    func forEach(of count: Int, _ body: @Sendable (Range<Int>) -> Void) {
        guard areFixed else { return parallel(count, grain: fewest, body) }
        parallel((count + fewest - 1) / fewest) { parts in
            for part in parts { body(part * fewest..<min(count, (part + 1) * fewest)) }
        }
    }

    /// Whether `OPENBLAS_CORETYPE` keeps OpenBLAS from its kernels for AVX-512.
    static var isLimited: Bool { getenv("OPENBLAS_CORETYPE") != nil && !kernelsAddAlike }

    /// Whether OpenBLAS runs its kernels for AVX-512, by the processor or by `OPENBLAS_CORETYPE`.
    private static let kernelsAddAlike =
        ["skylakex", "cooperlake", "sapphirerapids"].contains(String(cString: openblas_get_corename()).lowercased())
}

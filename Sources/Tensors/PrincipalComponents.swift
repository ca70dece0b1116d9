import COpenBLAS

/// The directions in which the rows of a matrix vary most, and the rows' places along them.
///
/// The same rows give the same numbers: each direction's sign is the one that makes its largest coordinate positive.
public struct PrincipalComponents: Sendable {
    /// The rows' coordinates, `[rows, components]`, the mean taken away.
    public let coordinates: [[Double]]
    /// The share of the variance that each component has, in 0...1, the largest first. 0 where nothing varies.
    public let shares: [Double]

    /// - Parameters:
    ///   - rows: `[n, d]`, at least one row, all finite.
    ///   - count: of components; 0 where there are fewer than two rows or columns stand in for those that are missing.
    public init(of rows: Tensor, count: Int) {
        let (n, d) = (rows.rows, rows.columns)
        precondition(n > 0 && d > 0 && count > 0, "components of a matrix of \(n) × \(d)")
        let centred = rows.centred
        let total = centred.squaredNorm
        // Of few rows the inner products of rows have the same eigenvalues as the covariance, and fewer of them.
        let isWide = d > n
        let size = min(n, d), found = min(count, size)
        guard total > 0 else {
            coordinates = Array(repeating: Array(repeating: 0, count: count), count: n)
            shares = Array(repeating: 0, count: count)
            return
        }
        let (values, vectors) = largestEigenpairs(centred.gram(ofRows: isWide), size: size, count: found)
        var places = Array(repeating: [Double](), count: n)
        for (value, vector) in zip(values, vectors) {
            let length = max(0, value).squareRoot()
            let along = isWide ? vector.map { $0 * length } : centred.times(vector)
            let extreme = along.max { abs($0) < abs($1) } ?? 0
            for row in 0..<n { places[row].append(extreme < 0 ? -along[row] : along[row]) }
        }
        let missing = Array(repeating: 0.0, count: count - found)
        coordinates = places.map { $0 + missing }
        shares = values.map { max(0, $0) / total } + missing
    }
}

extension Tensor {
    /// The rows without their mean.
    fileprivate var centred: Tensor {
        let (n, d) = (rows, columns)
        var result = self
        result.withUnsafeMutablePointer { to in
            for column in 0..<d {
                var sum = 0.0
                for row in 0..<n { sum += Double(to[row * d + column]) }
                let mean = Float(sum / Double(n))
                for row in 0..<n { to[row * d + column] -= mean }
            }
        }
        return result
    }

    /// Inner products of all rows with each other, or of all columns: a symmetric matrix.
    fileprivate func gram(ofRows: Bool) -> [Double] {
        let (n, d) = (rows, columns), size = ofRows ? n : d
        var product = Tensor(uninitialized: [size, size])
        product.withUnsafeMutablePointer { to in
            withUnsafePointer { from in
                multiply(
                    from, ofRows ? .asIs : .transposed, lda: d, from, ofRows ? .transposed : .asIs, ldb: d, into: to, ldc: size,
                    m: size, n: size, k: ofRows ? d : n)
            }
        }
        return product.values.map(Double.init)
    }

    fileprivate func times(_ vector: [Double]) -> [Double] {
        let d = columns
        return withUnsafePointer { from in
            (0..<rows).map { row in
                var sum = 0.0
                for column in 0..<d { sum += Double(from[row * d + column]) * vector[column] }
                return sum
            }
        }
    }
}

/// The largest eigenvalues of a symmetric matrix, from the largest on, each with its vector of length 1.
private func largestEigenpairs(_ matrix: [Double], size: Int, count: Int) -> (values: [Double], vectors: [[Double]]) {
    var matrix = matrix, n = Int32(size), found: Int32 = 0, failure: Int32 = 0
    var first = Int32(size - count + 1), last = Int32(size), none = 0.0
    var values = [Double](repeating: 0, count: size), vectors = [Double](repeating: 0, count: size * count)
    var support = [Int32](repeating: 0, count: 2 * size)
    var work = [0.0], integers: [Int32] = [0], query: Int32 = -1
    _ = Threads.count  // also puts OpenBLAS on one thread
    dsyevr_(
        "V", "I", "U", &n, &matrix, &n, &none, &none, &first, &last, &none, &found, &values, &vectors, &n, &support, &work,
        &query,
        &integers, &query, &failure)
    var (workSize, integerSize) = (Int32(work[0]), integers[0])
    work = Array(repeating: 0, count: Int(workSize))
    integers = Array(repeating: 0, count: Int(integerSize))
    dsyevr_(
        "V", "I", "U", &n, &matrix, &n, &none, &none, &first, &last, &none, &found, &values, &vectors, &n, &support, &work,
        &workSize,
        &integers, &integerSize, &failure)
    precondition(failure == 0 && found == count, "LAPACK found no eigenvalues of a finite symmetric matrix (\(failure))")
    let places = (0..<count).reversed()
    return (places.map { values[$0] }, places.map { Array(vectors[$0 * size..<($0 + 1) * size]) })
}

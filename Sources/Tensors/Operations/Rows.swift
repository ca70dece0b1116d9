/// The given rows of a matrix, in that order; a row may be taken more than once.
///
/// - Parameters:
///   - indices: in 0..<n.
///   - x: `[n, d]`.
/// - Returns: `[indices.count, d]`.
public func rows(_ indices: [Int], of x: Variable) -> Variable {
    .output(x.value.gatheringRows(indices), of: [x]) { [shape = x.value.shape] gradient in
        var dx = Tensor(shape)
        dx.addRows(gradient, at: indices)
        return [dx]
    }
}

/// A constant matrix with rows of a variable added at given places.
///
/// - Parameters:
///   - base: `[n, d]`.
///   - x: `[m, d]`.
///   - indices: for each row of x the row of the base it is added to.
/// - Returns: `[n, d]`.
public func adding(rowsOf x: Variable, to base: Tensor, at indices: [Int]) -> Variable {
    var y = base
    y.addRows(x.value, at: indices)
    return .output(y, of: [x]) { gradient in [gradient.gatheringRows(indices)] }
}

/// A matrix with some of its rows replaced; no gradient flows to what stood there.
///
/// - Parameters:
///   - indices: the rows to replace, none of them twice.
///   - x: `[n, d]`.
///   - replacement: `[indices.count, d]`, in the order of the indices.
/// - Returns: `[n, d]`.
public func replacing(rows indices: [Int], of x: Variable, by replacement: Variable) -> Variable {
    var y = x.value
    y.setRows(at: indices, to: replacement.value)
    return .output(y, of: [x, replacement]) { [needsX = x.needsGradient] gradient in
        guard needsX else { return [nil, gradient.gatheringRows(indices)] }
        var dx = gradient
        dx.setRows(at: indices, to: Tensor([indices.count, gradient.columns]))
        return [dx, gradient.gatheringRows(indices)]
    }
}

/// Matrices side by side: `[n, a]`, `[n, b]`, … become `[n, a + b + …]`.
public func concatenated(_ parts: Variable...) -> Variable { concatenated(parts) }

/// Matrices side by side: `[n, a]`, `[n, b]`, … become `[n, a + b + …]`.
public func concatenated(_ parts: [Variable]) -> Variable {
    let ranges = parts.reduce(into: [Range<Int>]()) { ranges, part in
        let first = ranges.last?.upperBound ?? 0
        ranges.append(first..<first + part.value.columns)
    }
    return .output(Tensor(besideEachOther: parts.map(\.value)), of: parts) { [needs = parts.map(\.needsGradient)] gradient in
        zip(ranges, needs).map { $1 ? gradient.columns($0) : nil }
    }
}

/// The same elements under another shape of the same count.
public func reshaped(_ x: Variable, _ shape: [Int]) -> Variable {
    .output(x.value.reshaped(shape), of: [x]) { [old = x.value.shape] gradient in [gradient.reshaped(old)] }
}

extension Tensor {
    /// Matrices of as many rows side by side: `[n, a]`, `[n, b]`, … become `[n, a + b + …]`.
    public init(besideEachOther parts: [Tensor]) {
        precondition(!parts.isEmpty, "no matrix has no rows")
        let height = parts[0].rows
        self.init(uninitialized: [height, parts.reduce(0) { $0 + $1.columns }])
        var first = 0
        for part in parts {
            precondition(part.rows == height, "\(parts[0].shape) and \(part.shape) have different numbers of rows")
            setColumns(from: first, to: part)
            first += part.columns
        }
    }

    /// Adds row i of `other`, `[indices.count, columns]`, to row `indices[i]` of this matrix, `[rows, columns]`.
    public mutating func addRows(_ other: Tensor, at indices: [Int]) {
        let width = columns
        changeRows(at: indices, with: other) { y, x in
            for j in 0..<width { y[j] += x[j] }
        }
    }

    /// Writes row i of `other` into row `indices[i]`.
    mutating func setRows(at indices: [Int], to other: Tensor) {
        let width = columns
        changeRows(at: indices, with: other) { y, x in y.update(from: x, count: width) }
    }

    /// Calls `body` with row `indices[i]` and row i of `other`, in their order.
    @inline(__always)
    private mutating func changeRows(
        at indices: [Int], with other: Tensor, _ body: (UnsafeMutablePointer<Float>, UnsafePointer<Float>) -> Void
    ) {
        precondition(other.rows == indices.count && other.columns == columns, "\(other.shape) into \(shape)")
        let width = columns, height = rows
        withUnsafeMutablePointer { y in
            other.withUnsafePointer { x in
                for (i, index) in indices.enumerated() {
                    precondition(index >= 0 && index < height, "row \(index) of \(height)")
                    body(y + index * width, x + i * width)
                }
            }
        }
    }

    /// Writes a matrix of as many rows into the columns that begin at `first`.
    mutating func setColumns(from first: Int, to other: Tensor) {
        let width = columns, part = other.columns, height = rows
        withUnsafeMutablePointer { y in
            other.withUnsafePointer { x in
                for row in 0..<height { (y + row * width + first).update(from: x + row * part, count: part) }
            }
        }
    }

    /// A range of columns of a matrix: `[rows, range.count]`.
    public func columns(_ range: Range<Int>) -> Tensor {
        var result = Tensor(uninitialized: [rows, range.count])
        let width = columns, height = rows
        result.withUnsafeMutablePointer { y in
            withUnsafePointer { x in
                for row in 0..<height {
                    (y + row * range.count).update(from: x + row * width + range.lowerBound, count: range.count)
                }
            }
        }
        return result
    }
}
